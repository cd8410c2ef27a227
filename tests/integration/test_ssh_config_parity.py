"""Our reading of ssh_config against `ssh -G`, the program whose file it is."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.store.ssh_config_effective import rows
from sshtui.store.ssh_config_resolve import SshConfig

ALWAYS = frozenset(
    {
        "hostname", "user", "port", "addressfamily", "batchmode", "compression", "connecttimeout", "identitiesonly",
        "kbdinteractiveauthentication", "numberofpasswordprompts", "passwordauthentication", "pubkeyauthentication",
        "requesttty", "serveralivecountmax", "serveraliveinterval", "stricthostkeychecking", "certificatefile",
        "hostkeyalias", "identityagent", "remotecommand", "localforward", "remoteforward", "dynamicforward", "sendenv",
        "setenv", "addkeystoagent", "forwardagent", "proxyjump", "proxycommand", "bindaddress", "canonicalizehostname",
        "tcpkeepalive", "knownhostscommand", "verifyhostkeydns", "hashknownhosts", "hostbasedauthentication",
        "gssapiauthentication", "gssapidelegatecredentials", "pkcs11provider", "revokedhostkeys",
    }
)  # fmt: skip
"""Compared for every host, defaults included."""
WHEN_SET = frozenset(
    {
        "identityfile",
        "userknownhostsfile",
        "globalknownhostsfile",
        "ciphers",
        "macs",
        "kexalgorithms",
        "hostkeyalgorithms",
    }
)  # fmt: skip
"""Compared when the configuration sets them: their defaults differ from build to build."""

CASES = sorted((Path(__file__).parents[1] / "cases" / "ssh_config").glob("*.conf"))
"""Each opens with the hosts to ask for; `{dir}` is where FILES stand."""

FILES = {
    "inc/one.conf": "User from-one\nHost b\n User inner-b\n",
    "inc/two.conf": "Host c\n User inner-c\n HostName %h.two\nHost *\n ServerAliveInterval 11\n",
    "inc/ignored.txt": "Host *\n User wrong\n",
    "deep.conf": "Include {dir}/inc/*.conf\nHost a\n Compression yes\n",
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace("{dir}", str(tmp_path)))
    return tmp_path


def compared(lines: list[tuple[str, str]], set_by_us: set[str]) -> list[tuple[str, str]]:
    return sorted(line for line in lines if line[0] in ALWAYS | (WHEN_SET & set_by_us))


def check(text: str, files: Path, ssh: str) -> None:
    """Hold our answers for the hosts of the first line against those of ssh."""
    path = files / "config"
    path.write_bytes(text.replace("{dir}", str(files)).encode())
    # ssh takes the home directory from the account, not from the environment.
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    config = SshConfig.load(path)
    for name in text.split("\n")[0].split()[3:]:
        command = [ssh, "-G", "-F", str(path), "--", name]
        told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert told.returncode == 0, told.stderr
        effective = config.resolve(name, execute=lambda line: subprocess.run(["sh", "-c", line]).returncode == 0)
        ours = [(row.keyword, row.value) for row in rows(effective, home)]
        theirs = [(word, value) for word, _, value in (line.partition(" ") for line in told.stdout.splitlines())]
        set_by_us = set(effective.settings)
        assert compared(ours, set_by_us) == compared(theirs, set_by_us), name
        assert effective.warnings == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_is_in_force_equals_what_ssh_says(case: Path, files: Path, need: Callable[[str], str]) -> None:
    check(case.read_text(), files, need("ssh"))


def test_windows_line_ends_mean_the_same(files: Path, need: Callable[[str], str]) -> None:
    check("# ssh -G a b\nHost a\n  User x\n  Port 2222\n".replace("\n", "\r\n"), files, need("ssh"))


def test_at_least_25_configurations_are_compared() -> None:
    assert len(CASES) >= 25

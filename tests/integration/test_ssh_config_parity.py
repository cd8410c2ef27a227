"""Our reading of ssh_config against `ssh -G`, the program whose file it is."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.store.machine import this_machine
from sshtui.store.ssh_config_effective import FOLLOWED, rows
from sshtui.store.ssh_config_resolve import SshConfig

ALWAYS = frozenset(
    {
        "hostname", "user", "port", "addressfamily", "batchmode", "compression", "connecttimeout", "identitiesonly",
        "kbdinteractiveauthentication", "numberofpasswordprompts", "passwordauthentication", "pubkeyauthentication",
        "requesttty", "serveralivecountmax", "serveraliveinterval", "stricthostkeychecking", "certificatefile",
        "hostkeyalias", "identityagent", "remotecommand", "localforward", "remoteforward", "dynamicforward", "sendenv",
        "setenv", "addkeystoagent", "forwardagent", "proxyjump", "proxycommand", "bindaddress", "canonicalizehostname",
        "tcpkeepalive", "knownhostscommand", "canonicaldomains", "canonicalizemaxdots", "canonicalizefallbacklocal",
        "canonicalizepermittedcnames", "preferredauthentications",
        "exitonforwardfailure", "gatewayports", "clearallforwardings",
        "verifyhostkeydns", "hashknownhosts", "hostbasedauthentication",
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
        "updatehostkeys",
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
        effective = config.resolve(name, machine=this_machine(match_exec=True))
        ours = [(row.keyword, row.value) for row in rows(effective, home)]
        theirs = [
            (word.lower(), value) for word, _, value in (line.partition(" ") for line in told.stdout.splitlines())
        ]
        set_by_us = set(effective.settings)
        assert compared(ours, set_by_us) == compared(theirs, set_by_us), name
        assert effective.warnings == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_is_in_force_equals_what_ssh_says(case: Path, files: Path, need: Callable[[str], str]) -> None:
    check(case.read_text(), files, need("ssh"))


LATER = sorted((Path(__file__).parents[1] / "cases" / "ssh_config" / "later").glob("*.conf"))
"""What OpenSSH understands since 9.4 (Tag, localnetwork) and 10.0 (sessiontype, command)."""


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.stem)
def test_what_later_versions_understand_equals_what_they_say(
    case: Path, files: Path, need: Callable[[str], str]
) -> None:
    told = subprocess.run([need("ssh"), "-G", "-F", case, "a"], capture_output=True, text=True)
    if told.returncode and ("Unsupported Match attribute" in told.stderr or "Bad configuration option" in told.stderr):
        # No second source here: the unit tests hold these against the manual.
        pytest.skip("this ssh is too old")
    check(case.read_text(), files, need("ssh"))


def test_windows_line_ends_mean_the_same(files: Path, need: Callable[[str], str]) -> None:
    check("# ssh -G a b\nHost a\n  User x\n  Port 2222\n".replace("\n", "\r\n"), files, need("ssh"))


NAMES = """\
10.9.9.1 www.one.test
10.9.9.2 www.two.test
10.9.9.3 real.two.test db.one.test
10.9.9.4 x.y.z kept
10.9.9.5 a.b.c.test alias.b.c.test
"""
"""The hosts file that both sides see; the first name of a line is the canonical one."""

CANONICAL = """\
Host behind
  ProxyJump j
Host asked
  ProxyJump j
  CanonicalizeHostname always
Host kept
  CanonicalDomains none
Host *
  CanonicalizeHostname yes
  CanonicalDomains none.test one.test two.test
  CanonicalizePermittedCNAMEs other:other *.one.test,alias.*:*.two.test,a.b.c.test
Match canonical host www.one.test
  Port 1
Match canonical host *.two.test
  User two
Host www
  User first-reading
Host real.two.test
  Compression yes
"""


def test_canonical_names_are_those_of_ssh(tmp_path: Path, need: Callable[[str], str]) -> None:
    """Both ask the system's resolver, which reads a hosts file of ours (nss_wrapper)."""
    ssh, hosts, path = need("ssh"), tmp_path / "hosts", tmp_path / "config"
    hosts.write_text(NAMES)
    path.write_text(CANONICAL)
    wrapper = next(map(str, Path("/usr/lib").glob("*/libnss_wrapper.so")), "") or need("libnss_wrapper.so")
    around = {**os.environ, "LD_PRELOAD": wrapper, "NSS_WRAPPER_HOSTS": str(hosts)}
    names = ["www", "db", "alias.b.c.test", "x.y.z", "behind", "asked", "kept", "10.9.9.1"]
    script = (
        "import sys, pathlib\n"
        "from sshtui.store.machine import this_machine\n"
        "from sshtui.store.ssh_config_resolve import SshConfig\n"
        "config = SshConfig.load(pathlib.Path(sys.argv[1]))\n"
        "for name in sys.argv[2:]:\n"
        "    found = config.resolve(name, machine=this_machine(match_exec=False))\n"
        "    values = [found.first(keyword) for keyword in ('port', 'user', 'compression')]\n"
        "    print(found.hostname, values[0] or '22', values[1] or '-', values[2] or 'no')\n"
    )
    ours = subprocess.run([sys.executable, "-c", script, path, *names], env=around, capture_output=True, text=True)
    assert ours.stderr == ""
    theirs = []
    for name in names:
        told = subprocess.run([ssh, "-G", "-F", path, name], env=around, capture_output=True, text=True, check=True)
        values = dict(line.split(" ", 1) for line in told.stdout.splitlines() if " " in line)
        user = values["user"] if values["user"] in {"two", "first-reading"} else "-"
        theirs.append(f"{values['hostname']} {values['port']} {user} {values['compression']}")
    assert ours.stdout.splitlines() == theirs
    assert theirs[:3] == ["www.one.test 1 first-reading no", "real.two.test 22 two yes", "a.b.c.test 22 - no"]


def test_every_keyword_that_is_followed_is_compared() -> None:
    # Older ssh knows no Tag.
    assert {"tag"} == FOLLOWED - (ALWAYS | WHEN_SET)


def test_at_least_25_configurations_are_compared() -> None:
    assert len(CASES) >= 25

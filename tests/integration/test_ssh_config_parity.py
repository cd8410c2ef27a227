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
from sshtui.store.openssh_defaults import LISTS, TABLES, defaults, tabled
from sshtui.store.ssh_config_effective import FOLLOWED, ORDER, rows, ssh_lines
from sshtui.store.ssh_config_resolve import SshConfig

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


def check(text: str, files: Path, ssh: str) -> None:
    """Hold our lines for the hosts of the first line against those of ssh: each, defaults too, in their order."""
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
        ours = [f"{keyword} {value}" for keyword, value in ssh_lines(rows(effective, home, defaults(home)))]
        theirs = [line for line in told.stdout.splitlines() if line.split(" ", 1)[0].lower() in ORDER]
        assert ours == theirs, name
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
    assert set() == FOLLOWED - set(ORDER)


QUERIES = {"ciphers": "cipher", "macs": "mac", "kexalgorithms": "kex", "hostkeyalgorithms": "HostKeyAlgorithms"}


@pytest.mark.parametrize("keyword", QUERIES)
def test_every_algorithm_of_ssh_may_be_asked_for(keyword: str, need: Callable[[str], str]) -> None:
    told = subprocess.run([need("ssh"), "-Q", QUERIES[keyword]], capture_output=True, text=True, check=True)
    names = told.stdout.split()
    assert tabled(Path("/home/me")).assembled(keyword, ",".join(names)) == ",".join(names)


SIGNATURES = (
    "ssh-ed25519-cert-v01@openssh.com,"
    "ecdsa-sha2-nistp256-cert-v01@openssh.com,"
    "ecdsa-sha2-nistp384-cert-v01@openssh.com,"
    "ecdsa-sha2-nistp521-cert-v01@openssh.com,"
    "sk-ssh-ed25519-cert-v01@openssh.com,"
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"
    "rsa-sha2-512-cert-v01@openssh.com,"
    "rsa-sha2-256-cert-v01@openssh.com,"
    "ssh-ed25519,"
    "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
    "sk-ssh-ed25519@openssh.com,"
    "sk-ecdsa-sha2-nistp256@openssh.com,"
    "rsa-sha2-512,rsa-sha2-256"
)
"""PubkeyAcceptedAlgorithms. HostKeyAlgorithms is the same list to the program (KEX_DEFAULT_PK_ALG of `myproposal.h`);
its manual has the two plain sk- names the other way round, against what `ssh -G` prints."""

DOCUMENTED = {
    "ciphers": (
        "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr"
    ),
    "kexalgorithms": (
        "mlkem768x25519-sha256,"
        "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
        "curve25519-sha256,curve25519-sha256@libssh.org,"
        "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
        "diffie-hellman-group-exchange-sha256,"
        "diffie-hellman-group16-sha512,"
        "diffie-hellman-group18-sha512,"
        "diffie-hellman-group14-sha256"
    ),
    "macs": (
        "umac-64-etm@openssh.com,umac-128-etm@openssh.com,"
        "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
        "hmac-sha1-etm@openssh.com,"
        "umac-64@openssh.com,umac-128@openssh.com,"
        "hmac-sha2-256,hmac-sha2-512,hmac-sha1"
    ),
    "pubkeyacceptedalgorithms": SIGNATURES,
    "hostkeyalgorithms": SIGNATURES,
}
"""Default lists as ssh_config(5) has them, OpenBSD's revision 1.407 of December 2024, between 9.9 and 10.0."""


def test_the_tables_are_the_defaults_that_the_manual_names() -> None:
    ours = tabled(Path("/home/me"))
    assert {keyword: ours.values[keyword][0] for keyword in LISTS} == DOCUMENTED


def test_the_tables_are_the_defaults_of_an_ssh_of_their_version(need: Callable[[str], str]) -> None:
    need("ssh")
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    theirs, ours = defaults(home), tabled(home)
    if not theirs.whose.startswith(TABLES):
        # Their second source is the manual then, above.
        pytest.skip(f"this is {theirs.whose}, and the tables are those of {TABLES}")
    assert {keyword: theirs.values[keyword] for keyword in LISTS} == {
        keyword: ours.values[keyword] for keyword in LISTS
    }


def test_at_least_25_configurations_are_compared() -> None:
    assert len(CASES) >= 25

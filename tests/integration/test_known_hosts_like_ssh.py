"""What a known_hosts file means: our lookup and the plain `ssh` client give the same answer to the same server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.model.host_keys import HostKey
from sshtui.ssh.known_host_lines import hashed_name
from sshtui.ssh.known_hosts import Known, KnownHosts
from tests.servers.key_files import make_key_file, public_key
from tests.servers.openssh import OpenSSH, openssh

# K stands for the server's host key, O for another of its type, R for one of another type, P for its port.
CASES = {
    "nothing known": "",
    "exact name": "[localhost]:P K",
    "another key": "[localhost]:P O",
    "both keys": "[localhost]:P O\n[localhost]:P K",
    "another type": "[localhost]:P R",
    "another type and the right one": "[localhost]:P R\n[localhost]:P K",
    "upper case": "[LOCALHOST]:P K",
    "bare name counts for another port": "localhost K",
    "bare name with another key is no change": "localhost O",
    "bare name gives way to the exact one": "[localhost]:P O\nlocalhost K",
    "port 22 in brackets is not the bare name": "[localhost]:22 K",
    "the address only": "[127.0.0.1]:P K",
    "comma list": "web,[localhost]:P,10.0.0.1 K",
    "star": "[local*]:P K",
    "star over everything": "* K",
    "question mark": "[localhos?]:P K",
    "negation": "*,![localhost]:P K",
    "negation of another": "*,!other K",
    "hashed": "H K",
    "hashed, another key": "H O",
    "hashed bare name": "B K",
    "damaged hash": "|1|AAAA|BBBB K",
    "revoked": "@revoked [localhost]:P K",
    "revoked by pattern": "@revoked * K",
    "revoked beside the bare name": "@revoked [localhost]:P K\nlocalhost K",
    "revoked after trusted": "[localhost]:P K\n@revoked [localhost]:P K",
    "another one revoked": "[localhost]:P K\n@revoked [localhost]:P O",
    "authority is no host key": "@cert-authority [localhost]:P K",
    "authority beside the host key": "@cert-authority * O\n[localhost]:P K",
    "unknown marker": "@cert-authorities [localhost]:P K\n[localhost]:P K",
    "two markers": "@revoked @cert-authority [localhost]:P K",
    "one word": "nonsense\n[localhost]:P K",
    "name without key": "[localhost]:P\n[localhost]:P K",
    "cut base64": "[localhost]:P ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n",
    "type that is not the key's": "[localhost]:P ssh-rsa BLOB",
    "comment at the end": "[localhost]:P K some one # here",
    "blanks in front and between": "  \t[localhost]:P \t K",
    "comment line": "#[localhost]:P K",
    "CRLF": "[localhost]:P K\r\n",
    "NUL tail": "[localhost]:P K\n\0\0\0\0\0",
    "NUL after the key": "[localhost]:P K\0rest",
    "bytes that are no text": "\udcff\udcfe \udcff\n[localhost]:P K",
    "byte order mark": "\ufeff[localhost]:P K",
    "an old RSA1 line": "[localhost]:P 1024 35 123456789\n[localhost]:P K",
}


def verdict_of_ssh(server: OpenSSH, file: Path) -> str:
    """`trusted`, `changed`, `revoked` or `unknown` in the words of ssh(1)."""
    options = [
        "-F", "none", "-p", str(server.port), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
        "-o", "CheckHostIP=no", "-o", "UpdateHostKeys=no", "-o", "PreferredAuthentications=none",
        "-o", f"UserKnownHostsFile={file}", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "AddressFamily=inet",
    ]  # fmt: skip
    said = subprocess.run(["ssh", *options, "localhost", "true"], capture_output=True, text=True, timeout=30).stderr
    for word, sign in {"revoked": "REVOKED", "changed": "HAS CHANGED", "trusted": "Permission denied"}.items():
        if sign in said:
            return word
    assert "host key is known for" in said, said
    return "unknown"


def verdict_of_ours(known: Known, host_key: HostKey) -> str:
    if host_key in known.revoked:
        return "revoked"
    if host_key in known.trusted:
        return "trusted"
    return "changed" if known.exact else "unknown"


@pytest.fixture(scope="module")
def other_keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[HostKey, HostKey]:
    """Another ed25519 key, and an RSA one."""
    directory = tmp_path_factory.mktemp("keys")
    return public_key(make_key_file(directory / "o")), public_key(make_key_file(directory / "r", "rsa"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], str]) -> Iterator[OpenSSH]:
    """One quiet sshd for all cases."""
    need("ssh")
    with openssh(tmp_path_factory.mktemp("sshd"), need("sshd"), log_level="QUIET") as server:
        yield server


@pytest.mark.parametrize("case", CASES)
def test_a_file_means_what_it_means_to_ssh(
    case: str, server: OpenSSH, other_keys: tuple[HostKey, HostKey], tmp_path: Path
) -> None:
    host_key = server.host_keys[0]
    name = f"[localhost]:{server.port}"
    text = CASES[case].replace("P", str(server.port))
    for sign, value in {
        " K": " " + host_key.line,
        " O": " " + other_keys[0].line,
        " R": " " + other_keys[1].line,
        "BLOB": host_key.line.split()[1],
        "H ": hashed_name(name.encode()).decode() + " ",
        "B ": hashed_name(b"localhost").decode() + " ",
    }.items():
        text = text.replace(sign, value)
    file = tmp_path / "known_hosts"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert verdict_of_ours(KnownHosts(file).lookup("localhost", server.port), host_key) == verdict_of_ssh(server, file)

"""Fingerprints and randomart, judged by `ssh-keygen`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.host_keys import HostKey
from tests.servers.key_files import make_key_file, public_key, public_line

KINDS = [("ed25519", 0), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 1024), ("rsa", 2048), ("dsa", 1024)]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
def key_file(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], str]
) -> Path:
    need("ssh-keygen")
    kind, bits = request.param
    return make_key_file(tmp_path_factory.mktemp("keys") / "key", kind, bits=bits, comment="who@where")


def said_by_ssh_keygen(key_file: Path, *options: str) -> list[str]:
    return subprocess.run(
        ["ssh-keygen", *options, "-f", str(key_file)], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_bits_sha256_and_kind_are_those_of_ssh_keygen(key_file: Path) -> None:
    key = public_key(key_file)
    (line,) = said_by_ssh_keygen(key_file, "-l")
    assert f"{key.bits} {key.sha256} who@where ({key.kind})" == line


def test_md5_is_that_of_ssh_keygen(key_file: Path) -> None:
    (line,) = said_by_ssh_keygen(key_file, "-l", "-E", "md5")
    assert line.split()[1] == public_key(key_file).md5


def test_the_randomart_is_that_of_ssh_keygen(key_file: Path) -> None:
    assert public_key(key_file).randomart.splitlines() == said_by_ssh_keygen(key_file, "-lv")[1:]


def test_the_line_is_the_one_in_the_public_file(key_file: Path) -> None:
    assert public_key(key_file).line == " ".join(public_line(key_file).split()[:2])


def test_a_fingerprint_is_recognised_as_ssh_keygen_and_links_write_it(key_file: Path) -> None:
    key = public_key(key_file)
    for options in ((), ("-E", "md5")):
        (line,) = said_by_ssh_keygen(key_file, "-l", *options)
        assert key.has_fingerprint(line.split()[1])
        assert key.has_fingerprint(f"{key.algorithm}-{line.split()[1]}")
    assert key.has_fingerprint(f"{key.algorithm}-{key.md5.removeprefix('MD5:').replace(':', '-')}")
    assert key.has_fingerprint(key.sha256.replace("+", "-").replace("/", "_") + "=")


@pytest.mark.parametrize("text", ["", "SHA256:", "MD5:", "SHA256:abc", "aa:bb", "*"])
def test_nothing_else_is_a_fingerprint(text: str, key_file: Path) -> None:
    key = public_key(key_file)
    assert not key.has_fingerprint(text)
    assert not key.has_fingerprint(key.sha256[:-1])
    assert not key.has_fingerprint(key.md5[:-1])


@pytest.mark.parametrize("blob", [b"", b"\0", b"\0\0\0\xffssh", b"\0\0\0\x07ssh-rsa", b"\xff" * 64])
def test_a_damaged_key_has_no_size_and_raises_nothing(blob: bytes) -> None:
    key = HostKey(blob)
    assert key.bits == 0
    assert key.sha256.startswith("SHA256:")
    assert len(key.randomart.splitlines()) == 11
    assert key.kind


def test_host_keys_are_equal_when_their_blobs_are() -> None:
    assert len({HostKey(b"a"), HostKey(b"a"), HostKey(b"b")}) == 2

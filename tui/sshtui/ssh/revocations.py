"""A list of revoked keys (RevokedHostKeys of ssh_config(5)): public keys as text, or a KRL (OpenSSH, PROTOCOL.krl)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sshtui import files
from sshtui.errors import BrokenFile, ConfigError
from sshtui.model.host_keys import HostKey

SIZE_LIMIT = 64 * 1024 * 1024

_MAGIC = b"SSHKRL\n\0"
_VERSION = 1
_HEADER = 4 + 8 + 8 + 8
"""Format version, then number, date and flags of the list; two strings follow."""

_CERTIFICATES, _KEYS, _SHA1, _SIGNATURE, _SHA256 = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Revocations:
    """What such a file revokes: whole keys, digests of keys, and whether it speaks of single certificates."""

    keys: frozenset[HostKey] = frozenset()
    sha1: frozenset[bytes] = frozenset()
    sha256: frozenset[bytes] = frozenset()
    certificates: bool = False

    def revokes(self, host_key: HostKey) -> bool:
        """Whether `host_key` must never be accepted."""
        return (
            host_key in self.keys
            or (bool(self.sha1) and hashlib.sha1(host_key.blob).digest() in self.sha1)
            or (bool(self.sha256) and hashlib.sha256(host_key.blob).digest() in self.sha256)
        )

    @property
    def spoils_certificates(self) -> bool:
        """Whether a host certificate cannot be judged by it: only the plain host key behind one can."""
        return self.certificates or bool(self.sha1 or self.sha256)


def read_revocations(path: Path) -> Revocations:
    """What the file revokes. Raises ConfigError when it is missing, damaged or cannot be read, as ssh then refuses."""
    data = files.read_whole(path, limit=SIZE_LIMIT)
    if data is None:
        raise ConfigError(
            f"The list of revoked host keys, {path}, is not there.", hint="Without it no host key is accepted."
        )
    return _krl(data, path) if data.startswith(_MAGIC) else _text(data, path)


def _text(data: bytes, path: Path) -> Revocations:
    found = set()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        try:
            host_key = HostKey(base64.b64decode(words[1], validate=True))
        except (IndexError, binascii.Error) as error:
            raise BrokenFile(path, number, "this is no public key") from error
        if host_key.algorithm.encode() != words[0]:
            raise BrokenFile(path, number, "this is no public key")
        found.add(host_key)
    return Revocations(keys=frozenset(found))


def _krl(data: bytes, path: Path) -> Revocations:
    found: dict[int, set[bytes]] = {_KEYS: set(), _SHA1: set(), _SHA256: set()}
    certificates = False
    try:
        if int.from_bytes(data[8:12], "big") != _VERSION:
            raise ValueError("of another version")
        _, at = _string(data, len(_MAGIC) + _HEADER)
        _, at = _string(data, at)
        while at < len(data):
            kind = data[at]
            section, at = _string(data, at + 1)
            if kind in found:
                found[kind] |= set(_strings(section))
            elif kind == _SIGNATURE:
                break
            else:
                # Certificates, and what is not known here: nothing that says more can be overlooked.
                certificates = True
    except ValueError as error:
        raise BrokenFile(path, 0, f"a list of revoked keys (KRL) that is {error}") from error
    return Revocations(
        frozenset(map(HostKey, found[_KEYS])), frozenset(found[_SHA1]), frozenset(found[_SHA256]), certificates
    )


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 4], "big")
    end = at + 4 + length
    if at + 4 > len(data) or end > len(data):
        raise ValueError("cut off")
    return data[at + 4 : end], end


def _strings(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        text, at = _string(data, at)
        yield text

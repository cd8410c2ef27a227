"""A list of revoked keys (RevokedHostKeys of ssh_config(5)): public keys as text, or a KRL (OpenSSH, PROTOCOL.krl)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
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

_CERTIFICATES, _KEYS, _SHA1, _SIGNATURE, _SHA256, _EXTENSION = 1, 2, 3, 4, 5, 255
_SERIALS, _RANGE, _BITMAP, _KEY_IDS, _FURTHER = 0x20, 0x21, 0x22, 0x23, 0x39
"""Kinds of sections, and of what stands in one about certificates (OpenSSH, PROTOCOL.krl)."""


@dataclass(frozen=True)
class HostCertificate:
    """What of a host certificate a list can speak of."""

    host_key: HostKey
    authority: HostKey
    serial: int
    key_id: bytes


@dataclass(frozen=True)
class RevokedCertificates:
    """Certificates of one `authority`, of every one when that is None."""

    authority: HostKey | None
    key_ids: frozenset[bytes] = frozenset()
    ranges: tuple[tuple[int, int], ...] = ()
    """First and last serial number."""
    bitmaps: tuple[tuple[int, int], ...] = ()
    """A serial number, and a number whose bits say of it and of the following ones whether they are revoked."""

    def __contains__(self, certificate: HostCertificate) -> bool:
        if self.authority is not None and self.authority != certificate.authority:
            return False
        serial = certificate.serial
        # 0 is what an authority that does not count gives to all of them.
        return certificate.key_id in self.key_ids or (
            serial != 0
            and (
                any(first <= serial <= last for first, last in self.ranges)
                or any(first <= serial and bits >> (serial - first) & 1 for first, bits in self.bitmaps)
            )
        )


@dataclass(frozen=True)
class Revocations:
    """What such a file revokes: whole keys, digests of keys, and single certificates."""

    keys: frozenset[HostKey] = frozenset()
    sha1: frozenset[bytes] = frozenset()
    sha256: frozenset[bytes] = frozenset()
    certificates: tuple[RevokedCertificates, ...] = ()

    def revokes(self, host_key: HostKey) -> bool:
        """Whether `host_key` must never be accepted."""
        return (
            host_key in self.keys
            or (bool(self.sha1) and hashlib.sha1(host_key.blob).digest() in self.sha1)
            or (bool(self.sha256) and hashlib.sha256(host_key.blob).digest() in self.sha256)
        )

    def revokes_certificate(self, certificate: HostCertificate) -> bool:
        """Whether it must never be accepted: for itself, for its host key, or for its authority."""
        return (
            self.revokes(certificate.host_key)
            or self.revokes(certificate.authority)
            or any(certificate in revoked for revoked in self.certificates)
        )


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
    certificates: list[RevokedCertificates] = []
    try:
        if int.from_bytes(data[8:12], "big") != _VERSION:
            raise ValueError("of another version")
        _, at = _string(data, len(_MAGIC) + _HEADER)
        _, at = _string(data, at)
        signed = False
        while at < len(data):
            kind = data[at]
            section, at = _string(data, at + 1)
            if kind == _SIGNATURE:
                # What follows the signer's key; ssh checks no signature of a local list either.
                _, at = _string(data, at)
                signed = True
            elif signed:
                raise ValueError("continued behind its signature")
            elif kind in found:
                found[kind] |= set(_strings(section))
            elif kind == _CERTIFICATES:
                certificates.append(_of_authority(section))
            else:
                _pass_over(kind, _EXTENSION, section)
    except ValueError as error:
        raise BrokenFile(path, 0, f"a list of revoked keys (KRL) that is {error}") from error
    keys = frozenset(map(HostKey, found[_KEYS]))
    return Revocations(keys, frozenset(found[_SHA1]), frozenset(found[_SHA256]), tuple(certificates))


def _of_authority(section: bytes) -> RevokedCertificates:
    authority, at = _string(section, 0)
    _, at = _string(section, at)
    key_ids: set[bytes] = set()
    ranges: list[tuple[int, int]] = []
    bitmaps: list[tuple[int, int]] = []
    while at < len(section):
        kind = section[at]
        part, at = _string(section, at + 1)
        if kind == _KEY_IDS:
            key_ids |= set(_strings(part))
        elif kind == _SERIALS and len(part) % 8 == 0:
            ranges += [(serial, serial) for (serial,) in struct.iter_unpack(">Q", part)]
        elif kind == _RANGE and len(part) == 16:
            first, last = struct.unpack(">QQ", part)
            ranges.append((first, last))
        elif kind == _BITMAP and len(part) >= 8:
            bits, _ = _string(part, 8)
            bitmaps.append((int.from_bytes(part[:8], "big"), int.from_bytes(bits, "big")))
        else:
            _pass_over(kind, _FURTHER, part)
    return RevokedCertificates(
        HostKey(authority) if authority else None, frozenset(key_ids), tuple(ranges), tuple(bitmaps)
    )


def _pass_over(kind: int, extension: int, section: bytes) -> None:
    """Leave out an extension that may be; whatever else is not known could revoke something."""
    if kind == extension:
        _, at = _string(section, 0)
        if section[at : at + 1] == b"\0":
            return
    raise ValueError("of a newer kind")


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

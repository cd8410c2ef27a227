"""PuTTY's private key files, versions 2 and 3 (PuTTY manual, appendix C); version 1 is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sshtui.errors import KeyFormatError, WrongPassphrase
from sshtui.keys.formats import decode_base64
from sshtui.keys.translate import wrong_passphrase

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

ARGON2_MEMORY = 8192
"""KiB; what PuTTYgen writes."""
ARGON2_PASSES = 13

# A file from elsewhere must not make us fill the memory or compute for minutes.
_MEMORY_LIMIT = 1024 * 1024
_PASSES_LIMIT = 10_000
_LANES_LIMIT = 64

_HEADER = re.compile(r"([A-Za-z0-9-]+): (.*)")


@dataclass(frozen=True)
class Derivation:
    """How version 3 turns a passphrase into keys (RFC 9106); `memory` in KiB."""

    flavour: str
    memory: int
    passes: int
    lanes: int
    salt: bytes


@dataclass(frozen=True)
class PpkFile:
    """A PPK file as it stands: `private` is still encrypted when `encryption` is not "none"."""

    version: Literal[1, 2, 3]
    algorithm: str
    encryption: str
    comment: str
    public: bytes
    private: bytes = field(repr=False)
    mac: bytes
    derivation: Derivation | None = None
    hashed: bool = False
    """Whether a bare SHA-1 stands in for the MAC, as in some files of version 1."""

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return self.encryption != "none"

    @property
    def protection(self) -> str:
        """How it is encrypted, for a person; "" when it is not."""
        if not self.encrypted:
            return ""
        if self.derivation is None:
            return f"{self.encryption}, SHA-1 once (weak)"
        kdf = self.derivation
        return f"{self.encryption}, {kdf.flavour} {kdf.memory} KiB × {kdf.passes}"

    def open(self, passphrase: str | None, label: str = "The file") -> bytes:
        """The private blob with its padding, checked by the MAC.

        Raises WrongPassphrase, or KeyFormatError when a plain file does not match its MAC.
        """
        if self.encrypted and passphrase is None:
            raise WrongPassphrase(f"{label} is protected by a passphrase.")
        secrets = _Secrets.derive(self, passphrase or "") if self.encrypted else _Secrets.none(self.version)
        plain = secrets.decrypt(self.private) if self.encrypted else self.private
        if hmac.compare_digest(self._mac_of(plain, secrets.mac), self.mac):
            return plain
        if self.encrypted:
            raise wrong_passphrase(label)
        raise KeyFormatError(
            f"{label} does not match its checksum (MAC): it is damaged or was changed.",
            hint="Take an untouched copy; nothing in this file can be trusted.",
        )

    def _mac_of(self, plain: bytes, mac_key: bytes) -> bytes:
        if self.version == 1:
            # It covers the private part alone; that the public one belongs to it shows when the key is built.
            return hashlib.sha1(plain).digest() if self.hashed else hmac.new(mac_key, plain, "sha1").digest()
        parts = (_bytes(self.algorithm), self.encryption.encode(), _bytes(self.comment), self.public, plain)
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(mac_key, message, "sha256" if self.version == 3 else "sha1").digest()

    def text(self) -> bytes:
        """The file's content, lines ending in LF."""
        lines = [
            f"PuTTY-User-Key-File-{self.version}: {self.algorithm}",
            f"Encryption: {self.encryption}",
            f"Comment: {self.comment}",
            *_base64_lines("Public", self.public),
        ]
        if self.derivation:
            kdf = self.derivation
            lines += [
                f"Key-Derivation: {kdf.flavour}",
                f"Argon2-Memory: {kdf.memory}",
                f"Argon2-Passes: {kdf.passes}",
                f"Argon2-Parallelism: {kdf.lanes}",
                f"Argon2-Salt: {kdf.salt.hex()}",
            ]
        lines += [*_base64_lines("Private", self.private), f"Private-MAC: {self.mac.hex()}"]
        return _bytes("\n".join(lines) + "\n")


@dataclass(frozen=True)
class _Secrets:
    """What a passphrase turns into: AES-256 key, CBC IV and MAC key."""

    cipher: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    mac: bytes = field(repr=False)

    @classmethod
    def none(cls, version: int) -> _Secrets:
        """For a file without passphrase: versions 1 and 2 have a fixed MAC key, version 3 an empty one."""
        return cls(b"", b"", b"" if version == 3 else _mac_key_2(""))

    @classmethod
    def derive(cls, file: PpkFile, passphrase: str) -> _Secrets:
        if file.derivation is None:
            secret = passphrase.encode()
            halves = [hashlib.sha1(count + secret).digest() for count in (b"\0\0\0\0", b"\0\0\0\1")]
            return cls((halves[0] + halves[1])[:32], bytes(16), _mac_key_2(passphrase))
        from cryptography.hazmat.primitives.kdf import argon2

        kdf = file.derivation
        flavours: dict[str, type[argon2.Argon2id | argon2.Argon2i | argon2.Argon2d]] = {
            "Argon2id": argon2.Argon2id,
            "Argon2i": argon2.Argon2i,
            "Argon2d": argon2.Argon2d,
        }
        derived = flavours[kdf.flavour](
            salt=kdf.salt, length=80, iterations=kdf.passes, lanes=kdf.lanes, memory_cost=kdf.memory
        ).derive(passphrase.encode())
        return cls(derived[:32], derived[32:48], derived[48:])

    def decrypt(self, data: bytes) -> bytes:
        if len(data) % 16:
            raise KeyFormatError("The private part is cut off.")
        decryptor = self._cipher().decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def encrypt(self, data: bytes) -> bytes:
        encryptor = self._cipher().encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def _cipher(self) -> Cipher[CBC]:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        return Cipher(algorithms.AES(self.cipher), modes.CBC(self.iv))


def _mac_key_2(passphrase: str) -> bytes:
    return hashlib.sha1(b"putty-private-key-file-mac-key" + passphrase.encode()).digest()


def read_ppk(data: bytes) -> PpkFile:
    """The PPK file `data`; raises KeyFormatError with the reason."""
    try:
        lines = data.decode("utf-8", "surrogateescape").splitlines()
        fields, blobs = _fields(lines)
        if not fields:
            raise KeyFormatError("The PPK file is cut off in its first line.")
        name, algorithm = next(iter(fields.items()))
        version: Literal[1, 2, 3] = 3 if name.endswith("-3") else 2 if name.endswith("-2") else 1
        encryption = fields["Encryption"]
        if encryption not in ("none", "aes256-cbc"):
            raise KeyFormatError(f"The PPK file is encrypted with {encryption!r}, which PPK does not know.")
        derivation = _derivation(fields) if version == 3 and encryption != "none" else None
        hashed = version == 1 and "Private-Hash" in fields
        mac = bytes.fromhex(fields["Private-Hash" if hashed else "Private-MAC"])
        comment, public, private = fields["Comment"], blobs["Public"], blobs["Private"]
        return PpkFile(version, algorithm, encryption, comment, public, private, mac, derivation, hashed)
    except KeyError as error:
        raise KeyFormatError(f"The PPK file has no line {error.args[0]!r}; it is cut off or damaged.") from error
    except ValueError as error:
        raise KeyFormatError(f"The PPK file is damaged: {error}.") from error


def _fields(lines: list[str]) -> tuple[dict[str, str], dict[str, bytes]]:
    fields: dict[str, str] = {}
    blobs: dict[str, bytes] = {}
    at = 0
    while at < len(lines):
        match = _HEADER.fullmatch(lines[at])
        at += 1
        if not match:
            if lines[at - 1].strip():
                raise KeyFormatError(f"Line {at} of the PPK file is not understood.")
            continue
        name, value = match[1], match[2]
        if name in ("Public-Lines", "Private-Lines"):
            count = int(value)
            if count < 0 or at + count > len(lines):
                raise KeyFormatError("The PPK file is cut off.")
            blobs[name.removesuffix("-Lines")] = decode_base64("".join(lines[at : at + count]).encode())
            at += count
        else:
            fields[name] = value
    return fields, blobs


def _derivation(fields: dict[str, str]) -> Derivation:
    kdf = Derivation(
        fields["Key-Derivation"],
        int(fields["Argon2-Memory"]),
        int(fields["Argon2-Passes"]),
        int(fields["Argon2-Parallelism"]),
        bytes.fromhex(fields["Argon2-Salt"]),
    )
    if kdf.flavour not in ("Argon2id", "Argon2i", "Argon2d"):
        raise KeyFormatError(f"The PPK file derives its key with {kdf.flavour!r}, which is not supported.")
    if not (8 <= kdf.memory <= _MEMORY_LIMIT and 1 <= kdf.passes <= _PASSES_LIMIT and 1 <= kdf.lanes <= _LANES_LIMIT):
        raise KeyFormatError(
            f"The PPK file asks for {kdf.memory} KiB × {kdf.passes} passes × {kdf.lanes} lanes to open it: refused.",
            hint="Save it again in PuTTYgen with ordinary parameters.",
        )
    return kdf


def make_ppk(
    version: Literal[2, 3], algorithm: str, comment: str, public: bytes, private: bytes, passphrase: str | None
) -> PpkFile:
    """A PPK file around the two blobs, encrypted when there is a passphrase.

    Version 3 uses Argon2id with PuTTYgen's parameters, version 2 has nothing better than SHA-1.
    """
    comment = " ".join(comment.splitlines())
    if passphrase is None:
        file = PpkFile(version, algorithm, "none", comment, public, private, b"")
        secrets = _Secrets.none(version)
        plain = private
    else:
        kdf = Derivation("Argon2id", ARGON2_MEMORY, ARGON2_PASSES, 1, os.urandom(16)) if version == 3 else None
        plain = private + os.urandom(-len(private) % 16)
        file = PpkFile(version, algorithm, "aes256-cbc", comment, public, plain, b"", kdf)
        secrets = _Secrets.derive(file, passphrase)
    sealed = plain if passphrase is None else secrets.encrypt(plain)
    mac = file._mac_of(plain, secrets.mac)
    return PpkFile(version, algorithm, file.encryption, comment, public, sealed, mac, file.derivation)


def _base64_lines(name: str, data: bytes) -> list[str]:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return [f"{name}-Lines: {len(lines)}", *lines]


def _bytes(text: str) -> bytes:
    """Text as the file has it; bytes that are no UTF-8 come through unharmed."""
    return text.encode("utf-8", "surrogateescape")

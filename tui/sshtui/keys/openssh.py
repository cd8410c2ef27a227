"""The outside of an OpenSSH private key: what is known without the passphrase (OpenSSH, PROTOCOL.key)."""

from __future__ import annotations

import base64
from typing import NamedTuple

from sshtui.errors import KeyFormatError
from sshtui.keys.formats import pem_block
from sshtui.keys.wire import Reader, string, uint32

ROUNDS_LIMIT = 10_000
"""About a minute of computing; ssh-keygen takes 16 or 24 rounds, careful people some hundred."""

_MAGIC = b"openssh-key-v1\0"


class Container(NamedTuple):
    """The readable part: cipher and KDF by name ("none" for a plain key), bcrypt rounds, the public blob.

    `comment` is "" for an encrypted key, whose comment lies inside.
    """

    cipher: str
    kdf: str
    rounds: int
    public: bytes
    comment: str

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return self.cipher != "none"


def read_container(data: bytes) -> Container:
    """The outside of the key file `data`; raises KeyFormatError."""
    content = pem_block(data).content
    if not content.startswith(_MAGIC):
        raise KeyFormatError("The file claims to be an OpenSSH key, its content is something else.")
    reader = Reader(content[len(_MAGIC) :])
    cipher = reader.string().decode("ascii", "replace")
    kdf = reader.string().decode("ascii", "replace")
    options = reader.string()
    if reader.uint32() != 1:
        raise KeyFormatError("The file holds several keys; OpenSSH itself reads files with one only.")
    public, private = reader.string(), reader.string()
    rounds = 0
    if kdf == "bcrypt":
        salted = Reader(options)
        salted.string()
        rounds = salted.uint32()
        if rounds > ROUNDS_LIMIT:
            raise KeyFormatError(f"The file asks for {rounds} rounds of bcrypt to open it, which would take for ever.")
    comment = "" if cipher != "none" else _plain_comment(public, private)
    return Container(cipher, kdf, rounds, public, comment)


def plain_container(public: bytes, private: bytes) -> bytes:
    """A key file without passphrase and comment, of the two halves in their wire form, each with its type in front."""
    section = bytes(8) + private + string(b"")
    section += bytes(range(1, -len(section) % 8 + 1))
    head = _MAGIC + string(b"none") + string(b"none") + string(b"") + uint32(1)
    text = base64.encodebytes(head + string(public) + string(section))
    return b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + text + b"-----END OPENSSH PRIVATE KEY-----\n"


def _plain_comment(public: bytes, private: bytes) -> str:
    """The comment: the last string before the padding 1, 2, 3 … of an unencrypted private section."""
    reader = Reader(private)
    if reader.uint32() != reader.uint32():
        raise KeyFormatError("The private part is damaged.")
    algorithm = reader.string().decode("ascii", "replace")
    if Reader(public).string() != algorithm.encode():
        raise KeyFormatError("Private and public part are of different types.")
    if algorithm.startswith("sk-"):
        fields = 2 if "ed25519" in algorithm else 3
        for _ in range(fields):
            reader.string()
        reader.take(1)
        strings = 2
    else:
        strings = {"ssh-rsa": 6, "ssh-dss": 5, "ssh-ed25519": 2, "ssh-ed448": 2}.get(algorithm, 3)
    for _ in range(strings):
        reader.string()
    return reader.string().decode("utf-8", "replace")

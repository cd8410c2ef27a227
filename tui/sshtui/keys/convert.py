"""Private keys from one format to another, public keys on paper; what gets lost is said beforehand."""

from __future__ import annotations

import base64
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError, UsageError
from sshtui.keys.formats import Format
from sshtui.keys.openssh import ROUNDS_LIMIT
from sshtui.keys.private import to_ppk
from sshtui.keys.translate import encoding
from sshtui.model.host_keys import PublicKey
from sshtui.model.text import plain

if TYPE_CHECKING:
    import asyncssh

ROUNDS = 64
"""bcrypt rounds: about 0.4 s to open. ssh-keygen takes 16 or 24."""
COMMENT_LIMIT = 1000
"""Characters; RFC 4716 section 3.3 allows a header of 1024 bytes."""

_CIPHER = "aes256-ctr"
_LINE = 70
"""Columns of base64 as ssh-keygen writes RFC 4716, which allows 72."""


class Target(Enum):
    """A format private keys are written in; the value is its name on the command line."""

    OPENSSH = "openssh"
    PKCS1 = "pkcs1"
    """Traditional PEM; SEC 1 for ECDSA."""
    PKCS8 = "pkcs8"
    PPK2 = "ppk2"
    PPK3 = "ppk3"


SAME = {
    Format.OPENSSH: Target.OPENSSH,
    Format.PKCS1: Target.PKCS1,
    Format.SEC1: Target.PKCS1,
    Format.PKCS8: Target.PKCS8,
    Format.PPK2: Target.PPK2,
    Format.PPK3: Target.PPK3,
}
"""The target that writes a file in the format it is in; DER and PKCS#12 have none."""


def export_private(
    private_key: asyncssh.SSHKey, target: Target, passphrase: str | None, *, rounds: int = ROUNDS
) -> bytes:
    """`key` as a file of format `target`, protected when there is a passphrase.

    `rounds` is for bcrypt and counts in the OpenSSH format only. Slow by design with a passphrase: call it in a
    thread from async code. Raises UsageError, KeyPairError for a type that does not exist in the format.
    """
    if not 1 <= rounds <= ROUNDS_LIMIT:
        raise UsageError(f"The number of KDF rounds is from 1 to {ROUNDS_LIMIT}, not {rounds}.")
    if passphrase == "":
        raise UsageError("An empty passphrase protects nothing.", hint="Say --no-passphrase to have none.")
    match target:
        case Target.OPENSSH:
            with encoding(private_key.get_algorithm(), "OpenSSH"):
                return private_key.export_private_key(
                    "openssh", passphrase, cipher_name=_CIPHER, rounds=rounds, ignore_few_rounds=True
                )
        case Target.PPK2:
            return to_ppk(private_key, 2, passphrase)
        case Target.PPK3:
            return to_ppk(private_key, 3, passphrase)
        case Target.PKCS1 | Target.PKCS8:
            return _export_pem(private_key, target, passphrase)


def _export_pem(private_key: asyncssh.SSHKey, target: Target, passphrase: str | None) -> bytes:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    held, kind = private_key.pyca_key, private_key.get_algorithm()
    traditional = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey
    if not isinstance(held, traditional | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        raise KeyPairError(f"A key of type {kind} lives in a security key and has only the OpenSSH format.")
    if target is Target.PKCS1 and not isinstance(held, traditional):
        raise KeyPairError(f"There is no PKCS#1 form of a key of type {kind}.", hint="Choose pkcs8 or openssh.")
    form = serialization.PrivateFormat.PKCS8
    if target is Target.PKCS1:
        form = serialization.PrivateFormat.TraditionalOpenSSL
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    with encoding(kind, target.value):
        return held.private_bytes(serialization.Encoding.PEM, form, protection)


def losses(
    algorithm: str, source: Format, target: Target, *, commented: bool = True, protected: bool = False
) -> tuple[str, ...]:
    """What does not survive writing a key of `algorithm`, read from `source`, as `target`: one sentence each."""
    found = []
    if commented and target in (Target.PKCS1, Target.PKCS8):
        found.append("The comment has no place in PEM; it stays in the .pub file only.")
    if source is Format.PKCS12:
        found.append("The certificates of the bundle stay behind; only the private key is taken.")
    if protected and target is Target.PKCS1:
        found.append("The passphrase protects weakly: this format derives its key with MD5, once.")
    if protected and target is Target.PPK2:
        found.append("The passphrase protects weakly: PPK 2 derives its key with SHA-1, once; ppk3 has Argon2id.")
    if algorithm == "ssh-ed25519" and target is Target.PKCS8:
        found.append("OpenSSH before 9.6 does not read Ed25519 keys in PKCS#8.")
    if algorithm == "ssh-ed448" and target is Target.OPENSSH:
        found.append("OpenSSH itself does not know Ed448.")
    return tuple(found)


def targets_for(algorithm: str) -> tuple[Target, ...]:
    """The formats a private key of `algorithm` exists in."""
    if algorithm.startswith("sk-"):
        return (Target.OPENSSH,)
    return tuple(target for target in Target if target is not Target.PKCS1 or not algorithm.startswith("ssh-ed"))


def public_text(public: PublicKey, comment: str, style: str = "openssh") -> str:
    """A public key as one line, or as RFC 4716 has it; ends in a line end. `style` is openssh or rfc4716.

    A comment is one line of text without control characters, at most COMMENT_LIMIT.
    """
    comment = plain(" ".join(comment.split()), COMMENT_LIMIT)
    if style == "openssh":
        return f"{public.line} {comment}".rstrip() + "\n"
    if style != "rfc4716":
        raise UsageError(f"There is no public format {style!r}.", hint="Formats: openssh, rfc4716.")
    text = base64.b64encode(public.blob).decode()
    lines = ["---- BEGIN SSH2 PUBLIC KEY ----"]
    if comment:
        lines += _header(f'Comment: "{comment}"')
    lines += [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    lines.append("---- END SSH2 PUBLIC KEY ----")
    return "\n".join(lines) + "\n"


def _header(line: str) -> list[str]:
    """A header in lines of at most 72 bytes, each but the last ending in a backslash (RFC 4716 section 3.3)."""
    parts, part = [], ""
    for each in line:
        if len((part + each).encode()) > 71:
            parts.append(part + "\\")
            part = ""
        part += each
    return [*parts, part]


def with_suffix_for(path: Path, target: Target) -> Path:
    """A file name for `path` converted to `target`: `id_rsa.ppk`, `id_rsa.pem`, or `id_rsa` without either."""
    stem = path.with_suffix("") if path.suffix in (".ppk", ".pem", ".p12", ".pfx", ".der", ".key") else path
    if target in (Target.PPK2, Target.PPK3):
        return stem.with_name(stem.name + ".ppk")
    if target is Target.OPENSSH:
        return stem if stem != path else stem.with_name(stem.name + ".openssh")
    return stem.with_name(stem.name + ".pem")

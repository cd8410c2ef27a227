"""A server's public key as a value: type, size, fingerprints and randomart from its wire form."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

_ECDSA_BITS = {"nistp256": 256, "nistp384": 384, "nistp521": 521}
_ART_SYMBOLS = " .o+=*BOX@%&#/^SE"
_ART_COLUMNS, _ART_ROWS = 17, 9

DnsVerdict = Literal["unasked", "silent", "agrees", "signed", "differs"]
"""What the DNS says of a host key (SSHFP, RFC 4255): nothing, yes, yes with a valid signature, or another one."""

DNS_WORDS: Mapping[DnsVerdict, str] = {
    "unasked": "",
    "silent": "DNS names no host key for it.",
    "agrees": "DNS agrees, not signed.",
    "signed": "DNS agrees, and is signed.",
    "differs": "DNS NAMES ANOTHER HOST KEY.",
}
"""A line for a person; "" for what was not asked."""


def _frame(title: str) -> str:
    """A border of the randomart; an odd remainder goes to the right, as in OpenSSH."""
    left = (_ART_COLUMNS - len(title)) // 2
    return "+" + ("-" * left + title).ljust(_ART_COLUMNS, "-") + "+"


def _strings(blob: bytes) -> list[bytes]:
    """The length-prefixed strings of an SSH wire value (RFC 4251 section 5); stops at damage."""
    found, at = [], 0
    while at + 4 <= len(blob):
        (length,) = struct.unpack_from(">I", blob, at)
        if at + 4 + length > len(blob):
            break
        found.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    return found


@dataclass(frozen=True)
class PublicKey:
    """A public key in its SSH wire form (RFC 4253 section 6.6); equal when the blobs are equal."""

    blob: bytes

    @cached_property
    def algorithm(self) -> str:
        """`ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, …; "" for damage."""
        parts = _strings(self.blob)
        return parts[0].decode("ascii", "replace") if parts else ""

    @cached_property
    def kind(self) -> str:
        """The short name `ssh-keygen -l` prints: ED25519, ECDSA, RSA, DSA, ED25519-SK, …"""
        name = self.algorithm.removesuffix("@openssh.com").removesuffix("-cert-v01")
        sk = "-SK" if name.startswith("sk-") else ""
        name = name.removeprefix("sk-")
        if name.startswith("ecdsa"):
            return "ECDSA" + sk
        short = {"ssh-rsa": "RSA", "ssh-dss": "DSA", "ssh-ed25519": "ED25519", "ssh-ed448": "ED448"}
        return short.get(name, name.upper() or "UNKNOWN") + sk

    @cached_property
    def bits(self) -> int:
        """Key size in bits as `ssh-keygen -l` prints it; 0 when unknown."""
        parts = _strings(self.blob)
        name = self.algorithm
        if name == "ssh-rsa" and len(parts) >= 3:
            return int.from_bytes(parts[2]).bit_length()
        if name == "ssh-dss" and len(parts) >= 2:
            return int.from_bytes(parts[1]).bit_length()
        for curve, bits in _ECDSA_BITS.items():
            if curve in name:
                return bits
        if "ed25519" in name:
            return 256
        if "ed448" in name:
            return 456
        return 0

    @cached_property
    def sha256(self) -> str:
        """`SHA256:…` exactly as `ssh-keygen -lf` prints it."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @cached_property
    def md5(self) -> str:
        """`MD5:aa:bb:…` exactly as `ssh-keygen -E md5 -lf` prints it."""
        digest = hashlib.md5(self.blob, usedforsecurity=False).hexdigest()
        return "MD5:" + ":".join(digest[at : at + 2] for at in range(0, 32, 2))

    def has_fingerprint(self, text: str) -> bool:
        """Whether `text` is one of its fingerprints: SHA256 or MD5, with or without the name of the hash and the type.

        As ssh-keygen prints them and as ssh:// links carry them: `SHA256:…`, `ssh-ed25519-SHA256:…`, `MD5:aa:bb:…`,
        `ssh-rsa-aa-bb-…` (draft-ietf-secsh-scp-sftp-ssh-uri section 3).
        """
        rest = text.strip().removeprefix(self.algorithm + "-")
        digits = rest.removeprefix("MD5:").replace("-", ":").lower()
        if digits == self.md5.removeprefix("MD5:"):
            return True
        # A link may carry the URL-safe alphabet of base64 (RFC 4648 section 5), and padding.
        encoded = rest.removeprefix("SHA256:").rstrip("=").replace("-", "+").replace("_", "/")
        return encoded == self.sha256.removeprefix("SHA256:")

    @property
    def line(self) -> str:
        """`algorithm base64`, as in known_hosts and authorized_keys."""
        return f"{self.algorithm} {base64.b64encode(self.blob).decode()}"

    @cached_property
    def randomart(self) -> str:
        """The drunken bishop's walk over the SHA-256 digest, framed as `ssh-keygen -lv` draws it."""
        field = [[0] * _ART_COLUMNS for _ in range(_ART_ROWS)]
        row, column = _ART_ROWS // 2, _ART_COLUMNS // 2
        last = len(_ART_SYMBOLS) - 1
        for byte in hashlib.sha256(self.blob).digest():
            for shift in (0, 2, 4, 6):
                step = byte >> shift
                column = min(max(column + (1 if step & 1 else -1), 0), _ART_COLUMNS - 1)
                row = min(max(row + (1 if step & 2 else -1), 0), _ART_ROWS - 1)
                if field[row][column] < last - 2:
                    field[row][column] += 1
        field[_ART_ROWS // 2][_ART_COLUMNS // 2] = last - 1
        field[row][column] = last
        title = f"[{self.kind} {self.bits}]"
        if len(title) > _ART_COLUMNS:
            title = f"[{self.kind}]"
        lines = [_frame(title)]
        lines += ["|" + "".join(_ART_SYMBOLS[min(count, last)] for count in cells) + "|" for cells in field]
        lines.append(_frame("[SHA256]"))
        return "\n".join(lines)


class HostKey(PublicKey):
    """A server's public key."""


@dataclass(frozen=True)
class KnownEntry:
    """A line of known_hosts that speaks of a host: the host key and where it stands (1-based line).

    Line 0 is no line: `path` then says in words why the host key is trusted.
    """

    host_key: HostKey
    path: str
    line: int

    @property
    def where(self) -> str:
        """Where it stands, for a person; untrusted text."""
        return f"{self.path}, line {self.line}" if self.line else self.path

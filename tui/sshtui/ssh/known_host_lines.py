"""One line of known_hosts: its fields, whom it speaks of, and how to write another (sshd(8), SSH_KNOWN_HOSTS)."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sshtui.model.destination import split_destination
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import DEFAULT_PORT

Marker = Literal["", "@cert-authority", "@revoked"]

_MARKERS: dict[bytes, Marker] = {b"@cert-authority": "@cert-authority", b"@revoked": "@revoked"}
_HASHED = b"|1|"
_BLANKS = b" \t"
_TWO_FIELDS = re.compile(rb"([^ \t]+)[ \t]+(.+)", re.DOTALL)
_KEY_FIELDS = re.compile(rb"([^ \t]+)[ \t]+([^ \t]+)[ \t]*(.*)", re.DOTALL)
_ORDINARY = re.compile(
    rb"(?:\|1\|([^ \t\0|]+)\|([^ \t\0|]+)|([^ \t\0\r#@|*?!][^ \t\0*?!]*))[ \t]+[^ \t\0#][^ \t\0]*[ \t]+AAAA"
)
"""A line without marker, pattern and damage, its salt and hash or its names taken out."""
_IN_BRACKETS = re.compile(r"\[([^\]:]+)\](:\d+)?\Z")
# Every SSH key starts with the length of its type's name, below 2^8, in four bytes: base64 of three zeros.
_KEY_START = b"AAAA"
_STRINGS = {
    "ssh-ed25519": 2,
    "ssh-ed448": 2,
    "ssh-rsa": 3,
    "ssh-dss": 5,
    "ecdsa-sha2-nistp256": 3,
    "ecdsa-sha2-nistp384": 3,
    "ecdsa-sha2-nistp521": 3,
    "sk-ssh-ed25519@openssh.com": 3,
    "sk-ecdsa-sha2-nistp256@openssh.com": 4,
}
"""Key types of OpenSSH and of RFC 8709, and how many strings the wire form of each has, its name included."""

_LENGTHS = {"ssh-ed25519": 32, "ssh-ed448": 57, "sk-ssh-ed25519@openssh.com": 32}
"""Bytes of a public key whose size never varies (RFC 8032)."""


@dataclass(frozen=True, slots=True)
class Line:
    """The fields of a line, not judged further: whom it speaks of, and the rest with the key."""

    marker: Marker
    names: bytes
    rest: bytes

    def speaks_of(self, name: bytes) -> bool:
        """Whether it is about `name`, which is lower-case: `host`, or `[host]:port` for another port than 22."""
        if self.names.startswith(_HASHED):
            return _hash_fits(self.names, name)
        return _pattern_fits(self.names, name)

    @property
    def hashed(self) -> bool:
        """Whether the name is hidden behind HMAC-SHA1."""
        return self.names.startswith(_HASHED)

    @property
    def damaged(self) -> bool:
        """Whether it cannot hold a key at all; a cheap look, `host_key` is the thorough one."""
        fields = _KEY_FIELDS.match(self.rest)
        return not fields or not fields[2].startswith(_KEY_START)

    @property
    def host_key(self) -> HostKey | None:
        """The key; None when it is damaged or of a type OpenSSH does not know."""
        fields = _KEY_FIELDS.match(self.rest)
        if not fields:
            return None
        try:
            # OpenSSH's decoder skips white space, so a file with CRLF line ends works.
            key = HostKey(binascii.a2b_base64(fields[2].strip(), strict_mode=True))
        except binascii.Error:
            return None
        return key if well_formed(key) and key.algorithm.encode() == fields[1] else None

    @property
    def comment(self) -> str:
        """What follows the key: untrusted text."""
        fields = _KEY_FIELDS.match(self.rest)
        return fields[3].decode("utf-8", "replace").strip() if fields else ""

    def without(self, name: bytes) -> bytes | None:
        """The names it has when `name` itself is taken out; None when none are left.

        Patterns and negations stay: they speak of other hosts too. Unchanged when `name` is not listed as such.
        """
        if self.hashed:
            return None if _hash_fits(self.names, name) else self.names
        left = [part for part in self.names.split(b",") if part.lower() != name]
        if not any(part and not part.startswith(b"!") for part in left):
            return None
        return b",".join(left)


def parse(text: bytes) -> Line | str | None:
    """The fields of a line; None for a comment or a blank line, and why not, as text, for a damaged one.

    Reads as OpenSSH's hostfile.c does: a NUL ends the line, an unknown or second marker spoils it.
    """
    text = text.split(b"\0", 1)[0].lstrip(_BLANKS)
    if not text.strip() or text.startswith(b"#"):
        return None
    marker: Marker = ""
    if text.startswith(b"@"):
        word, _, text = text.replace(b"\t", b" ").partition(b" ")
        text = text.lstrip(_BLANKS)
        if word not in _MARKERS:
            return "unknown marker"
        if text.startswith(b"@"):
            return "two markers"
        marker = _MARKERS[word]
    fields = _TWO_FIELDS.match(text)
    if not fields or fields[2].startswith(b"#"):
        return "no key"
    return Line(marker, fields[1], fields[2])


def certainly_others(text: bytes, names: Sequence[bytes]) -> bool:
    """Whether a line is sound and speaks of none of `names`: a quick look, for files of a million lines."""
    found = _ORDINARY.match(text)
    if found is None:
        return False
    if found[3] is None:
        return not any(_digest_fits(found[1], found[2], name) for name in names)
    listed = found[3].lower()
    return not any(name in listed for name in names)


def known_name(address: str, port: int) -> bytes:
    """What known_hosts calls `address`: lower-case, in brackets with the port unless it is 22."""
    name = address.lower()
    return (name if port == 22 else f"[{name}]:{port}").encode()


def place_of(text: str) -> tuple[str, int]:
    """Address and port of `address[:port]` or `[address]:port`, as known_hosts writes it. Raises UsageError."""
    found = split_destination(_IN_BRACKETS.sub(r"\1\2", text.strip()))
    return found.address, found.port or DEFAULT_PORT


def hashed_name(name: bytes, salt: bytes | None = None) -> bytes:
    """`|1|salt|hash` as ssh-keygen -H writes it; `salt` is 20 random bytes unless given."""
    salt = salt or os.urandom(20)
    digest = hmac.digest(salt, name, "sha1")
    return _HASHED + base64.b64encode(salt) + b"|" + base64.b64encode(digest)


def well_formed(key: HostKey) -> bool:
    """Whether the wire form has the parts its type asks for, and no more (RFC 4253 section 6.6)."""
    blob, at, found = key.blob, 0, []
    while at + 4 <= len(blob):
        (length,) = struct.unpack_from(">I", blob, at)
        found.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    if at != len(blob) or key.algorithm not in _STRINGS or len(found) != _STRINGS[key.algorithm]:
        return False
    if not all(found):
        return False
    return len(found[1]) == _LENGTHS.get(key.algorithm, len(found[1]))


def _hash_fits(names: bytes, name: bytes) -> bool:
    parts = names.split(b"|")
    return len(parts) == 4 and _digest_fits(parts[2], parts[3], name)


def _digest_fits(salt_text: bytes, digest_text: bytes, name: bytes) -> bool:
    try:
        salt, digest = binascii.a2b_base64(salt_text), binascii.a2b_base64(digest_text)
    except binascii.Error:
        return False
    # A comparison of public facts: its time tells nobody anything.
    return len(salt) == 20 and hmac.digest(salt, name, "sha1") == digest


def _pattern_fits(names: bytes, name: bytes) -> bool:
    """Whether a comma list of patterns fits: any negated one that fits forbids (ssh_config(5), PATTERNS)."""
    if not any(sign in names for sign in b"*?!"):
        return name in names.lower().split(b",")
    fits = False
    for part in names.lower().split(b","):
        negated = part.startswith(b"!")
        if _pattern(part[1:] if negated else part).fullmatch(name):
            if negated:
                return False
            fits = True
    return fits


@lru_cache(maxsize=1024)
def _pattern(text: bytes) -> re.Pattern[bytes]:
    first, *more = (re.escape(piece).replace(rb"\?", b".") for piece in text.split(b"*"))
    if not more:
        return re.compile(first, re.DOTALL)
    # What stands between two stars may be taken where it fits first; never trying another place keeps this quick.
    between = b"".join(b"(?>.*?" + piece + b")" for piece in more[:-1] if piece)
    return re.compile(first + between + b".*" + more[-1], re.DOTALL)

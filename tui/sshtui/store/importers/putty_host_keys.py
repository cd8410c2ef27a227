"""The host keys PuTTY trusts: from the registry, its export, or `~/.putty/sshhostkeys` on Unix.

Sources: PuTTY's windows/storage.c and unix/storage.c (`keytype@port:host` and its value), sshrsa.c, sshdss.c and
sshecc.c (the value as numbers); RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4 (what the wire has).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import address_problem, port_problem
from sshtui.store.importers.found import Skipped, read_text
from sshtui.store.importers.registry import is_registry, registry_keys

ACTIONS = {"unknown": "new", "known": "same", "changed": "changed", "revoked": "revoked"}
"""What known_hosts says of a host key that was found, and what an import makes of it: only new ones are taken."""

_REGISTRY = re.compile(r'"((?:[^"\\]|\\.)*)"="([^"]*)"\Z')
_NAME = re.compile(r"([a-z0-9-]+)@(\d{1,5}):(.+)\Z")
_CURVE_BYTES = {"nistp256": 32, "nistp384": 48, "nistp521": 66}


@dataclass(frozen=True)
class FoundHostKey:
    """A host key and where it was trusted."""

    address: str
    port: int
    host_key: HostKey


def read_putty_host_keys(path: Path) -> tuple[tuple[FoundHostKey, ...], tuple[Skipped, ...]]:
    """The host keys, and the entries that are none. Raises NotFound, BrokenFile."""
    found, skipped = [], []
    for name, value in _windows() if is_registry(path) else _entries(read_text(path)):
        parts = _NAME.match(name)
        try:
            if not parts:
                raise ValueError("its name is no host key's.")
            kind, port, address = parts.groups()
            if problem := address_problem(address) or port_problem(port):
                raise ValueError(problem)
            found.append(FoundHostKey(address, int(port), HostKey(_blob(kind, value.split(",")))))
        except ValueError as error:
            skipped.append(Skipped(name, str(error)))
    return tuple(found), tuple(skipped)


def _windows() -> Iterator[tuple[str, str]]:
    for _, values in registry_keys("Software\\SimonTatham\\PuTTY\\SshHostKeys"):
        yield from ((unquote(name, encoding="cp1252"), numbers) for name, numbers in values.items())


def _entries(text: str) -> Iterator[tuple[str, str]]:
    inside = True
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.rstrip("]").endswith("\\SshHostKeys")
        elif inside and (value := _REGISTRY.match(line.strip())):
            yield unquote(re.sub(r"\\(.)", r"\1", value[1]), encoding="cp1252"), value[2]
        elif inside and "@" in line and not line.startswith('"'):
            name, _, numbers = line.partition(" ")
            yield unquote(name), numbers.strip()


def _blob(kind: str, parts: list[str]) -> bytes:
    """The wire form of a key. Raises ValueError, a sentence, for a kind or a number that cannot be."""
    match kind, parts:
        case "rsa2", [exponent, modulus]:
            return _string(b"ssh-rsa") + _number(exponent) + _number(modulus)
        case "dss", [_, _, _, _]:
            return _string(b"ssh-dss") + b"".join(_number(part) for part in parts)
        case "ssh-ed25519", [x, y]:
            point = _integer(y, 32) | (_integer(x, 32) & 1) << 255
            return _string(b"ssh-ed25519") + _string(point.to_bytes(32, "little"))
        case _, [curve, x, y] if kind == f"ecdsa-sha2-{curve}" and curve in _CURVE_BYTES:
            size = _CURVE_BYTES[curve]
            point_bytes = b"\x04" + _integer(x, size).to_bytes(size) + _integer(y, size).to_bytes(size)
            return _string(kind.encode()) + _string(curve.encode()) + _string(point_bytes)
        case _:
            raise ValueError(f"host keys of the kind {kind} are not read.")


def _integer(text: str, size: int = 2048) -> int:
    """A number of at most `size` bytes written as 0x…"""
    if not re.fullmatch(r"0x[0-9a-fA-F]{1,4096}", text):
        raise ValueError("one of its numbers is damaged.")
    value = int(text, 16)
    if value >> 8 * size:
        raise ValueError("one of its numbers is too large.")
    return value


def _number(text: str) -> bytes:
    """An mpint (RFC 4251 section 5)."""
    value = _integer(text)
    return _string(value.to_bytes(value.bit_length() // 8 + 1) if value else b"")


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data

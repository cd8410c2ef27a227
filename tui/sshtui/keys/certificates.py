"""OpenSSH certificates taken apart (OpenSSH, PROTOCOL.certkeys); standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sshtui.errors import KeyFormatError
from sshtui.keys.wire import Reader, string
from sshtui.model.host_keys import PublicKey

_FOREVER = 2**64 - 1
_MARK = "-cert-v01@openssh.com"

# How many strings the public key has in front of the serial number.
_PARAMETERS = {
    "ssh-rsa": 2,
    "ssh-dss": 4,
    "ssh-ed25519": 1,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519": 2,
    "sk-ecdsa-sha2-nistp256": 3,
}


@dataclass(frozen=True)
class Certificate:
    """What an authority says about a public key. A missing date means no limit; empty principals mean everyone."""

    public: PublicKey
    kind: Literal["user", "host"]
    key_id: str
    serial: int
    principals: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    critical_options: tuple[str, ...]
    extensions: tuple[str, ...]
    authority: PublicKey

    def problem(self, now: datetime) -> str:
        """Why it is not valid at `now`, or ""."""
        if self.valid_from and now < self.valid_from:
            return f"It becomes valid on {self.valid_from:%Y-%m-%d %H:%M} UTC."
        if self.valid_until and now >= self.valid_until:
            return f"It expired on {self.valid_until:%Y-%m-%d %H:%M} UTC."
        return ""


def read_certificate(blob: bytes) -> Certificate:
    """The certificate in wire form `blob`; raises KeyFormatError. The signature is not checked."""
    reader = Reader(blob)
    algorithm = reader.string().decode("ascii", "replace")
    base = algorithm.removesuffix(_MARK)
    if base == algorithm or base not in _PARAMETERS:
        raise KeyFormatError(f"A certificate of type {algorithm} is not supported.")
    reader.string()
    parameters = [reader.string() for _ in range(_PARAMETERS[base])]
    plain_name = base + ("@openssh.com" if base.startswith("sk-") else "")
    public = PublicKey(string(plain_name.encode()) + b"".join(string(part) for part in parameters))
    serial, kind = reader.uint64(), reader.uint32()
    key_id = reader.string().decode("utf-8", "replace")
    principals = tuple(_strings(reader.string()))
    start, end = reader.uint64(), reader.uint64()
    options, extensions = _pairs(reader.string()), _pairs(reader.string())
    reader.string()
    return Certificate(
        public,
        "host" if kind == 2 else "user",
        key_id,
        serial,
        principals,
        _time(start) if start else None,
        _time(end) if end != _FOREVER else None,
        options,
        extensions,
        PublicKey(reader.string()),
    )


def _time(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)


def _strings(data: bytes) -> list[str]:
    reader, found = Reader(data), []
    while not reader.done:
        found.append(reader.string().decode("utf-8", "replace"))
    return found


def _pairs(data: bytes) -> tuple[str, ...]:
    """Names with their values as `name=value`; names alone where there is none."""
    reader, found = Reader(data), []
    while not reader.done:
        name, value = reader.string().decode("utf-8", "replace"), reader.string()
        text = Reader(value).string().decode("utf-8", "replace") if value else ""
        found.append(f"{name}={text}" if text else name)
    return tuple(found)

"""A security key of software: CTAP 2 over HID packets (FIDO CTAP 2.1, sections 6 and 11.2), without a plug.

It answers getInfo, makeCredential and getAssertion, waits for a touch where one is asked for, and keeps its private
keys to itself. `plugged_in` puts it where the package fido2 looks for devices.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import fido2.hid
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.hid.base import CtapHidConnection, HidDescriptor

PACKET = 64
_BROADCAST = 0xFFFFFFFF
_INIT, _CBOR, _KEEPALIVE = 0x86, 0x90, 0xBB
_WAITS_FOR_TOUCH = 2
_CAN_CBOR = 0x04
_NO_CREDENTIALS, _BAD_COMMAND, _TIMEOUT = 0x2E, 0x01, 0x2F
_PRESENT, _ATTESTED = 0x01, 0x40
_ED25519, _ES256 = -8, -7

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class SecurityKey:
    """What stays in the hand of its owner. `touched` is set while a finger is on it."""

    touched: threading.Event = field(default_factory=threading.Event)
    asked_for_touch: threading.Event = field(default_factory=threading.Event)
    patience: float = 20.0
    """Seconds it waits for a touch, as real ones do about thirty."""
    _credentials: dict[bytes, PrivateKey] = field(default_factory=dict, repr=False)
    _counter: int = 0

    @property
    def credentials(self) -> tuple[bytes, ...]:
        """The handles of the keys it has made."""
        return tuple(self._credentials)

    def answer(self, command: int, wish: dict[int, Any]) -> bytes:
        """Status byte and CBOR for one request."""
        if command == 0x04:
            return b"\0" + cbor.encode({1: ["FIDO_2_0"], 3: bytes(16), 4: {"rk": True, "up": True}})
        if command == 0x01:
            return self._make(wish) if self.touch() else bytes([_TIMEOUT])
        if command == 0x02:
            return self._assert(wish)
        return bytes([_BAD_COMMAND])

    def touch(self) -> bool:
        """Whether a finger came in time."""
        self.asked_for_touch.set()
        return self.touched.wait(self.patience)

    def sign(self, credential: bytes, application: str, digest: bytes, flags: int) -> tuple[int, bytes]:
        """Counter and signature over what a server checks (OpenSSH, PROTOCOL.u2f)."""
        self._counter += 1
        data = hashlib.sha256(application.encode()).digest() + struct.pack(">BI", flags, self._counter) + digest
        key = self._credentials[credential]
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return self._counter, key.sign(data)
        return self._counter, key.sign(data, ec.ECDSA(hashes.SHA256()))

    def _make(self, wish: dict[int, Any]) -> bytes:
        algorithm = wish[4][0]["alg"]
        key: PrivateKey
        cose: dict[int, Any]
        if algorithm == _ED25519:
            key = ed25519.Ed25519PrivateKey.generate()
            cose = {1: 1, 3: _ED25519, -1: 6, -2: key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)}
        else:
            key = ec.generate_private_key(ec.SECP256R1())
            numbers = key.public_key().public_numbers()
            cose = {1: 2, 3: _ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = os.urandom(32)
        self._credentials[credential] = key
        data = hashlib.sha256(wish[2]["id"].encode()).digest() + struct.pack(">BI", _PRESENT | _ATTESTED, 0)
        data += bytes(16) + struct.pack(">H", len(credential)) + credential + cbor.encode(cose)
        return b"\0" + cbor.encode({1: "none", 2: data, 3: {}})

    def _assert(self, wish: dict[int, Any]) -> bytes:
        credential = next((each["id"] for each in wish.get(3, []) if each["id"] in self._credentials), None)
        if credential is None:
            return bytes([_NO_CREDENTIALS])
        wants_touch = wish.get(5, {}).get("up", True)
        if wants_touch and not self.touch():
            return bytes([_TIMEOUT])
        flags = _PRESENT if wants_touch else 0
        counter, signature = self.sign(credential, wish[1], wish[2], flags)
        data = hashlib.sha256(wish[1].encode()).digest() + struct.pack(">BI", flags, counter)
        return b"\0" + cbor.encode({1: {"id": credential, "type": "public-key"}, 2: data, 3: signature})


class Plug(CtapHidConnection):
    """The packets of one open device."""

    def __init__(self, key: SecurityKey) -> None:
        self._key = key
        self._channel = _BROADCAST
        self._command = 0
        self._wanted = 0
        self._request = b""
        self._out: list[bytes] = []

    def write_packet(self, data: bytes) -> None:
        if data[4] & 0x80:
            self._command, self._wanted = data[4], int.from_bytes(data[5:7], "big")
            self._request = data[7:]
        else:
            self._request += data[5:]
        if len(self._request) >= self._wanted:
            self._handle(self._request[: self._wanted])

    def read_packet(self) -> bytes:
        return self._out.pop(0)

    def close(self) -> None:
        pass

    def _handle(self, request: bytes) -> None:
        if self._command == _INIT:
            self._send(_INIT, request + struct.pack(">IBBBBB", 7, 2, 1, 0, 0, _CAN_CBOR))
            self._channel = 7
        elif self._command == _CBOR:
            self._send(_KEEPALIVE, bytes([_WAITS_FOR_TOUCH]))
            wish = cbor.decode(request[1:]) if request[1:] else {}
            self._send(_CBOR, self._key.answer(request[0], wish))  # type: ignore[arg-type]  # a map, by the protocol

    def _send(self, command: int, data: bytes) -> None:
        head = struct.pack(">IBH", self._channel, command, len(data))
        self._out.append((head + data[: PACKET - 7]).ljust(PACKET, b"\0"))
        rest = data[PACKET - 7 :]
        for number in range(0, (len(rest) + PACKET - 6) // (PACKET - 5)):
            part = rest[number * (PACKET - 5) : (number + 1) * (PACKET - 5)]
            self._out.append((struct.pack(">IB", self._channel, number) + part).ljust(PACKET, b"\0"))


@contextmanager
def plugged_in(key: SecurityKey | None) -> Iterator[None]:
    """Inside, `key` is the one device that the package fido2 finds; None is an empty socket."""
    descriptors = [HidDescriptor("soft", 0, 0, PACKET, PACKET, "soft key", None)] if key is not None else []
    with pytest.MonkeyPatch.context() as patch:
        # Foreign functions: below them there are only device files of the system.
        patch.setattr(fido2.hid, "list_descriptors", lambda: iter(descriptors))
        patch.setattr(fido2.hid, "open_connection", lambda _descriptor: Plug(key) if key is not None else None)
        yield

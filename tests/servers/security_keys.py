"""A security key of software: CTAP 2 over HID packets (FIDO CTAP 2.1, sections 6 and 11.2), without a plug.

It answers getInfo, makeCredential, getAssertion and clientPIN, waits for a touch where one is asked for, and keeps its
private keys to itself. `plugged_in` puts it where the package fido2 looks for devices.
"""

from __future__ import annotations

import hashlib
import hmac
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
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.hid.base import CtapHidConnection, HidDescriptor

PACKET = 64
_BROADCAST = 0xFFFFFFFF
_INIT, _CBOR, _KEEPALIVE = 0x86, 0x90, 0xBB
_WAITS_FOR_TOUCH = 2
_CAN_CBOR = 0x04
_NO_CREDENTIALS, _BAD_COMMAND, _TIMEOUT = 0x2E, 0x01, 0x2F
_PIN_INVALID, _PIN_BLOCKED, _PIN_AUTH_INVALID, _PIN_AUTH_BLOCKED, _PIN_NOT_SET, _PUAT_REQUIRED = (
    0x31, 0x32, 0x33, 0x34, 0x35, 0x36,
)  # fmt: skip
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40
_ED25519, _ES256 = -8, -7
_MAKES, _ASSERTS = 0x01, 0x02

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class SecurityKey:
    """What stays in the hand of its owner. `touched` is set while a finger is on it."""

    touched: threading.Event = field(default_factory=threading.Event)
    asked_for_touch: threading.Event = field(default_factory=threading.Event)
    patience: float = 20.0
    """Seconds it waits for a touch, as real ones do about thirty."""
    pin: str | None = None
    knows_fingers: bool = False
    """Whether it verifies its owner by the touch itself."""
    always_verifies: bool = False
    """Whether it makes and signs nothing without (CTAP 2.1, section 7.2)."""
    makes_unverified: bool = True
    """makeCredUvNotRqd (CTAP 2.1, section 6.1.2): with a PIN set, it makes keys without it all the same."""
    knows_permissions: bool = True
    """Whether a PIN is worth only what it was asked for; False as in CTAP 2.0, which has getPinToken alone."""
    guards: bool = True
    """Whether it has the extension credProtect."""
    tells_tries: bool = True
    protected: set[bytes] = field(default_factory=set)
    """Keys it does not admit to have without (credProtect 3: CTAP 2.1, section 12.1)."""
    tries: int = 8
    _wrong_in_a_row: int = 0
    _agreement: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _permitted: tuple[int, str | None] = (0, None)
    """What the token is good for, and for whom (CTAP 2.1, section 6.5.5.7)."""
    _token: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    _credentials: dict[bytes, PrivateKey] = field(default_factory=dict, repr=False)
    _counter: int = 0

    @property
    def credentials(self) -> tuple[bytes, ...]:
        """The handles of the keys it has made."""
        return tuple(self._credentials)

    def answer(self, command: int, wish: dict[int, Any]) -> bytes:
        """Status byte and CBOR for one request."""
        if command == 0x04:
            options = {"rk": True, "up": True, "clientPin": self.pin is not None}
            if self.knows_permissions:
                options |= {"pinUvAuthToken": True, "makeCredUvNotRqd": self.makes_unverified}
            if self.knows_fingers:
                options["uv"] = True
            extensions = {2: ["credProtect"]} if self.guards else {}
            return b"\0" + cbor.encode({1: ["FIDO_2_0"], **extensions, 3: bytes(16), 4: options, 6: [1]})
        if command == 0x01:
            return self._make(wish)
        if command == 0x02:
            return self._assert(wish)
        if command == 0x06:
            return self._client_pin(wish)
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

    def _proven(self, proof: bytes | None, wish: dict[int, Any], application: str, permission: int) -> bool:
        """Whether the proof is of the token, for this request and for what the token is good for."""
        permissions, whose = self._permitted
        right = proof == hmac.digest(self._token, wish[1 if permission == _MAKES else 2], "sha256")[:16]
        return right and bool(permissions & permission) and whose in (None, application)

    def _make(self, wish: dict[int, Any]) -> bytes:
        proof, finger = wish.get(8), wish.get(7, {}).get("uv", False)
        if proof is not None and not self._proven(proof, wish, wish[2]["id"], _MAKES):
            return bytes([_PIN_AUTH_INVALID])
        verified = proof is not None or finger
        guarded = (self.pin is not None or self.knows_fingers) and not self.makes_unverified
        if (guarded or self.always_verifies) and not verified:
            return bytes([_PUAT_REQUIRED])
        if not self.touch():
            return bytes([_TIMEOUT])
        flags = _PRESENT | _ATTESTED | (_VERIFIED if verified else 0)
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
        if wish.get(6, {}).get("credProtect") == 3:
            self.protected.add(credential)
        data = hashlib.sha256(wish[2]["id"].encode()).digest() + struct.pack(">BI", flags, 0)
        data += bytes(16) + struct.pack(">H", len(credential)) + credential + cbor.encode(cose)
        return b"\0" + cbor.encode({1: "none", 2: data, 3: {}})

    def _assert(self, wish: dict[int, Any]) -> bytes:
        credential = next((each["id"] for each in wish.get(3, []) if each["id"] in self._credentials), None)
        wants_touch, finger = wish.get(5, {}).get("up", True), wish.get(5, {}).get("uv", False)
        proof = wish.get(6)
        if proof is not None and not self._proven(proof, wish, wish[1], _ASSERTS):
            return bytes([_PIN_AUTH_INVALID])
        verified = proof is not None or finger
        if credential is None or (credential in self.protected and not verified):
            return bytes([_NO_CREDENTIALS])
        if self.always_verifies and wants_touch and not verified:
            return bytes([_PUAT_REQUIRED])
        if (wants_touch or finger) and not self.touch():
            return bytes([_TIMEOUT])
        flags = (_PRESENT if wants_touch else 0) | (_VERIFIED if verified else 0)
        counter, signature = self.sign(credential, wish[1], wish[2], flags)
        data = hashlib.sha256(wish[1].encode()).digest() + struct.pack(">BI", flags, counter)
        return b"\0" + cbor.encode({1: {"id": credential, "type": "public-key"}, 2: data, 3: signature})

    def _client_pin(self, wish: dict[int, Any]) -> bytes:
        """PIN/UV protocol one (CTAP 2.1, sections 6.5.5 and 6.5.6)."""
        if wish[2] == 0x02:
            numbers = self._agreement.public_key().public_numbers()
            point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
            return b"\0" + cbor.encode({1: {1: 2, 3: -25, -1: 1, **point}})
        if wish[2] == 0x01 and self.tells_tries:
            return b"\0" + cbor.encode({3: self.tries})
        if wish[2] != (0x09 if self.knows_permissions else 0x05):
            return bytes([_BAD_COMMAND])
        if self.pin is None:
            return bytes([_PIN_NOT_SET])
        if self.tries == 0:
            return bytes([_PIN_BLOCKED])
        if self._wrong_in_a_row == 3:
            return bytes([_PIN_AUTH_BLOCKED])
        theirs = (int.from_bytes(wish[3][number], "big") for number in (-2, -3))
        public = ec.EllipticCurvePublicNumbers(next(theirs), next(theirs), ec.SECP256R1()).public_key()
        cipher = Cipher(
            algorithms.AES(hashlib.sha256(self._agreement.exchange(ec.ECDH(), public)).digest()), modes.CBC(bytes(16))
        )
        if cipher.decryptor().update(wish[6]) != hashlib.sha256(self.pin.encode()).digest()[:16]:
            self.tries -= 1
            self._wrong_in_a_row += 1
            # What it agreed on before counts no more (section 6.5.5.7.2).
            self._agreement = ec.generate_private_key(ec.SECP256R1())
            return bytes([_PIN_BLOCKED if not self.tries else _PIN_INVALID])
        self.tries, self._wrong_in_a_row = 8, 0
        self._permitted = (wish[9], wish.get(10)) if self.knows_permissions else (_MAKES | _ASSERTS, None)
        return b"\0" + cbor.encode({2: cipher.encryptor().update(self._token)})


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
def plugged_in(*keys: SecurityKey | None) -> Iterator[None]:
    """Inside, `keys` are the devices that the package fido2 finds; None is an empty socket."""
    plugs = {f"soft-{place}": key for place, key in enumerate(keys) if key is not None}
    descriptors = [HidDescriptor(path, 0, 0, PACKET, PACKET, "soft key", None) for path in plugs]
    with pytest.MonkeyPatch.context() as patch:
        # Foreign functions: below them there are only device files of the system.
        patch.setattr(fido2.hid, "list_descriptors", lambda: iter(descriptors))
        patch.setattr(fido2.hid, "open_connection", lambda descriptor: Plug(plugs[descriptor.path]))
        yield

"""Everything we do to asyncssh behind its back, in one place; each with a test that an upgrade would fail.

asyncssh has no public way to the exchange's name, to the time of the last byte or to a round trip, and some
of its habits make a keystroke slow: a second packet for each, a timer stopped and another started, a key set up
anew, words for a log that nobody reads. The second packet hangs a small server, too.
"""

from __future__ import annotations

import asyncio
import binascii
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sshtui.model.connection import Traffic, UserCertificate
from sshtui.model.host_keys import HostKey
from sshtui.model.text import plain
from sshtui.ssh.algorithms import NO_ALGORITHMS
from sshtui.ssh.library import asyncssh
from sshtui.ssh.patience import Patience
from sshtui.ssh.revocations import HostCertificate

PRELUDE_LIMIT = 256
"""Bytes kept of what comes before the greeting (RFC 4253 section 4.2)."""

POSTPONED = 0.5
"""Seconds of data coming in that are one reason to put the next keep-alive off, and not many."""

_MSG_IGNORE = 2
_MSG_NEWKEYS = 21
_MSG_USERAUTH_REQUEST = 50
_MSG_USERAUTH_FAILURE = 51
_FOREVER = 2**64 - 1
_KEXINIT_COOKIE_END = 17
"""Message number and cookie come before the lists (RFC 4253 section 7.1)."""

_CHOKES_ON_IGNORE = ("SSH-2.0-tinyssh",)

_TAG = 16
"""Bytes of AES-GCM's tag (RFC 5647 section 6.1)."""


class KeyedGcm(asyncssh.crypto.cipher.GCMCipher):
    """asyncssh's AES-GCM with the key set up once; its own does so for every packet, which takes longer than sealing.

    The nonce stays asyncssh's: fixed field and invocation counter (RFC 5647 section 7.1).
    """

    def __init__(self, cipher_name: str, key: bytes, iv: bytes) -> None:
        super().__init__(cipher_name, key, iv)
        self._keyed = AESGCM(key)

    def encrypt_and_sign(self, header: bytes, data: bytes) -> tuple[bytes, bytes]:
        """`header` and the sealed `data`, and the tag over both."""
        sealed = self._keyed.encrypt(self._iv, data, header)
        self._update_iv()
        return header + sealed[:-_TAG], sealed[-_TAG:]

    def verify_and_decrypt(self, header: bytes, data: bytes, mac: bytes) -> bytes | None:
        """What `data` says; None when the tag is not that of `header` and `data`."""
        try:
            return self._keyed.decrypt(self._iv, data + mac, header)
        except InvalidTag:
            return None
        finally:
            self._update_iv()


@dataclass
class Wire:
    """What a connection's bytes tell below asyncssh: attached before the first byte is read."""

    connection: asyncssh.SSHClientConnection
    began: float = field(default_factory=time.monotonic)
    """Monotonic time of its beginning."""
    heard: float = field(default_factory=time.monotonic)
    """Monotonic time of the last byte from the server."""
    first: bytes = b""
    """The first bytes from the server, PRELUDE_LIMIT at most."""
    received: int = 0
    """Bytes from the server."""
    sent: int = 0
    """Bytes to the server."""
    ended: Exception | None = None
    """Why the connection is gone, once it is."""
    asked: str = ""
    """The login method the server was asked for last (RFC 4252 section 5)."""
    asked_for: set[str] = field(default_factory=set)
    """Every method it was asked for."""
    took: str = ""
    """The method that it took last and found not enough (partial success, RFC 4252 section 5.1)."""
    exchanges: int = 0
    """Key exchanges we have finished; the first one belongs to the connection's beginning."""
    hearing: bool = False
    """Whether bytes from the server are being dealt with."""
    postponed: float = float("-inf")
    """Monotonic time at which bytes put the next keep-alive off last."""
    judged: int = -1
    """The exchange after which `noisy` was found."""
    noisy: bool = True
    """Whether an empty SSH_MSG_IGNORE goes out before each packet."""

    @property
    def software(self) -> str:
        """The server's greeting, `SSH-2.0-…`; "" before it came."""
        return str(self.connection.get_extra_info("server_version") or "")

    @property
    def prelude(self) -> str:
        """The first line that is no greeting, made plain: what another kind of server answers with; "" for none."""
        line = self.first.split(b"\n", 1)[0]
        return "" if line[:4] == b"SSH-"[: len(line)] else plain(line.decode("utf-8", "replace"), 80)

    @property
    def chokes_on_ignore(self) -> bool:
        """Whether an empty SSH_MSG_IGNORE before each packet hangs this server (tinyssh handles one per poll).

        Such a server answers no keep-alive and has room for one channel.
        """
        return self.software.startswith(_CHOKES_ON_IGNORE)

    @property
    def chains_blocks(self) -> bool:
        """Whether an empty SSH_MSG_IGNORE before each packet protects something: only a cipher in CBC mode shows its
        next initial vector (RFC 4251 section 9.3.1). Under any other it is a second packet for every keystroke.
        """
        return str(self.connection.get_extra_info("send_cipher")).endswith("-cbc")

    @property
    def server_offers(self) -> dict[str, tuple[str, ...]]:
        """The server's lists: `key exchange`, `host key type`, `cipher`, `MAC`; empty before its KEXINIT."""
        return _offers(getattr(self.connection, "_server_kexinit", b""))

    @property
    def kex(self) -> str:
        """The key exchange in use."""
        return self._agreed("key exchange")

    @property
    def strict_exchange(self) -> bool:
        """Whether the exchange is strict, which asyncssh negotiates and tells nobody."""
        return bool(getattr(self.connection, "_strict_kex", False))

    @property
    def traffic(self) -> Traffic:
        """What went over it so far."""
        return Traffic(self.received, self.sent, max(0, self.exchanges - 1))

    @property
    def host_key_algorithm(self) -> str:
        """What the server signed the exchange with: `ssh-rsa` is SHA-1, `rsa-sha2-512` is not."""
        return self._agreed("host key type")

    def _agreed(self, kind: str) -> str:
        """The client's first that the server has too (RFC 4253 section 7.1)."""
        ours = _offers(getattr(self.connection, "_client_kexinit", b"")).get(kind, ())
        theirs = set(self.server_offers.get(kind, ()))
        return next((name for name in ours if name in theirs), "")

    async def ping(self) -> float:
        """Seconds to the server and back, measured with a keep-alive request. May wait for ever."""
        began = time.monotonic()
        # A request without a public name in asyncssh; OpenSSH and dropbear answer it at once.
        await self.connection._make_global_request(b"keepalive@openssh.com")
        return time.monotonic() - began


def attach(connection: asyncssh.SSHClientConnection) -> Wire:
    """Watch `connection`, and leave out the packets that asyncssh sends as noise where they harm or do nothing."""
    # Looked up at each key exchange.
    vars(asyncssh.encryption)["GCMCipher"] = KeyedGcm
    wire = Wire(connection)
    hear: Callable[..., None] = connection.data_received
    send: Callable[..., None] = connection.send_packet
    process: Callable[..., Any] = connection.process_packet
    hand_on: Callable[[bytes], None] = connection._send
    postpone: Callable[[], None] = connection._reset_keepalive_timer

    def data_received(data: bytes, datatype: Any = None) -> None:
        wire.heard = time.monotonic()
        wire.received += len(data)
        if len(wire.first) < PRELUDE_LIMIT:
            wire.first += data[: PRELUDE_LIMIT - len(wire.first)]
        wire.hearing = True
        hear(data, datatype)
        wire.hearing = False

    def reset_keepalive_timer() -> None:
        if wire.hearing:
            if wire.heard - wire.postponed < POSTPONED:
                return
            wire.postponed = wire.heard
        postpone()

    def send_packet(number: int, *arguments: bytes, handler: Any = None) -> None:
        if number == _MSG_IGNORE:
            if wire.judged != wire.exchanges:
                wire.judged = wire.exchanges
                wire.noisy = wire.chains_blocks and not wire.chokes_on_ignore
            if not wire.noisy:
                return
        wire.exchanges += number == _MSG_NEWKEYS
        if number == _MSG_USERAUTH_REQUEST:
            wire.asked = _third_string(arguments[0])
            wire.asked_for.add(wire.asked)
        send(number, *arguments, handler=handler)

    def process_packet(number: int, sequence: int, packet: Any) -> Any:
        if number == _MSG_USERAUTH_FAILURE and packet.get_full_payload()[-1:] == b"\x01":
            wire.took = wire.asked
        return process(number, sequence, packet)

    def write(data: bytes) -> None:
        wire.sent += len(data)
        hand_on(data)

    # Methods that asyncio and asyncssh look up at each call; there is no hook for any of them.
    vars(connection)["data_received"] = data_received
    vars(connection)["send_packet"] = send_packet
    vars(connection)["process_packet"] = process_packet
    vars(connection)["_send"] = write
    vars(connection)["_reset_keepalive_timer"] = reset_keepalive_timer
    return wire


def unlogged(channel: asyncssh.SSHClientChannel[bytes]) -> None:
    """Put no packet of `channel` into words: asyncssh does so before it asks whether its log takes them."""

    def nothing(number: int, sequence: int | None, packet: object, note: str = "") -> None:
        pass

    vars(channel)["log_sent_packet"] = vars(channel)["log_received_packet"] = nothing


def _third_string(packet: bytes) -> str:
    """The method of a login request: user and service stand before it (RFC 4252 section 5)."""
    at, text = 0, b""
    for _ in range(3):
        (length,) = struct.unpack_from(">I", packet, at)
        text = packet[at + 4 : at + 4 + length]
        at += 4 + length
    return text.decode("ascii", "replace")


def refuse_certificates(connection: asyncssh.SSHClientConnection, revoked: Callable[[HostCertificate], bool]) -> None:
    """Let the key exchange end with HostKeyNotVerifiable at a host certificate that is `revoked`.

    asyncssh compares whole keys alone, and hands the certificate to nobody.
    """
    validate: Callable[[bytes], asyncssh.SSHKey] = connection.validate_server_host_key

    def validate_server_host_key(blob: bytes) -> asyncssh.SSHKey:
        certificate = _host_certificate(blob)
        if certificate is not None and revoked(certificate):
            raise asyncssh.HostKeyNotVerifiable("Host certificate is revoked")
        return validate(blob)

    vars(connection)["validate_server_host_key"] = validate_server_host_key


def _host_certificate(blob: bytes) -> HostCertificate | None:
    if not HostKey(blob).algorithm.endswith("-cert-v01@openssh.com"):
        return None
    try:
        certificate = _certificate(blob)
    except asyncssh.KeyImportError:
        # asyncssh will say the same of it.
        return None
    key_id = certificate._key_id.encode("utf-8", "surrogateescape")
    key, authority = HostKey(certificate.key.public_data), HostKey(certificate.signing_key.public_data)
    return HostCertificate(key, authority, certificate._serial, key_id)


def _certificate(blob: bytes) -> Any:
    line = HostKey(blob).algorithm.encode() + b" " + binascii.b2a_base64(blob, newline=False)
    # A certificate tells its principals in public and the rest only to itself.
    return asyncssh.import_certificate(line)


def certificate_of(key_pair: asyncssh.SSHKeyPair) -> UserCertificate | None:
    """What the OpenSSH certificate says that `key_pair` is offered with; None without one."""
    if not key_pair.has_cert:
        return None
    certificate = _certificate(key_pair.public_data)
    start, end = certificate._valid_after, certificate._valid_before
    principals = tuple(plain(name, 80) for name in certificate.principals)
    return UserCertificate(plain(certificate._key_id, 80), principals, start or None, end if end != _FOREVER else None)


def unhurried(key_pair: asyncssh.SSHKeyPair, patience: Patience) -> asyncssh.SSHKeyPair:
    """The same key pair, with the clock standing while it signs: an agent may ask a person, a security key waits."""
    sign: Callable[[bytes], Awaitable[bytes]] | None = getattr(key_pair, "sign_async", None)
    if sign is None:
        return key_pair

    async def sign_async(data: bytes) -> bytes:
        with patience.standing():
            return await sign(data)

    vars(key_pair)["sign_async"] = sign_async
    return key_pair


async def vanish(connection: asyncssh.SSHClientConnection) -> None:
    """Drop the connection without a goodbye and wait until nothing of it is left."""
    connection.abort()
    await asyncio.shield(connection.wait_closed())


def _offers(kexinit: bytes) -> dict[str, tuple[str, ...]]:
    lists: list[tuple[str, ...]] = []
    at = _KEXINIT_COOKIE_END
    while len(lists) < 6 and at + 4 <= len(kexinit):
        (length,) = struct.unpack_from(">I", kexinit, at)
        text = kexinit[at + 4 : at + 4 + length].decode("ascii", "replace")
        lists.append(tuple(name for name in text.split(",") if name and not name.startswith(NO_ALGORITHMS)))
        at += 4 + length
    if len(lists) < 6:
        return {}
    return {"key exchange": lists[0], "host key type": lists[1], "cipher": lists[3], "MAC": lists[5]}

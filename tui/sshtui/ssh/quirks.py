"""Everything we do to asyncssh behind its back, in one place; each with a test that an upgrade would fail.

asyncssh has no public way to the exchange's name, to the time of the last byte or to a round trip, and one
of its habits hangs a small server.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sshtui.model.text import plain
from sshtui.ssh.algorithms import NO_ALGORITHMS
from sshtui.ssh.library import asyncssh

PRELUDE_LIMIT = 256
"""Bytes kept of what comes before the greeting (RFC 4253 section 4.2)."""

_MSG_IGNORE = 2
_KEXINIT_COOKIE_END = 17
"""Message number and cookie come before the lists (RFC 4253 section 7.1)."""

_CHOKES_ON_IGNORE = ("SSH-2.0-tinyssh",)


@dataclass
class Wire:
    """What a connection's bytes tell below asyncssh: attached before the first byte is read."""

    connection: asyncssh.SSHClientConnection
    heard: float = field(default_factory=time.monotonic)
    """Monotonic time of the last byte from the server."""
    first: bytes = b""
    """The first bytes from the server, PRELUDE_LIMIT at most."""

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
    def server_offers(self) -> dict[str, tuple[str, ...]]:
        """The server's lists: `key exchange`, `host key type`, `cipher`, `MAC`; empty before its KEXINIT."""
        return _offers(getattr(self.connection, "_server_kexinit", b""))

    @property
    def kex(self) -> str:
        """The key exchange in use."""
        return self._agreed("key exchange")

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
    """Watch `connection`, and spare servers that choke on them the packets asyncssh sends as noise."""
    wire = Wire(connection)
    hear: Callable[..., None] = connection.data_received
    send: Callable[..., None] = connection.send_packet

    def data_received(data: bytes, datatype: Any = None) -> None:
        wire.heard = time.monotonic()
        wire.first += data[: PRELUDE_LIMIT - len(wire.first)]
        hear(data, datatype)

    def send_packet(number: int, *arguments: bytes, handler: Any = None) -> None:
        if number == _MSG_IGNORE and wire.chokes_on_ignore:
            return
        send(number, *arguments, handler=handler)

    # Both are methods asyncio and asyncssh look up at each call; there is no hook for either.
    vars(connection)["data_received"] = data_received
    vars(connection)["send_packet"] = send_packet
    return wire


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

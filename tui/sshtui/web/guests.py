"""Connections before they are requests: how many there may be, and how long one may take to ask for something.

With TLS they are counted before the handshake: one that never ends takes a descriptor all the same.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Collection

CONNECTIONS = 256
"""Connections at once; one more takes the place of the oldest that is nobody's session."""

FROM_ONE_ADDRESS = 64
"""Connections at once from one address but a proxy's; one more is cut off unheard."""

HEADER_TIME = 10.0
"""Seconds from the connection to the end of its first request's header, the TLS handshake included."""

EARLY = 256 * 1024
"""Bytes that may come in the moment between the handshake and its being told of."""


class Guests:
    """Counts connections and cuts off those that say nothing."""

    def __init__(
        self,
        *,
        most: int = CONNECTIONS,
        from_one: int = FROM_ONE_ADDRESS,
        header_time: float = HEADER_TIME,
        proxies: Collection[str] = (),
    ) -> None:
        """`proxies`: addresses that many people come from."""
        self._most = most
        self._from_one = from_one
        self._header_time = header_time
        self._proxies = proxies
        self._addresses: Counter[str] = Counter()
        self._silent: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}
        self._strangers: dict[asyncio.Transport, None] = {}

    def received(
        self, factory: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None = None
    ) -> Callable[[], asyncio.Protocol]:
        """`factory`, for plain connections that pass here first, and through the handshake of `tls`."""
        return lambda: _Guest(self, factory(), tls)

    def asked(self, transport: asyncio.BaseTransport | None) -> None:
        """A whole header came."""
        if transport is not None and (timer := self._silent.pop(transport, None)):
            timer.cancel()

    def known(self, transport: asyncio.BaseTransport | None) -> None:
        """It is somebody's who is signed in: nobody takes its place."""
        if isinstance(transport, asyncio.Transport):
            self._strangers.pop(transport, None)

    def come(self, transport: asyncio.Transport) -> str | None:
        """Let one in: the address to `leave` by. None when there are too many already."""
        name = transport.get_extra_info("peername")
        address = str(name[0]) if name else ""
        crowded = self._addresses[address] >= self._from_one and address not in self._proxies
        if crowded or not self._make_room():
            return None
        self._addresses[address] += 1
        self._strangers[transport] = None
        loop = asyncio.get_running_loop()
        self._silent[transport] = loop.call_later(self._header_time, transport.abort)
        return address

    def secured(self, transport: asyncio.Transport, tunnel: asyncio.Transport) -> None:
        """What came in as `transport` goes on as `tunnel`."""
        if timer := self._silent.pop(transport, None):
            self._silent[tunnel] = timer
        if transport in self._strangers:
            del self._strangers[transport]
            self._strangers[tunnel] = None

    def leave(self, transport: asyncio.BaseTransport, address: str) -> None:
        """It is gone."""
        self.asked(transport)
        self.known(transport)
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]

    def _make_room(self) -> bool:
        if self._addresses.total() < self._most:
            return True
        oldest = next(iter(self._strangers), None)
        if oldest is None:
            return False
        del self._strangers[oldest]
        oldest.abort()
        return True


class _Guest(asyncio.Protocol):
    """Hands everything on to the protocol behind, once it is let in and what it says can be read."""

    def __init__(self, guests: Guests, behind: asyncio.Protocol, tls: ssl.SSLContext | None) -> None:
        self._guests = guests
        self._behind = behind
        self._tls = tls
        self._transport: asyncio.Transport | None = None
        self._address = ""
        self._greeted = False
        self._early = b""
        self._shaking: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        address = self._guests.come(transport)
        if address is None:
            transport.abort()
            return
        self._address, self._transport = address, transport
        if self._tls is None:
            self._greet(transport)
        else:
            transport.pause_reading()
            self._shaking = asyncio.ensure_future(self._secure(transport, self._tls))

    async def _secure(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        """Go on inside TLS, or not at all."""
        loop = asyncio.get_running_loop()
        try:
            tunnel = await loop.start_tls(transport, self, tls, server_side=True)
        except OSError:
            tunnel = None
        if tunnel is None or tunnel.is_closing():
            transport.abort()
            self._leave()
            return
        self._guests.secured(transport, tunnel)
        self._transport = tunnel
        self._greet(tunnel)
        if self._early:
            self._behind.data_received(self._early)
            self._early = b""

    def _greet(self, transport: asyncio.Transport) -> None:
        self._greeted = True
        self._behind.connection_made(transport)

    def _leave(self) -> None:
        if self._transport is not None:
            self._guests.leave(self._transport, self._address)
            self._transport = None

    def connection_lost(self, error: Exception | None) -> None:
        self._leave()
        if self._greeted:
            self._behind.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._greeted:
            self._behind.data_received(data)
        elif self._transport is not None:
            self._early += data
            if len(self._early) > EARLY:
                self._transport.abort()

    def eof_received(self) -> bool | None:
        return self._behind.eof_received() if self._greeted else None

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()

"""Connections before they are requests: how many there may be, and how long one may take to ask for something."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

CONNECTIONS = 256
"""Connections at once; one more takes the place of the oldest that is nobody's session."""

FROM_ONE_ADDRESS = 64
"""Connections at once from one address; one more is cut off unheard."""

HEADER_TIME = 10.0
"""Seconds from the connection to the end of its first request's header."""


class Guests:
    """Counts connections and cuts off those that say nothing."""

    def __init__(
        self,
        *,
        most: int = CONNECTIONS,
        from_one: int = FROM_ONE_ADDRESS,
        header_time: float = HEADER_TIME,
    ) -> None:
        self._most = most
        self._from_one = from_one
        self._header_time = header_time
        self._addresses: Counter[str] = Counter()
        self._silent: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}
        self._strangers: dict[asyncio.Transport, None] = {}

    def received(self, factory: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """`factory`, for connections that pass here first."""
        return lambda: _Guest(self, factory())

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
        if self._addresses[address] >= self._from_one or not self._make_room():
            return None
        self._addresses[address] += 1
        self._strangers[transport] = None
        loop = asyncio.get_running_loop()
        self._silent[transport] = loop.call_later(self._header_time, transport.abort)
        return address

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
    """Hands everything on to the protocol behind, once it is let in."""

    def __init__(self, guests: Guests, behind: asyncio.Protocol) -> None:
        self._guests = guests
        self._behind = behind
        self._transport: asyncio.Transport | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        address = self._guests.come(transport)
        if address is None:
            transport.abort()
            return
        self._address, self._transport = address, transport
        self._behind.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self._guests.leave(self._transport, self._address)
            self._behind.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._behind.data_received(data)

    def eof_received(self) -> bool | None:
        return self._behind.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()

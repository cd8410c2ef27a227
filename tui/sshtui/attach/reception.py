"""The app's side of its socket: takes callers in, as many as there is room for, and sees them off in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sshtui.attach.frames import meta
from sshtui.attach.places import Instance
from sshtui.attach.seat import SILENCE, Desk, Seat

CALLERS = 32
"""Connections at once."""

LAST_WORDS = 0.5
"""Seconds that callers get to read the goodbye when the app ends."""


class Reception:
    """The callers of one app."""

    def __init__(self, desk: Desk, instance: Instance, silence: float) -> None:
        self._desk = desk
        self._silence = silence
        self.instance = instance
        self._seats: set[Seat] = set()
        self._empty = asyncio.Event()

    def _caller(self) -> asyncio.Protocol:
        if len(self._seats) >= CALLERS:
            return _Turned(self._silence)
        seat = Seat(self._desk, self.instance, self._silence, self._gone)
        self._seats.add(seat)
        return seat

    def _gone(self, seat: Seat) -> None:
        self._seats.discard(seat)
        if not self._seats:
            self._empty.set()

    async def see_off(self, reason: str, code: int) -> None:
        """Say goodbye to everyone, and return when they read it or have had their time."""
        self._empty.clear()
        for seat in tuple(self._seats):
            seat.let_go(reason, code)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                while self._seats:
                    await self._empty.wait()


class _Turned(asyncio.Protocol):
    """A caller for whom there is no room. It hangs up first: a line closed here would break while it says hello."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        there = cast(asyncio.Transport, transport)
        there.write(meta("refused", sentence=f"{CALLERS} others talk to this sshtui already.", hint=""))
        there.write_eof()
        self._timer = asyncio.get_running_loop().call_later(self._silence, there.abort)

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()


@asynccontextmanager
async def reception(
    desk: Desk, instance: Instance, link: socket.socket, *, silence: float = SILENCE
) -> AsyncIterator[Reception]:
    """Take callers in at `link`, as `Places.listen` gives it; leaving the block closes and unlinks it."""
    here = Reception(desk, instance, silence)
    server = await asyncio.get_running_loop().create_unix_server(here._caller, sock=link)
    try:
        yield here
    finally:
        with contextlib.suppress(OSError):
            os.unlink(instance.socket)
        server.close()

"""What goes to the remote, in order: what is typed at once, a large paste at the pace at which it is taken."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sshtui.session.tasks import crash_loudly

PIECE = 16 * 1024
"""Characters of a paste that go at once; one of no more has nothing to stop."""

ANSWERS_BEHIND = 64
"""Answers of the terminal, and whatever else is written, that wait behind a paste; further answers are dropped."""

TELL_EVERY = 0.25
"""Seconds between two words about how far a paste is."""


class Taker(Protocol):
    """The part of a channel that takes bytes."""

    def write(self, data: bytes) -> None:
        """Take `data`; never waits."""
        ...

    @property
    def backed_up(self) -> bool:
        """Whether much of what was written still waits to be sent."""
        ...

    async def drained(self) -> None:
        """Return when little of what was written still waits to be sent."""
        ...


@dataclass(slots=True)
class Paste:
    """A paste on its way, counted in characters."""

    text: str
    encode: Callable[[str], bytes]
    start: bytes
    end: bytes
    begun: bool = False
    sent: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return len(self.text)

    def next_piece(self) -> str:
        """What goes next, cut nowhere inside a line end of two characters; "" at the end. Counts it as sent."""
        begin, end = self.sent, min(self.sent + PIECE, self.total)
        end += self.text[end - 1 : end + 1] == "\r\n"
        self.sent = end
        return self.text[begin:end]


class Outbox:
    """Keeps the order: what is written while a paste is on its way goes behind it. `told` is called as it gets on."""

    def __init__(self, channel: Taker, told: Callable[[], None]) -> None:
        self._channel = channel
        self._told = told
        self._waiting: deque[Paste | bytes] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def pasting(self) -> Paste | None:
        """The paste that is on its way."""
        return next((item for item in self._waiting if isinstance(item, Paste)), None)

    def write(self, data: bytes) -> None:
        """Send bytes after all that was given before."""
        if self._waiting:
            self._waiting.append(data)
        else:
            self._channel.write(data)

    def answer(self, data: bytes) -> None:
        """Send what a terminal answers by itself, unless what waits already is too much: it is dropped then.

        A remote that asks without end and takes no answers costs no more memory than that.
        """
        has_room = len(self._waiting) < ANSWERS_BEHIND if self._waiting else not self._channel.backed_up
        if has_room:
            self.write(data)

    def paste(self, paste: Paste) -> None:
        """Send a paste after all that was given before; a small one at once where nothing waits."""
        if paste.total <= PIECE:
            self.write(paste.start + paste.encode(paste.text) + paste.end)
            return
        self._waiting.append(paste)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._empty(), name="paste")
            self._task.add_done_callback(crash_loudly)

    def stop(self) -> Paste | None:
        """Send no more of any large paste, close its bracket, and let out what waited behind; the one it stopped."""
        stopped = self.pasting
        for item in self._end():
            if isinstance(item, bytes):
                self._channel.write(item)
            elif item.begun:
                self._channel.write(item.end)
        if stopped is not None:
            self._told()
        return stopped

    def close(self) -> None:
        """The channel is gone: nothing more is sent."""
        self._end()

    def _end(self) -> list[Paste | bytes]:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        left = list(self._waiting)
        self._waiting.clear()
        return left

    async def _empty(self) -> None:
        while self._waiting:
            item = self._waiting[0]
            if isinstance(item, Paste):
                await self._send(item)
            else:
                self._channel.write(item)
            self._waiting.popleft()
        self._task = None
        self._told()

    async def _send(self, paste: Paste) -> None:
        paste.begun = True
        self._channel.write(paste.start)
        told = 0.0
        while paste.sent < paste.total:
            await self._channel.drained()
            # A remote that takes all at once must not hold up the loop either.
            await asyncio.sleep(0)
            self._channel.write(paste.encode(paste.next_piece()))
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                self._told()
        self._channel.write(paste.end)

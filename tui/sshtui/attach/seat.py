"""One caller of an app: a viewer once it said hello, and what the app has to do for one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Protocol, cast

from sshtui.attach.frames import (
    DATA,
    FACT_LIMIT,
    META,
    VERSION,
    BadFrame,
    Fact,
    Frame,
    FrameReader,
    Hello,
    data,
    fact,
    meta,
)
from sshtui.attach.peers import is_ours
from sshtui.attach.places import Instance
from sshtui.errors import SshtuiError
from sshtui.model.geometry import Size

SILENCE = 10.0
"""Seconds a caller may take to say what it wants, and a viewer to read anything of what waits for it."""

LOOKS = 20
"""How often we look within that time whether a viewer reads."""

BACKLOG = 64 * 1024
"""Bytes that may wait for a viewer before pictures are dropped."""

HOARD = 4 * 1024 * 1024
"""Bytes that may wait for a viewer at all, modes and facts included."""

TYPED = 256 * 1024
"""Bytes of a caller that may wait for us before we stop reading."""

SLICE = 0.005
"""Seconds that a caller's frames may take before everything else has its turn."""


class Desk(Protocol):
    """What the app does for callers. Errors it raises go to the caller as a sentence."""

    def status(self) -> dict[str, object]:
        """What the app is: the fields of a `status` fact."""
        ...

    def open(self, wish: Fact) -> dict[str, object]:
        """Open a tab; the fields of `opened`. Raises SshtuiError."""
        ...

    def quit(self) -> None:
        """End the app."""
        ...

    def sit(self, seat: Seat) -> Guest:
        """Give a viewer a seat. Raises SshtuiError."""
        ...


class Guest(Protocol):
    """What the app knows a viewer by; every call is about the seat that `Desk.sit` was given."""

    async def typed(self, data: bytes) -> None:
        """It sent input; returns when more may come."""
        ...

    def resized(self) -> None:
        """`Seat.size` is another."""
        ...

    def caught_up(self) -> None:
        """It reads again and has missed pictures."""
        ...

    def left(self) -> None:
        """It is gone, for whatever reason."""
        ...


class Seat(asyncio.Protocol):
    """One caller: a viewer once it said hello. Nothing here waits for it.

    While more than BACKLOG bytes wait for it, pictures are dropped; when it has read them all, its guest is told. One
    that reads nothing for `silence` seconds is let go.
    """

    def __init__(self, desk: Desk, instance: Instance, silence: float, gone: Callable[[Seat], None]) -> None:
        self._desk = desk
        self._silence = silence
        self._instance = instance
        self._gone = gone
        self._reader = FrameReader()
        self._chunks: list[bytes] = []
        self._chunk_bytes = 0
        self._arrived = asyncio.Event()
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._pump: asyncio.Task[None] | None = None
        self._hello_timer: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._sent = 0
        self._behind = self._missed = self._over = self._ending = self._connected = False
        self._guest: Guest | None = None
        self.hello: Hello | None = None
        self.size = Size(80, 24)

    # What the app does

    @property
    def kind(self) -> str:
        """`terminal` or `browser`; "" for a caller that is no viewer."""
        return self.hello.kind if self.hello is not None else ""

    @property
    def behind(self) -> bool:
        """Whether it does not read as fast as the app paints."""
        return self._behind

    def show(self, picture: bytes) -> None:
        """Send a picture, or drop it while the viewer does not keep up."""
        if self._behind:
            self._missed = True
        else:
            self._send(data(picture))

    def show_in_any_case(self, sequences: bytes) -> None:
        """Send what must not be lost, such as modes."""
        self._send(data(sequences))

    def tell(self, type: str, **fields: object) -> None:
        """Send a fact."""
        self._send(meta(type, **fields))

    def let_go(self, reason: str, code: int = 0) -> None:
        """Say goodbye, and close when it was read."""
        if not self._connected:
            # asyncio has taken the call and not told of it yet.
            self._ending = True
        elif not self._ending:
            self.tell("bye", reason=reason, code=code)
            self._ending = True
            self._arrived.set()
            self._transport.close()
            self._watch()

    def _send(self, frames: bytes) -> None:
        if self._over or self._ending:
            return
        if self._transport.get_write_buffer_size() > HOARD:
            self._transport.abort()
        else:
            self._sent += len(frames)
            self._transport.write(frames)

    @property
    def _taken(self) -> int:
        """Bytes that the kernel took from us so far."""
        return self._sent - self._transport.get_write_buffer_size()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BACKLOG, low=0)
        self._connected = True
        link = transport.get_extra_info("socket")
        if self._ending or not is_ours(link):
            self._transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._hello_timer = loop.call_later(self._silence, self._transport.abort)
        self._pump = loop.create_task(self._serve(), name="caller")
        self._pump.add_done_callback(_crash_loudly)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._chunk_bytes += len(data)
        if self._chunk_bytes > TYPED:
            self._transport.pause_reading()
        self._arrived.set()

    def pause_writing(self) -> None:
        self._behind = True
        self._watch()

    def resume_writing(self) -> None:
        self._behind = False
        self._unwatch()
        if self._missed and self._guest is not None and not self._ending:
            self._missed = False
            self._guest.caught_up()

    def connection_lost(self, error: Exception | None) -> None:
        self._over = True
        self._unwatch()
        self._greeted()
        self._arrived.set()
        if self._guest is None and self._pump is not None:
            self._pump.cancel()
        self._gone(self)

    # Inside

    async def _serve(self) -> None:
        """Take one frame after the other, and end with the caller."""
        try:
            while not self._ending and (self._chunks or not self._over):
                if not self._chunks:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                chunk = self._chunks.pop(0)
                self._chunk_bytes -= len(chunk)
                turn = time.monotonic()
                for frame in self._reader.feed(chunk):
                    await self._take(frame)
                    if time.monotonic() - turn > SLICE:
                        await asyncio.sleep(0)
                        turn = time.monotonic()
                if self._chunk_bytes <= TYPED and not self._transport.is_closing():
                    self._transport.resume_reading()
        except SshtuiError as error:
            self.tell("refused", sentence=error.sentence, hint=error.hint)
            self.let_go("refused", error.exit_code)
        finally:
            if self._guest is not None:
                self._guest.left()

    async def _take(self, frame: Frame) -> None:
        if frame.kind == DATA:
            if self._guest is None:
                raise BadFrame("A viewer says hello first.")
            await self._guest.typed(frame.payload)
        elif frame.kind == META:
            self._take_fact(fact(frame.payload, FACT_LIMIT))

    def _take_fact(self, said: Fact) -> None:
        match said.type:
            case "hello" if self._guest is None:
                self.hello = Hello.read(said)
                self.size = self.hello.size
                self.tell("welcome", version=VERSION, id=self._instance.id)
                self._guest = self._desk.sit(self)
                self._greeted()
            case "resize" if self._guest is not None:
                self.size = said.size()
                self._guest.resized()
            case "detach" if self._guest is not None:
                self.let_go("detached")
            case "status":
                self.tell("status", id=self._instance.id, pid=os.getpid(), **self._desk.status())
            case "open":
                self.tell("opened", id=self._instance.id, **self._desk.open(said))
            case "quit":
                self.tell("quitting")
                self._desk.quit()

    def _greeted(self) -> None:
        if self._hello_timer is not None:
            self._hello_timer.cancel()
            self._hello_timer = None

    def _watch(self) -> None:
        """Let the viewer go once it has read nothing for a while."""
        if self._timer is None and not self._over:
            self._look(self._taken, time.monotonic())

    def _look(self, taken: int, since: float) -> None:
        if self._taken > taken:
            taken, since = self._taken, time.monotonic()
        if time.monotonic() - since >= self._silence:
            self._transport.abort()
        else:
            self._timer = asyncio.get_running_loop().call_later(self._silence / LOOKS, self._look, taken, since)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _crash_loudly(task: asyncio.Task[None]) -> None:
    """Hand a mistake of ours to the loop's handler instead of losing it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": "a caller's task crashed", "exception": error})

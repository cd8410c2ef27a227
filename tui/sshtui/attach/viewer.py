"""A viewer on an event loop: attaches to a running app, and gives its frames to whoever shows them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.attach.frames import Frame, FrameReader, Hello, data, meta
from sshtui.attach.places import connect
from sshtui.model.geometry import Size

READ = 64 * 1024
"""Bytes read at once."""

LAST_WORDS = 1.0
"""Seconds that leaving waits for the app to take what was typed."""


class Viewer:
    """One viewer's end of the socket. Not reading is the brake: the app then drops pictures, and soon the viewer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader()
        self._waiting: list[Frame] = []

    async def read(self) -> Frame | None:
        """The next frame; None when the app let go or is gone, after `bye` or without it. Raises BadFrame."""
        while not self._waiting:
            try:
                chunk = await self._reader.read(READ)
            except OSError:
                return None
            if not chunk:
                return None
            self._waiting = list(self._frames.feed(chunk))[::-1]
        return self._waiting.pop()

    def type(self, typed: bytes) -> None:
        """Send bytes as the viewer's terminal would: keystrokes, mouse reports, a bracketed paste."""
        self._send(data(typed))

    async def drained(self) -> None:
        """Return when the app has taken what was typed, but for about 64 kB; the brake of a large paste."""
        with contextlib.suppress(OSError):
            await self._writer.drain()

    def resize(self, size: Size) -> None:
        """Tell that the viewer has another size, in cells."""
        self._send(meta("resize", columns=size.columns, rows=size.rows))

    def detach(self) -> None:
        """Ask to be let go; `bye` follows."""
        self._send(meta("detach"))

    def _send(self, frames: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(frames)


@asynccontextmanager
async def attached(socket_path: Path, hello: Hello) -> AsyncIterator[Viewer]:
    """A viewer of the app that listens at `socket_path`; leaving the block detaches. Raises NotFound.

    The first frame is `welcome`, or `refused` with a sentence.
    """
    link = await asyncio.to_thread(connect, socket_path)
    link.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=link, limit=READ)
    viewer = Viewer(reader, writer)
    try:
        writer.write(hello.encoded())
        yield viewer
    finally:
        viewer.detach()
        writer.close()
        try:
            await asyncio.wait_for(writer.wait_closed(), LAST_WORDS)
        except TimeoutError:
            writer.transport.abort()
        except OSError:
            pass

"""An app as the browser console sees one: it echoes what is typed and paints what a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sshtui.errors import SshtuiError
from sshtui.model.geometry import Size


class FakeViewer:
    """Fits `sshtui.web.protocols.Viewer`."""

    def __init__(self, size: Size) -> None:
        self.sizes = [size]
        self.typed = bytearray()
        self.frames: asyncio.Queue[tuple[bytes, bytes] | None] = asyncio.Queue()
        self.busy = asyncio.Event()
        self.busy.set()
        self.tell("welcome", id="1")

    async def read(self) -> tuple[bytes, bytes] | None:
        return await self.frames.get()

    def type(self, typed: bytes) -> None:
        self.typed += typed
        self.paint(typed)

    async def drained(self) -> None:
        await self.busy.wait()

    def resize(self, size: Size) -> None:
        self.sizes.append(size)

    def paint(self, data: bytes) -> None:
        """Send bytes for the terminal."""
        self.frames.put_nowait((b"D", data))

    def tell(self, type: str, **fields: object) -> None:
        """Send a fact."""
        self.frames.put_nowait((b"M", json.dumps({"type": type, **fields}).encode()))


class FakeApp:
    """Every viewer that was ever opened, and those that are."""

    def __init__(self) -> None:
        self.viewers: list[FakeViewer] = []
        self.open = 0
        self.broken: SshtuiError | None = None

    @asynccontextmanager
    async def viewer(self, size: Size) -> AsyncIterator[FakeViewer]:
        """Fits `OpenViewer`."""
        if self.broken:
            raise self.broken
        viewer = FakeViewer(size)
        self.viewers.append(viewer)
        self.open += 1
        try:
            yield viewer
        finally:
            self.open -= 1

"""A line between a client and a server of ours that may be slow, choppy, deaf or cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.servers.process import LOOPBACK


class Relay:
    """Passes bytes both ways between its clients and the server at `address`:`target`."""

    def __init__(self, target: int, address: str = LOOPBACK) -> None:
        self._target = address, target
        self._lines: set[asyncio.Task[None]] = set()
        self.port = 0
        self.passed = 0
        """Bytes that came from the server, on the newest connection."""
        self.cut_after: int | None = None
        """Bytes from the server after which the line is cut."""
        self.chop = 65536
        """Bytes that pass at once."""
        self.swallow = False
        """Whether bytes vanish."""
        self.broken = False
        """Whether every connection ends as soon as it begins."""
        self.open = 0
        """Connections that stand now."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side leaves or the line is cut."""
        if self.broken:
            writer.transport.abort()
            return
        self.open += 1
        self.passed = 0
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        home = asyncio.create_task(self._copy(there_reader, writer, counted=True))
        out = asyncio.create_task(self._copy(reader, there_writer, counted=False))
        self._lines |= {home, out}
        await asyncio.wait({home, out}, return_when=asyncio.FIRST_COMPLETED)
        for task in (home, out):
            task.cancel()
        await asyncio.gather(home, out, return_exceptions=True)
        self._lines -= {home, out}
        writer.close()
        there_writer.close()
        self.open -= 1

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool) -> None:
        while data := await source.read(self.chop):
            room = self.cut_after - self.passed if counted and self.cut_after is not None else len(data)
            if counted:
                self.passed += len(data)
            if not self.swallow:
                target.write(data[:room])
                await target.drain()
            if room < len(data):
                return

    def cut(self) -> None:
        """End every connection, and each new one, until `broken` is taken back."""
        self.broken = True
        for task in self._lines:
            task.cancel()


@contextlib.asynccontextmanager
async def relay_to(target: int, address: str = LOOPBACK, *, port: int = 0) -> AsyncIterator[Relay]:
    """A running relay in front of `address`:`target`, itself at `port` of the usual loopback address."""
    relay = Relay(target, address)
    listener = await asyncio.start_server(relay.carry, LOOPBACK, port)
    relay.port = listener.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        listener.close()
        relay.cut()
        await listener.wait_closed()

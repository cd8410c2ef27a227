"""Servers that are not SSH servers, or bad ones: each answers a connection in one wrong way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine

from tests.servers.process import LOOPBACK

Behaviour = Callable[[asyncio.StreamWriter], Coroutine[None, None, None]]
"""What is done to a connection; it is cut short when the client leaves, and returning hangs up."""

BANNER = b"SSH-2.0-misbehaving_1.0\r\n"


class MisbehavingServer:
    """Listens on `address`:`port` and gives every connection to one behaviour."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.address = LOOPBACK
        self.port = 0
        self.received = bytearray()
        """What all clients have sent, as far as the behaviour has read it."""
        self.connections = 0
        self.open_connections = 0
        """Connections the client has not closed yet."""
        self._behaviour = behaviour
        self._behaving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Treat one connection badly, then close it."""
        self.connections += 1
        self.open_connections += 1
        behaving = asyncio.ensure_future(self._behaviour(writer))
        reading = asyncio.ensure_future(self._read(reader))
        self._behaving.add(behaving)
        await asyncio.wait({behaving, reading}, return_when=asyncio.FIRST_COMPLETED)
        for task in (behaving, reading):
            task.cancel()
        await asyncio.gather(behaving, reading, return_exceptions=True)
        self._behaving.discard(behaving)
        self.open_connections -= 1
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Keep what the client sends; returns when it leaves."""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                self.received += data

    def drop(self) -> None:
        """Hang up on every client."""
        for task in self._behaving:
            task.cancel()


@contextlib.asynccontextmanager
async def misbehaving(behaviour: Behaviour) -> AsyncIterator[MisbehavingServer]:
    """A listening MisbehavingServer with one of the behaviours below."""
    server = MisbehavingServer(behaviour)
    listener = await asyncio.start_server(server.serve, LOOPBACK, 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        server.drop()
        await listener.wait_closed()


async def _stay(writer: asyncio.StreamWriter) -> None:
    """Send what is written and keep the line open until the client leaves."""
    await writer.drain()
    await asyncio.get_running_loop().create_future()


async def closes_at_once(writer: asyncio.StreamWriter) -> None:
    """Accepts and hangs up, as sshd beyond MaxStartups or a TCP wrapper does."""


async def closes_after_the_banner(writer: asyncio.StreamWriter) -> None:
    """Says who it is and hangs up."""
    writer.write(BANNER)
    await writer.drain()


async def sends_garbage(writer: asyncio.StreamWriter) -> None:
    """Binary noise with terminal controls instead of a banner."""
    writer.write(b"\x00\xff\x1b]0;owned\x07\x9b31m" + bytes(range(256)) + b"\r\n")
    await _stay(writer)


async def sends_a_banner_then_garbage(writer: asyncio.StreamWriter) -> None:
    """A right banner, then bytes that are no SSH packet."""
    writer.write(BANNER + b"\xff" * 4096)
    await _stay(writer)


async def speaks_http(writer: asyncio.StreamWriter) -> None:
    """A web server that does not understand the request."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def speaks_ssh1(writer: asyncio.StreamWriter) -> None:
    """A server of the protocol version before RFC 4253."""
    writer.write(b"SSH-1.5-Cisco-1.25\n")
    await _stay(writer)


async def never_answers(writer: asyncio.StreamWriter) -> None:
    """Accepts and stays silent."""
    await _stay(writer)


async def falls_silent_after_the_banner(writer: asyncio.StreamWriter) -> None:
    """A right banner, then nothing."""
    writer.write(BANNER)
    await _stay(writer)


async def sends_a_byte_a_second(writer: asyncio.StreamWriter) -> None:
    """A banner that takes longer than any patience (25 s)."""
    for byte in BANNER:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)
    await _stay(writer)


async def sends_an_endless_banner(writer: asyncio.StreamWriter) -> None:
    """Lines before the banner without end, as RFC 4253 section 4.2 lets a server begin."""
    while not writer.is_closing():
        writer.write(b"x" * 200 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)


async def sends_an_endless_line(writer: asyncio.StreamWriter) -> None:
    """One line without end."""
    while not writer.is_closing():
        writer.write(b"SSH-2.0-" + b"x" * 8192)
        await writer.drain()
        await asyncio.sleep(0)


ALL_BEHAVIOURS: tuple[Behaviour, ...] = (
    closes_at_once,
    closes_after_the_banner,
    sends_garbage,
    sends_a_banner_then_garbage,
    speaks_http,
    speaks_ssh1,
    never_answers,
    falls_silent_after_the_banner,
    sends_a_byte_a_second,
    sends_an_endless_banner,
    sends_an_endless_line,
)

"""One terminal on a connection: bytes both ways, a strict brake, and an exact end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

from sshtui.model.connection import ChannelEnd
from sshtui.model.geometry import Size
from sshtui.model.text import plain
from sshtui.ssh.library import asyncssh
from sshtui.ssh.quirks import unlogged
from sshtui.ssh.translate import lost

WINDOW = 65536
"""Bytes the server may send ahead. Small, so that Ctrl+C overtakes little, and no larger than HOLD: asyncssh
2.24.1 grants a full window at each resume even while older data is held, so a larger one grows without bound."""

HOLD = 65536
"""Bytes held before reading pauses."""

PACKET = 32768
TERM = "xterm-256color"


class PtySession(asyncssh.SSHClientSession[bytes]):
    """What asyncssh tells of one channel."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._held: deque[bytes] = deque()
        self._size = 0
        self._paused = False
        self._news = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._exit: ChannelEnd | None = None
        self.end: ChannelEnd | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._held.append(data)
        self._size += len(data)
        self._news.set()
        if self._size >= HOLD and not self._paused and self._channel is not None:
            self._paused = True
            self._channel.pause_reading()

    def pause_writing(self) -> None:
        """More than 64 KiB wait until the server opens its window."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Little of it waits any more."""
        self._may_write.set()

    @property
    def backed_up(self) -> bool:
        """Whether more than that waits."""
        return not self._may_write.is_set()

    async def drained(self) -> None:
        """Return when little of what was written still waits, or the channel is closed."""
        await self._may_write.wait()

    def exit_status_received(self, status: int) -> None:
        self._exit = ChannelEnd("exited", status=status)

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        self._exit = ChannelEnd("signalled", signal=plain(signal, 32), reason=plain(msg))

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed: by the program's end, or with the whole connection."""
        if self._exit is not None:
            self.end = self._exit
        elif exc is not None:
            self.end = ChannelEnd("lost", reason=lost(exc, self._name).sentence)
        else:
            self.end = ChannelEnd("closed", reason=f"{self._name} closed the session.")
        self._wake()

    def close(self) -> None:
        """We end it."""
        if self.end is None:
            self.end = ChannelEnd("closed")
            self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._may_write.set()

    async def read(self, limit: int) -> bytes:
        """At most `limit` bytes; calling it says that everything returned before is dealt with."""
        while not self._held:
            if self.end is not None:
                return b""
            if self._paused and self._channel is not None:
                # Only now, with nothing held: see WINDOW.
                self._paused = False
                self._channel.resume_reading()
                continue
            self._news.clear()
            await self._news.wait()
        return self._take(limit)

    def _take(self, limit: int) -> bytes:
        taken, room = [], limit
        while self._held and room > 0:
            piece = self._held[0]
            if len(piece) <= room:
                taken.append(self._held.popleft())
            else:
                taken.append(piece[:room])
                self._held[0] = piece[room:]
            room -= len(taken[-1])
        data = b"".join(taken)
        self._size -= len(data)
        return data

    async def ended(self) -> None:
        """Return once the channel is closed, whether everything was read or not."""
        while self.end is None:
            self._news.clear()
            await self._news.wait()

    @property
    def held(self) -> int:
        """Bytes received and not read."""
        return self._size


class Pipe:
    """A program in a terminal of the server: the part of a tab's channel that knows no person."""

    def __init__(self, channel: asyncssh.SSHClientChannel[bytes], session: PtySession, size: Size) -> None:
        self._channel = channel
        self._session = session
        self._told = size

    @property
    def end(self) -> ChannelEnd | None:
        """How it ended; None while it lives or while bytes are still to be read."""
        return None if self._session.held else self._session.end

    async def read(self, limit: int) -> bytes:
        """At most `limit` bytes, waiting for the first; b"" at the end."""
        return await self._session.read(limit)

    async def ended(self) -> None:
        """Return once it is closed; only while nobody reads."""
        await self._session.ended()

    def write(self, data: bytes) -> None:
        """Send `data`; does nothing after the end."""
        if self._session.end is None and not self._channel.is_closing():
            self._channel.write(data)

    @property
    def backed_up(self) -> bool:
        """Whether more than 64 KiB of what was written wait to be sent."""
        return self._session.backed_up

    async def drained(self) -> None:
        """Return when little of what was written still waits to be sent, or when nothing will be."""
        await self._session.drained()

    def resize(self, size: Size) -> None:
        """Tell a new size in cells; the size in pixels is unknown, which is zero (RFC 4254 section 6.7)."""
        if size != self._told and self._session.end is None and not self._channel.is_closing():
            self._told = size
            self._channel.change_terminal_size(size.columns, size.rows, 0, 0)

    async def close(self) -> None:
        """Close the channel and let go of what it holds; safe to call twice."""
        self._channel.abort()
        self._session.close()


async def open_pipe(
    connection: asyncssh.SSHClientConnection,
    name: str,
    size: Size,
    *,
    command: str = "",
    environment: Mapping[str, str] | None = None,
) -> Pipe:
    """A terminal of `size` running the login shell, or `command`. Raises what asyncssh raises."""
    opened: list[PtySession] = []

    def session() -> PtySession:
        opened.append(PtySession(name))
        return opened[-1]

    channel, _ = await connection.create_session(
        session,
        command=command or None,
        env=[f"{name}={value}" for name, value in (environment or {}).items()],
        request_pty="force",
        term_type=TERM,
        term_size=(size.columns, size.rows, 0, 0),
        # Without it the line editor of the remote terminal takes each byte of a character for a character.
        term_modes={asyncssh.PTY_IUTF8: 1},
        encoding=None,
        window=WINDOW,
        max_pktsize=PACKET,
    )
    unlogged(channel)
    return Pipe(channel, opened[-1], size)

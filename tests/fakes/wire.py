"""Small real implementations of the wire's protocols: a channel in memory, a dialer that hands them out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.errors import SshtuiError
from sshtui.model.connection import ChannelEnd, ConnectionFacts, Traffic
from sshtui.model.forwards import ForwardState
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.questions import Notice, PasswordChange, Prompter

FACTS = ConnectionFacts(
    destination="root@10.0.0.5", host_key_kind="ED25519", cipher="aes128-gcm@openssh.com", method="publickey"
)

PING_LIMIT = 0.1
"""Seconds until a ping counts as unanswered."""


class MemoryFiles:
    """An account's files in memory, as session/protocols.py Files; a test can `hold` what is moved half-way."""

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {}
        self.error: SshtuiError | None = None
        self._goes_on = asyncio.Event()
        self._goes_on.set()

    def hold(self) -> None:
        """Stop half-way from here on."""
        self._goes_on.clear()

    def go_on(self) -> None:
        """Move the rest of what was held."""
        self._goes_on.set()

    async def place(self, path: str, name: str) -> tuple[str, bool]:
        path = path + name if path.endswith("/") else path
        return path, path in self.there

    async def send(self, source: Path, path: str, progress: Callable[[int, int], None], *, replace: bool) -> None:
        data = await asyncio.to_thread(source.read_bytes)
        await self._move(len(data), progress)
        self.there[path] = data

    async def fetch(self, path: str, target: Path, progress: Callable[[int, int], None], *, replace: bool) -> None:
        await self._move(len(self.there[path]), progress)
        await asyncio.to_thread(target.write_bytes, self.there[path])

    async def _move(self, size: int, progress: Callable[[int, int], None]) -> None:
        if self.error:
            raise self.error
        progress(size // 2, size)
        await self._goes_on.wait()


class MemoryChannel:
    """A channel whose remote side is the test: `say` prints, `written` is what it got, `finish` ends it."""

    def __init__(self, size: Size) -> None:
        self.written = b""
        self.sizes = [size]
        self.closed = False
        self.silence = 0.0
        self.answers = True
        self.facts = FACTS
        self.traffic = Traffic(20_480, 1_536, 1)
        self.forwards: tuple[ForwardState, ...] = ()
        self.end: ChannelEnd | None = None
        self.remote = MemoryFiles()
        self.password_changes: list[PasswordChange] = []
        self.refuses_password: SshtuiError | None = None
        self._incoming: asyncio.Queue[bytes] = asyncio.Queue()
        self._rest = b""
        self._takes = asyncio.Event()
        self._takes.set()

    def stall(self) -> None:
        """Read nothing of what is written from here on."""
        self._takes.clear()

    def take_again(self) -> None:
        """Read again."""
        self._takes.set()

    def say(self, data: bytes) -> None:
        """Print `data` as the remote program would."""
        self._incoming.put_nowait(data)

    def finish(self, end: ChannelEnd) -> None:
        """End it as the remote side would, after what was said."""
        self.end = end
        self._incoming.put_nowait(b"")

    async def read(self, limit: int) -> bytes:
        if not self._rest:
            self._rest = await self._incoming.get()
        data, self._rest = self._rest[:limit], self._rest[limit:]
        return data

    def write(self, data: bytes) -> None:
        self.written += data

    @property
    def backed_up(self) -> bool:
        return not self._takes.is_set()

    async def drained(self) -> None:
        await self._takes.wait()

    def resize(self, size: Size) -> None:
        self.sizes.append(size)

    async def change_password(self, change: PasswordChange) -> str:
        self.password_changes.append(change)
        if self.refuses_password:
            raise self.refuses_password
        return "passwd: password updated successfully"

    @asynccontextmanager
    async def files(self) -> AsyncIterator[MemoryFiles]:
        yield self.remote

    async def ping(self) -> float | None:
        if self.answers:
            return 0.012
        await asyncio.sleep(PING_LIMIT)
        return None

    async def close(self) -> None:
        self.closed = True
        if self.end is None:
            self.finish(ChannelEnd("closed"))


class MemoryDialer:
    """Hands out memory channels, newest last in `channels`; fails with `error` while that is set.

    While dialing it tells `notices`.
    `hold()` makes dialing wait until `release()`.
    """

    def __init__(self) -> None:
        self.channels: list[MemoryChannel] = []
        self.hosts: list[Host] = []
        self.error: SshtuiError | None = None
        self.notices: list[Notice] = []
        self.facts = FACTS
        self.forwards: tuple[ForwardState, ...] = ()
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """Let the next dials wait."""
        self._open.clear()

    def release(self) -> None:
        """Let waiting dials go on."""
        self._open.set()

    async def dial(
        self, host: Host, size: Size, prompter: Prompter, *, progress: Callable[[str], None] | None = None
    ) -> MemoryChannel:
        self.hosts.append(host)
        if progress:
            progress("connecting")
        for notice in self.notices:
            prompter.tell(notice)
        await self._open.wait()
        if self.error:
            raise self.error
        channel = MemoryChannel(size)
        channel.facts = self.facts
        channel.forwards = self.forwards
        self.channels.append(channel)
        return channel

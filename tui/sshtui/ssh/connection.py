"""A logged-in connection, shared by everything that goes to the same account of the same server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sshtui.model.connection import ConnectionFacts
from sshtui.model.geometry import Size
from sshtui.ssh.channel import Pipe, open_pipe
from sshtui.ssh.forwards import Forwards
from sshtui.ssh.library import asyncssh
from sshtui.ssh.quirks import Wire
from sshtui.ssh.translate import channel_refused, lost

CHANNEL_LIMIT = 20.0
"""Seconds a server may take to open a channel on a connection that is up."""

CHANNEL_LIMIT_SHARED = 5.0

_NO_MATTER_WHERE = (asyncssh.OPEN_REQUEST_PTY_FAILED, asyncssh.OPEN_REQUEST_SESSION_FAILED)
"""Refusals that another connection would meet too."""

Release = Callable[[], Awaitable[None]]


class Connection:
    """Counts who uses it; the last one to let go closes it, and then what is below it: a jump host, a program."""

    def __init__(
        self,
        ssh: asyncssh.SSHClientConnection,
        wire: Wire,
        name: str,
        facts: ConnectionFacts,
        *,
        keep_alive: int,
        below: Sequence[Release] = (),
    ) -> None:
        self.ssh = ssh
        self.wire = wire
        self.name = name
        self.facts = facts
        self.forwards = Forwards(ssh)
        self.full = False
        """Whether it takes no further channel: the next user needs another connection."""
        self._keep_alive = keep_alive
        self._below = tuple(below)
        self._users = 0

    @property
    def usable(self) -> bool:
        """Whether another channel can be asked for."""
        return not self.full and not self.ssh.is_closed()

    @property
    def users(self) -> int:
        """How many hold it."""
        return self._users

    def hold(self) -> None:
        """Use it; every `hold` has its `release`."""
        self._users += 1

    async def release(self) -> None:
        """Let go; the last one closes it."""
        self._users -= 1
        if self._users:
            return
        await self.drop()

    async def drop(self) -> None:
        """Close it and its forwards, whoever uses it."""
        below, self._below = self._below, ()
        try:
            try:
                await self.forwards.close()
            finally:
                self.ssh.close()
            await self.ssh.wait_closed()
        finally:
            for let_go in below:
                await let_go()
            await self.forwards.hand_over()

    async def open_pipe(
        self, size: Size, command: str = "", environment: Mapping[str, str] | None = None, *, name: str = ""
    ) -> Pipe:
        """A terminal on it. Raises ChannelRefused, or ConnectionLost when it broke.

        `name` is the host its sentences speak of: saved hosts under several names can share a connection.
        `usable` is false after a refusal or a loss that another connection could be spared.
        """
        name = name or self.name
        # Where others are on it already, it may have died unnoticed: a new login is quicker than a long wait.
        limit = CHANNEL_LIMIT_SHARED if self._users > 1 else CHANNEL_LIMIT
        try:
            async with asyncio.timeout(limit):
                pipe = await open_pipe(self.ssh, name, size, command=command, environment=environment)
        except (asyncssh.Error, OSError) as error:
            failure = lost(self.wire.ended, name) if self.ssh.is_closed() else channel_refused(error, name)
            self.full = not (isinstance(error, asyncssh.ChannelOpenError) and error.code in _NO_MATTER_WHERE)
            raise failure from error
        if self.wire.chokes_on_ignore:
            self.full = True
        return pipe

    @property
    def silence(self) -> float:
        """Seconds the server owes an answer to a keep-alive; 0 while all is well or keep-alive is off."""
        silent = time.monotonic() - self.wire.heard
        return silent if self._keep_alive and silent > self._keep_alive + 1 else 0.0

    async def ping(self, limit: float = 5.0) -> float | None:
        """Seconds to the server and back; None when no answer came within `limit` or the server gives none."""
        if self.ssh.is_closed() or self.wire.chokes_on_ignore:
            return None
        try:
            async with asyncio.timeout(limit):
                return await self.wire.ping()
        except TimeoutError:
            return None

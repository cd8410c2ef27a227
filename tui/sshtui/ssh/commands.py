"""Commands without a terminal, over the shared connection, and a login by one key pair alone."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from typing import Self, TypeVar

from sshtui.errors import ConnectionLost, Declined, LoginRejected, TimedOut
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Challenge, NewPassword, Notice, Password, Prompter, Question
from sshtui.ssh.connection import Connection
from sshtui.ssh.connector import Wish
from sshtui.ssh.dialer import SshDialer
from sshtui.ssh.library import asyncssh
from sshtui.ssh.pool import Pool
from sshtui.ssh.remote_files import RemoteFiles, remote_files
from sshtui.ssh.translate import channel_refused

A = TypeVar("A")

TIME_LIMIT = 60.0
"""Seconds a command may take."""
OUTPUT_LIMIT = 256 * 1024
"""Bytes of output that are kept; a server that sends more is cut short."""


class Commands:
    """Runs commands on `host`, all on one connection, inside `async with`.

    It is one that tabs share. What a person is asked for the login goes to `prompter`.
    """

    def __init__(self, pool: Pool, host: Host, prompter: Prompter) -> None:
        self._pool = pool
        self._host = host
        self._prompter = prompter
        self._connection: Connection | None = None

    async def __aenter__(self) -> Self:
        self._host = await self._pool.prepared(self._host, self._prompter)
        self._connection = await self._pool.hold(self._host, self._prompter, _ignore, Wish())
        return self

    async def __aexit__(self, *unused: object) -> None:
        if self._connection is not None:
            await self._connection.release()

    async def run(self, command: str, data: bytes) -> tuple[int | None, str, str]:
        """Give `data` to the command's standard input; exit status (None for a signal), output, error output.

        Raises SshtuiError.
        """
        assert self._connection is not None, "commands run inside `async with`"
        try:
            async with asyncio.timeout(TIME_LIMIT):
                return await _run(self._connection, command, data)
        except TimeoutError as error:
            raise TimedOut(f"The command on {self._host.name} did not end within {TIME_LIMIT:.0f} s.") from error

    def files(self) -> AbstractAsyncContextManager[RemoteFiles]:
        """The account's files, on the same connection. Raises SshtuiError."""
        assert self._connection is not None, "files are there inside `async with`"
        return remote_files(self._connection)

    async def prove(self, key_pair: KeyPair) -> None:
        """Log in anew by `key_pair` and nothing else; LoginRejected when the server does not take it."""
        wish = Wish(chosen=key_pair)
        try:
            connection = await self._pool.hold(self._host, KeyPairOnly(self._prompter), _ignore, wish, fresh=True)
        except Declined as error:
            raise LoginRejected(
                f"{self._host.name} does not let {key_pair.label} in: it asked for a password instead.",
                tried=("publickey",),
            ) from error
        method = connection.facts.method
        await connection.release()
        if method != "publickey":
            raise LoginRejected(f"{self._host.name} let us in by {method}: the key pair proved nothing.")


def commands_on(dialer: SshDialer, host: Host, prompter: Prompter) -> Commands:
    """Commands on `host` over the connection that its tabs have, when one is open."""
    return Commands(dialer.pool, host, prompter)


class KeyPairOnly:
    """Passes a person's questions on, except those a login by key pair does not need: they count as declined."""

    def __init__(self, prompter: Prompter) -> None:
        self._prompter = prompter

    async def ask(self, question: Question[A]) -> A | None:
        """The person's answer; None for passwords and the like."""
        if isinstance(question, Password | Challenge | NewPassword):
            return None
        return await self._prompter.ask(question)

    def tell(self, notice: Notice) -> None:
        """Show it."""
        self._prompter.tell(notice)


async def _run(connection: Connection, command: str, data: bytes) -> tuple[int | None, str, str]:
    name = connection.name
    try:
        process = await connection.ssh.create_process(command, encoding=None, stdin=asyncssh.PIPE)
        try:
            # A command that ends without reading its input closes the channel, perhaps before we write.
            with suppress(BrokenPipeError):
                process.stdin.write(data)
                process.stdin.write_eof()
            said, complained = await asyncio.gather(_read(process.stdout), _read(process.stderr))
            await process.wait_closed()
        except BaseException:
            # Given up or cancelled, it must not keep one of the few sessions that tabs share (MaxSessions), and sshd
            # counts one until its command ends.
            with suppress(OSError):
                process.terminate()
            process.channel.abort()
            raise
    except asyncssh.ChannelOpenError as error:
        raise channel_refused(error, name) from error
    except (asyncssh.Error, OSError) as error:
        raise ConnectionLost(f"The connection to {name} broke while a command ran.", hint="Try again.") from error
    return process.exit_status if process.exit_signal is None else None, said, complained


async def _read(stream: asyncssh.SSHReader[bytes]) -> str:
    """What comes, to the end; beyond OUTPUT_LIMIT it is read and dropped."""
    kept = bytearray()
    while part := await stream.read(32768):
        kept += part[: OUTPUT_LIMIT - len(kept)]
    return kept.decode("utf-8", "replace")


def _ignore(stage: str) -> None:
    """Nobody wants to know the stages."""

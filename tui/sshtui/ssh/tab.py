"""What a tab holds: a terminal on a connection, and the way through a password the server wants changed first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from sshtui.errors import SshtuiError
from sshtui.model.connection import ChannelEnd, ConnectionFacts, Traffic
from sshtui.model.forwards import ForwardState
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.questions import NewPassword, Notice, PasswordChange, Prompter
from sshtui.model.resuming import command_for
from sshtui.model.text import plain_lines
from sshtui.ssh.channel import Pipe
from sshtui.ssh.connection import Connection
from sshtui.ssh.passwd import change_password
from sshtui.ssh.prompts import ChangeAnswers, Wants
from sshtui.ssh.stream_prompts import PromptReader
from sshtui.ssh.transfers import Transfers, transfers
from sshtui.ssh.unfinished import Unfinished

WATCHED = 32 * 1024
"""Bytes of output after which a session is an ordinary one: more than any message of the day before `passwd`."""

Again = Callable[[str], Awaitable[tuple[Connection, Pipe]]]
"""Log in anew with the password given, and open the same terminal."""


class TabChannel:
    """Fits session/protocols.py Channel.

    sshd without PAM, and with PAM after a password or key login, lets an expired account in but runs `passwd`
    instead of the shell, then hangs up. That is seen in the first output: the person is asked in the same modal
    as elsewhere, `passwd` is answered, and the tab goes on with a new login. Declining leaves `passwd` in the tab.
    """

    def __init__(
        self,
        host: Host,
        connection: Connection,
        pipe: Pipe,
        prompter: Prompter,
        again: Again,
        unfinished: Unfinished,
    ) -> None:
        self._host = host
        self._connection = connection
        self._pipe = pipe
        self._prompter = prompter
        self._again = again
        self._unfinished = unfinished
        self._size: Size | None = None
        self._held = True
        self._failed: ChannelEnd | None = None
        self._watch: PromptReader | None = PromptReader() if not command_for(host) else None
        self._watched = 0
        self._answers = ChangeAnswers()

    @property
    def facts(self) -> ConnectionFacts:
        """What is known of the connection below."""
        return self._connection.facts

    @property
    def traffic(self) -> Traffic:
        """What went over the connection below, other tabs on it included."""
        return self._connection.wire.traffic

    @property
    def forwards(self) -> tuple[ForwardState, ...]:
        """The port forwards of the connection below."""
        return self._connection.forwards.states

    @property
    def end(self) -> ChannelEnd | None:
        """How it ended; None while it lives."""
        return self._failed or self._pipe.end

    async def read(self, limit: int) -> bytes:
        """At most `limit` bytes, waiting for the first; b"" when the remote is done."""
        data = await self._pipe.read(limit)
        if self._watch is None:
            return data
        if data:
            await self._look(self._watch, data)
            return data
        self._watch = None
        if not self._answers.new_password or not self._held or not self._changed():
            return data
        try:
            await self._log_in_again()
        except SshtuiError as error:
            self._failed = ChannelEnd("closed", reason=error.sentence)
            self._prompter.tell(Notice(error.told, level="error"))
            return b""
        return await self._pipe.read(limit)

    async def _look(self, watch: PromptReader, data: bytes) -> None:
        """Answer `passwd` when it is what runs; stop looking once it is clear that something else does."""
        self._watched += len(data)
        prompt = watch.feed(data)
        begun = self._answers.begun
        if not begun and (self._watched > WATCHED or (prompt is not None and not watch.forced)):
            self._watch = None
            return
        if prompt is None or not (begun or watch.forced):
            return
        if self._answers.needs_change(prompt.wanted):
            said = "\n".join(plain_lines(prompt.said, 8))
            change = await self._ask(
                NewPassword(
                    self._host.name,
                    self._connection.facts.destination,
                    "" if begun else said,
                    said if begun else "",
                    needs_old=prompt.wanted is Wants.CURRENT,
                )
            )
            if change is None:
                self._watch = None
                self._answers = ChangeAnswers()
                return
            self._answers.use(change)
        self._pipe.write(self._answers.answer(prompt.wanted).encode() + b"\n")
        watch.answered()

    async def _ask(self, question: NewPassword) -> PasswordChange | None:
        """The person's answer; the question is taken back when the server hangs up meanwhile."""
        answer = self._prompter.ask(question)
        asking = asyncio.ensure_future(answer)
        hanging_up = asyncio.ensure_future(self._pipe.ended())
        try:
            await asyncio.wait({asking, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else None
        finally:
            asking.cancel()
            hanging_up.cancel()
            await asyncio.gather(asking, hanging_up, return_exceptions=True)

    def _changed(self) -> bool:
        end = self._pipe.end
        return end is not None and end.how == "exited" and end.status == 0

    async def _log_in_again(self) -> None:
        await self.close()
        password, self._answers = self._answers.new_password, ChangeAnswers()
        self._connection, self._pipe = await self._again(password)
        self._held = True
        if self._size is not None:
            self._pipe.resize(self._size)

    def write(self, data: bytes) -> None:
        """Send `data`; never waits. After the end it does nothing."""
        if self._watch is not None and not self._answers.begun:
            # Someone works in it already: what looks like a forced change from here on is a program of theirs.
            self._watch = None
        self._pipe.write(data)

    @property
    def backed_up(self) -> bool:
        """Whether much of what was written still waits to be sent."""
        return self._pipe.backed_up

    async def drained(self) -> None:
        """Return when little of what was written still waits to be sent, or when nothing will be."""
        await self._pipe.drained()

    def resize(self, size: Size) -> None:
        """Tell the remote the new size (RFC 4254 section 6.7)."""
        self._size = size
        self._pipe.resize(size)

    async def change_password(self, change: PasswordChange) -> str:
        """Drive `passwd` beside this terminal; what the server said. Raises SshtuiError when it refused."""
        return await change_password(self._connection, change)

    def files(self) -> AbstractAsyncContextManager[Transfers]:
        """The account's files, over the connection below. Raises SshtuiError."""
        return transfers(self._connection, self._unfinished)

    @property
    def silence(self) -> float:
        """Seconds the server owes an answer; 0 while all is well. Above 0 the link is stalled."""
        return self._connection.silence if self._pipe.end is None else 0.0

    async def ping(self, limit: float = 5.0) -> float | None:
        """Seconds to the server and back; None when no answer came within `limit` seconds."""
        return await self._connection.ping(limit)

    async def close(self) -> None:
        """End it and free what it holds; safe to call twice."""
        if not self._held:
            return
        self._held = False
        await self._pipe.close()
        await self._connection.release()

"""What every program behind a channel of the embedded server can do, and the ones without a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sshtui.demo.accounts import Account
from sshtui.demo.processes import kill_session
from sshtui.ssh.library import asyncssh

CHUNK = 32 * 1024
"""Bytes passed on at once, the largest packet of a channel (RFC 4253 section 6.1)."""

SFTP_VERSION = 3
"""What every server and client has (draft-ietf-secsh-filexfer-02)."""

TerminalSize = tuple[int, int, int, int]
"""Columns, rows, and both in pixels (RFC 4254 section 6.2)."""


class Remote(Protocol):
    """The client's side, as far as a program needs it."""

    def send(self, data: bytes, *, error: bool = False) -> None:
        """Pass on output, or error output."""
        ...

    def ended(self, status: int) -> None:
        """The program is done and its output is sent; below 0 stands the number of the signal that ended it."""
        ...


class Program(Protocol):
    """Something that runs for a client."""

    async def start(self) -> None:
        """Begin; from now on the other calls may come."""
        ...

    def write(self, data: bytes) -> None:
        """Take what was typed; never waits."""
        ...

    def end_input(self) -> None:
        """Nothing more will be typed."""
        ...

    def resize(self, size: TerminalSize) -> None:
        """Tell it the size of the client's terminal."""
        ...

    def pause(self) -> None:
        """Send no more for now: the client has no room."""
        ...

    def resume(self) -> None:
        """Go on sending."""
        ...

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        ...

    async def close(self) -> None:
        """End it and all it has begun; safe to call twice."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """Where programs run and what they see: nothing of the user's own."""

    shell: str
    directory: Path
    environment: Mapping[str, str] = field(repr=False)

    def of_login(self, name: str, sent: Mapping[str, str]) -> Surroundings:
        """These for one login: its name, and the variables the client has sent."""
        return replace(self, environment={**self.environment, **sent, "LOGNAME": name, "USER": name})

    def login(self) -> Sequence[str]:
        """The command of an interactive shell."""
        return (self.shell, "-i")

    def running(self, command: str) -> Sequence[str]:
        """`command` as sshd runs it."""
        return (self.shell, "-c", command)


class PipedProgram:
    """A command without a terminal: output and error output apart."""

    def __init__(self, remote: Remote, command: Sequence[str], surroundings: Surroundings) -> None:
        self._remote = remote
        self._command = command
        self._surroundings = surroundings
        self._process: asyncio.subprocess.Process | None = None
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=dict(self._surroundings.environment),
            cwd=self._surroundings.directory,
            start_new_session=True,
        )
        self._running = asyncio.create_task(self._run(process))

    def write(self, data: bytes) -> None:
        """Take input."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(data)

    def end_input(self) -> None:
        """Close its standard input."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def resize(self, size: TerminalSize) -> None:
        """It has no terminal."""

    def pause(self) -> None:
        """Send no more for now."""
        self._may_send.clear()

    def resume(self) -> None:
        """Go on sending."""
        self._may_send.set()

    def signal(self, number: signal.Signals) -> None:
        """Send it and its children a signal."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def close(self) -> None:
        """Kill it and its children."""
        if self._process is not None:
            kill_session(self._process.pid)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._process is not None:
            await self._process.wait()

    async def _run(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        await asyncio.gather(self._pass_on(process.stdout, error=False), self._pass_on(process.stderr, error=True))
        self._remote.ended(await process.wait())

    async def _pass_on(self, output: asyncio.StreamReader, *, error: bool) -> None:
        while data := await output.read(CHUNK):
            await self._may_send.wait()
            self._remote.send(data, error=error)


class FileProgram:
    """The files below the surroundings' directory over SFTP; to the client it is the root of everything."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], surroundings: Surroundings) -> None:
        root = os.fsencode(surroundings.directory)
        self._session = asyncssh.stream.SSHServerStreamSession[bytes](
            None, sftp_factory=lambda _: asyncssh.SFTPServer(channel, chroot=root), sftp_version=SFTP_VERSION
        )
        self._session.connection_made(channel)
        self._over = False

    async def start(self) -> None:
        """Begin."""
        self._session.session_started()

    def write(self, data: bytes) -> None:
        """Take requests."""
        self._session.data_received(data, None)

    def end_input(self) -> None:
        """No more requests come."""
        self._session.eof_received()

    def resize(self, size: TerminalSize) -> None:
        """It has no terminal."""

    def pause(self) -> None:
        """Send no more for now."""
        self._session.pause_writing()

    def resume(self) -> None:
        """Go on sending."""
        self._session.resume_writing()

    def signal(self, number: signal.Signals) -> None:
        """It is no process."""

    async def close(self) -> None:
        """Forget open files."""
        if not self._over:
            self._over = True
            self._session.connection_lost(None)


class PasswordDialogue:
    """`passwd` of an account that exists only in memory, in the words of the real one (passwd(1), PAM)."""

    def __init__(self, remote: Remote, account: Account) -> None:
        self._remote = remote
        self._account = account
        self._line = bytearray()
        self._answers: list[str] = []
        self._done = False

    async def start(self) -> None:
        """Ask for the current password."""
        self._say(f"Changing password for {self._account.name}.\r\nCurrent password: ")

    def write(self, data: bytes) -> None:
        """Take typed characters, none of which is echoed; Ctrl+C and Ctrl+D give up."""
        for byte in data:
            if self._done:
                return
            if byte in b"\r\n":
                answer = self._line.decode("utf-8", "replace")
                self._line.clear()
                self._say("\r\n")
                self._answer(answer)
            elif byte in b"\x03\x04":
                self._refuse("Authentication token manipulation error")
            elif byte in b"\x08\x7f":
                del self._line[-1:]
            else:
                self._line.append(byte)

    def end_input(self) -> None:
        """Give up."""
        if not self._done:
            self._refuse("Authentication token manipulation error")

    def _answer(self, answer: str) -> None:
        self._answers.append(answer)
        if len(self._answers) == 1:
            if not self._account.has_password(answer):
                self._refuse("Authentication token manipulation error")
            else:
                self._say("New password: ")
        elif len(self._answers) == 2:
            objection = self._account.objection(answer)
            if objection:
                self._say(f"BAD PASSWORD: {objection}\r\n")
                self._refuse("Authentication token manipulation error")
            else:
                self._say("Retype new password: ")
        elif answer != self._answers[1]:
            self._say("Sorry, passwords do not match.\r\n")
            self._refuse("Authentication token manipulation error")
        else:
            self._account.change_password(answer)
            self._say("passwd: password updated successfully\r\n")
            self._end(0)

    def _refuse(self, reason: str) -> None:
        self._say(f"passwd: {reason}\r\npasswd: password unchanged\r\n")
        self._end(10)

    def _end(self, status: int) -> None:
        self._done = True
        self._remote.ended(status)

    def _say(self, text: str) -> None:
        self._remote.send(text.encode())

    def resize(self, size: TerminalSize) -> None:
        """Its lines are short."""

    def pause(self) -> None:
        """It says little."""

    def resume(self) -> None:
        """It says little."""

    def signal(self, number: signal.Signals) -> None:
        """Give up."""
        self.end_input()

    async def close(self) -> None:
        """Nothing runs."""
        self._done = True

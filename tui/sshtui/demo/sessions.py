"""One channel of the embedded server: a client asks for a shell or a command, and one program answers."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable, Mapping

from sshtui.demo.accounts import Account
from sshtui.demo.programs import FileProgram, PasswordDialogue, PipedProgram, Program, Surroundings, TerminalSize
from sshtui.demo.terminal import TerminalProgram
from sshtui.ssh.library import asyncssh

_ACCEPTED = re.compile(r"LANG|LC_[A-Z]+|COLORTERM")
_PASSWD = re.compile(r"(?:^|[\s'\"/])passwd['\"]?$")


class ChannelSession(asyncssh.SSHServerSession[bytes]):
    """Runs what a client asks for. `finished` is called once nothing of it runs any more."""

    def __init__(
        self,
        account: Account,
        surroundings: Surroundings,
        finished: Callable[[ChannelSession], None],
        *,
        files: bool = True,
    ) -> None:
        self._account = account
        self._files = files
        self._surroundings = surroundings
        self._finished = finished
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._terminal_type: str | None = None
        self._size: TerminalSize = (80, 24, 0, 0)
        self._command: str | None = None
        self._program: Program | None = None
        self._early = bytearray()
        self._input_over = False
        self._paused = False
        self._starting: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is there."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: TerminalSize, term_modes: Mapping[int, int]) -> bool:
        """A terminal is wanted; its line discipline starts as the system has it."""
        self._terminal_type, self._size = term_type, term_size
        return True

    def shell_requested(self) -> bool:
        """A shell it will be."""
        return True

    def exec_requested(self, command: str) -> bool:
        """A command it will be."""
        self._command = command
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """Files it will be, where there are any."""
        return self._files and subsystem == "sftp"

    def session_started(self) -> None:
        """Begin. What is typed meanwhile waits: asyncssh goes on reading whatever we say here."""
        self._starting = asyncio.create_task(self._start(self._chosen()))

    async def _start(self, program: Program) -> None:
        await program.start()
        program.resize(self._size)
        self._program = program
        program.write(bytes(self._early))
        if self._input_over:
            program.end_input()
        if self._paused:
            program.pause()

    def _chosen(self) -> Program:
        if self._channel is not None and self._channel.get_subsystem() is not None:
            return FileProgram(self._channel, self._surroundings)
        command, where = self._command, self._surroundings.of_login(self._account.name, self._locale())
        if command is not None and self._terminal_type is not None and _PASSWD.search(command.strip()):
            return PasswordDialogue(self, self._account)
        argv = where.login() if command is None else where.running(command)
        if self._terminal_type is None:
            return PipedProgram(self, argv, where)
        return TerminalProgram(self, argv, where, self._size, self._terminal_type)

    def _locale(self) -> dict[str, str]:
        """What the client sent of its environment, as far as sshd takes it (AcceptEnv LANG LC_* COLORTERM)."""
        sent = self._channel.get_environment() if self._channel is not None else {}
        return {name: value for name, value in sent.items() if _ACCEPTED.fullmatch(name)}

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Pass on what was typed."""
        if self._program is not None:
            self._program.write(data)
        else:
            self._early += data

    def eof_received(self) -> bool:
        """Input is over; the channel stays open for the output."""
        self._input_over = True
        if self._program is not None:
            self._program.end_input()
        return True

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """Pass on the size."""
        self._size = (width, height, pixwidth, pixheight)
        if self._program is not None:
            self._program.resize(self._size)

    def break_received(self, msec: int) -> bool:
        """A break is an interrupt, as on a serial console (RFC 4335)."""
        self.signal_received("INT")
        return True

    def signal_received(self, signal: str) -> None:
        """Pass on a signal by its name without SIG (RFC 4254 section 6.9)."""
        number = _SIGNALS.get(signal)
        if self._program is not None and number is not None:
            self._program.signal(number)

    def pause_writing(self) -> None:
        """The client has no room."""
        self._paused = True
        if self._program is not None:
            self._program.pause()

    def resume_writing(self) -> None:
        """The client has room again."""
        self._paused = False
        if self._program is not None:
            self._program.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, or the channel closed."""
        self.close()

    def send(self, data: bytes, *, error: bool = False) -> None:
        """Fits Remote: output of the program."""
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data, asyncssh.EXTENDED_DATA_STDERR if error else None)

    def ended(self, status: int) -> None:
        """Fits Remote: the program is done."""
        if self._channel is None or self._channel.is_closing():
            return
        if status < 0:
            self._channel.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))
        else:
            self._channel.exit(status)

    def close(self) -> asyncio.Task[None]:
        """End the program; the task is done when nothing of it runs."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        return self._closing

    async def _close(self) -> None:
        if self._starting is not None:
            # A program half started could not be ended.
            await asyncio.wait({self._starting})
        if self._program is not None:
            await self._program.close()
        self._finished(self)


_SIGNALS = {name: signal.Signals[f"SIG{name}"] for name in ("HUP", "INT", "QUIT", "TERM", "KILL", "USR1", "USR2")}

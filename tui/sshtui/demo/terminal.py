"""A program in a pty on the server's side of a channel: what sshd does between a login and the shell."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Sequence

from sshtui.demo.processes import kill_session
from sshtui.demo.programs import CHUNK, Remote, Surroundings, TerminalSize

GRACE = 1.0
"""Seconds between SIGHUP and SIGKILL."""

LINGER = 0.2
"""Seconds for the last output to come through the terminal when a background job keeps it open."""

_IUTF8 = 0x4000
"""The same on Linux and macOS; Python names it from 3.13 on."""

# A shell controls its jobs only with a controlling terminal, which a process takes by itself after setsid().
# Done in a fresh interpreter: code between fork and exec of a program with threads may deadlock.
# Python itself ignores two signals, which the program must not inherit: `yes | head` would complain.
_TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class TerminalProgram:
    """A running program in a terminal of its own. `close` leaves no process of its session behind."""

    def __init__(
        self, remote: Remote, command: Sequence[str], surroundings: Surroundings, size: TerminalSize, terminal_type: str
    ) -> None:
        self._remote = remote
        self._command = command
        self._surroundings = surroundings
        self._size = size
        self._terminal_type = terminal_type
        self._master = -1
        self._process: asyncio.subprocess.Process | None = None
        self._reading = False
        self._to_write = bytearray()
        self._output_done = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the terminal and begin."""
        self._master, slave = pty.openpty()
        try:
            os.set_blocking(self._master, False)
            _edit_utf8(slave)
            self.resize(self._size)
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL),
                *self._command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env={**self._surroundings.environment, "TERM": self._terminal_type},
                cwd=self._surroundings.directory,
                start_new_session=True,
            )
        finally:
            os.close(slave)
        self.resume()
        self._ending = asyncio.create_task(self._wait_for_the_end(self._process))

    def resize(self, size: TerminalSize) -> None:
        """Tell the terminal its new size; the program gets SIGWINCH."""
        columns, rows, width, height = (min(max(number, 0), 0xFFFF) for number in size)
        if self._master >= 0:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, width, height))

    def write(self, data: bytes) -> None:
        """Type `data`; waits in memory while the program does not read."""
        if self._master < 0:
            return
        self._to_write += data
        self._write_some()

    def end_input(self) -> None:
        """Type Ctrl+D, which ends a line-wise reader and a shell."""
        self.write(b"\x04")

    def pause(self) -> None:
        """Read no more output: the client has no room, and the program stops when the terminal is full."""
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(self._master)

    def resume(self) -> None:
        """Go on reading output."""
        if not self._reading and self._master >= 0 and not self._output_done.is_set():
            self._reading = True
            asyncio.get_running_loop().add_reader(self._master, self._read_some)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program's process group."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def close(self) -> None:
        """Hang up: SIGHUP, then SIGKILL to all that is left of the session; safe to call twice."""
        self._close_terminal()
        process, ending = self._process, self._ending
        if process is None or ending is None:
            return
        ending.cancel()
        self.signal(signal.SIGHUP)
        self.signal(signal.SIGCONT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE)
        kill_session(process.pid)
        await process.wait()

    def _read_some(self) -> bool:
        """Pass on one piece of output; False when there is none."""
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            # Linux answers EIO once the last process has closed the terminal; others an empty read.
            data = b""
        if data:
            self._remote.send(data)
        else:
            self.pause()
            self._output_done.set()
        return bool(data)

    def _write_some(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            # 4096 bytes is what a Linux terminal holds.
            del self._to_write[: os.write(self._master, self._to_write[:4096])]
        except BlockingIOError:
            pass
        except OSError:
            self._to_write.clear()
        if self._to_write:
            loop.add_writer(self._master, self._write_some)
        else:
            loop.remove_writer(self._master)

    async def _wait_for_the_end(self, process: asyncio.subprocess.Process) -> None:
        """As sshd does it: the channel ends with the program, even while a background job holds the terminal."""
        status = await process.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._output_done.wait(), LINGER)
        self.pause()
        while not self._output_done.is_set() and self._read_some():
            pass
        self._remote.ended(status)

    def _close_terminal(self) -> None:
        if self._master < 0:
            return
        self.pause()
        asyncio.get_running_loop().remove_writer(self._master)
        os.close(self._master)
        self._master = -1
        self._output_done.set()


def _edit_utf8(terminal: int) -> None:
    """Let Backspace rub out whole characters of UTF-8 in line mode (termios(3), IUTF8)."""
    attributes = termios.tcgetattr(terminal)
    attributes[0] |= _IUTF8
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)

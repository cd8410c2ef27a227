"""A pseudo-terminal that reads only when told to, as a stalled one does."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

GIVEN_BACK = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l", b"\x1b[?2004l"]


class Terminal:
    """A pseudo-terminal of 100 by 30 with a program in it; reads only when told to."""

    def __init__(self, command: Sequence[str | Path], log: Path | None = None, errors: int | None = None) -> None:
        """`log` is the file in which the probe takes notes, `errors` where its standard error goes instead."""
        self.log = log
        self.seen = b""
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave if errors is None else errors,
            start_new_session=True,
        )

    def read_until(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.seen[-2000:]
            if select.select([self.master], [], [], 0.02)[0]:
                self.seen += os.read(self.master, 65536)

    def wait_without_reading(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.notes()[-5:]
            time.sleep(0.02)

    def notes(self) -> list[tuple[float, str]]:
        if self.log is None or not self.log.exists():
            return []
        lines = [line for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [(float(line.split(" ", 1)[0]), line.split(" ", 1)[1].strip()) for line in lines]

    def ticks(self) -> int:
        return sum(text == "tick" for _when, text in self.notes())

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Another size for the terminal, told as a terminal tells it."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def drain(self) -> None:
        while select.select([self.master], [], [], 0.1)[0]:
            self.seen += os.read(self.master, 65536)

    def assert_given_back(self) -> None:
        self.drain()
        assert termios.tcgetattr(self.slave) == self.before
        for sequence in GIVEN_BACK:
            assert self.seen.rfind(sequence) > self.seen.rfind(
                sequence[:-1] + (b"l" if sequence[-1:] == b"h" else b"h")
            )

    def end(self) -> None:
        """Kill what still runs and close both ends."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

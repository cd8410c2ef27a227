"""The command on a terminal of its own: what it prints is waited for, what a person answers is typed."""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""Where the package `tests` is."""


class Terminal:
    """A command on a terminal of its own; what it prints is collected."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self._process = process
        self._master = master
        self.seen = ""
        self._expected = 0
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def expect(self, text: str) -> None:
        """Wait until `text` was printed after what was expected last, at most 20 seconds."""
        until = time.monotonic() + 20
        while text not in self.seen[self._expected :]:
            left = max(0.0, until - time.monotonic())
            assert select.select([self._master], [], [], left)[0], f"{text!r} not in {self.seen!r}"
            try:
                self.seen += self._decode(os.read(self._master, 4096))
            except OSError as error:
                raise AssertionError(f"{text!r} not in {self.seen!r}") from error
        self._expected = self.seen.index(text, self._expected) + len(text)

    def type(self, line: str, *, seen: bool = False) -> None:
        """Type a line, once the terminal's echo is off unless it may be `seen`."""
        until = time.monotonic() + 20
        while not seen and termios.tcgetattr(self._master)[3] & termios.ECHO:
            assert time.monotonic() < until
            time.sleep(0.005)
        os.write(self._master, line.encode() + b"\n")

    def end(self) -> int:
        """The exit code."""
        try:
            while part := os.read(self._master, 4096):
                self.seen += self._decode(part)
        except OSError:
            # Linux says EIO when the last process of a terminal is gone.
            pass
        return self._process.wait(20)


@contextmanager
def on_terminal(folder: Path, *arguments: str, first: str = "") -> Iterator[Terminal]:
    """`sshtui arguments…` in `folder` on a terminal; `first` is a statement that its interpreter begins with."""
    master, slave = os.openpty()
    code = f"import sys; from sshtui.cli.run import run; sys.exit(run({list(arguments)!r}))"
    if first:
        code = f"import sys; sys.path.append({str(ROOT)!r})\n{first}\n{code}"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)

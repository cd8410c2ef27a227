"""Signals as something to read, for a loop that waits with `select`."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
"""Signals that end a program which shows something on a terminal."""


class Signals:
    """Signals as bytes in a pipe, so that one `select` hears everything. What was ignored stays ignored."""

    def __enter__(self) -> Signals:
        self.read_end, self._write_end = os.pipe()
        for end in (self.read_end, self._write_end):
            os.set_blocking(end, False)
        self._wakeup = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        self._before: dict[int, Any] = {}
        for number in (*ENDING, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN or number == signal.SIGWINCH:
                self._before[number] = before
                signal.signal(number, _heard)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self.read_end)
        os.close(self._write_end)

    def heard(self) -> bytes:
        """The numbers of the signals that came."""
        try:
            return os.read(self.read_end, 256)
        except BlockingIOError:
            return b""

    def stop(self) -> None:
        """Stop as a shell expects it of a job; returns after `fg`."""
        os.kill(os.getpid(), signal.SIGSTOP)
        self.heard()


def _heard(_number: int, _frame: FrameType | None) -> None:
    """The wakeup descriptor has told already."""

"""The terminal that a process of ours stands in: how to write to it without waiting, and how to give it back."""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sshtui.errors import UsageError
from sshtui.model.outer import outer_terminal

LAST_WORDS = 1.0
"""Seconds that the terminal gets to take what must still reach it."""

RESTORE = "\x18" + "".join(
    f"\x1b[{code}"
    for code in [
        "?2026l",
        "<u",
        "?1000l",
        "?1003l",
        "?1015l",
        "?1006l",
        "?2004l",
        "?1004l",
        "?7h",
        "0m",
        "?1049l",
        "?25h",
        "23;2t",
    ]
)
"""Gives a terminal back whatever was on: CAN ends a sequence cut in the middle (ECMA-48 8.3.6)."""

NO_TITLE = "\x1b]2;\x1b\\"
TITLE_PUSH = "\x1b[22;2t"
TITLE_POP = NO_TITLE + "\x1b[23;2t"
"""XTWINOPS' title stack; the empty title is for terminals that have none."""


def require_tty() -> None:
    """Raise UsageError (exit code 2) unless a person sits at both ends.

    Whoever redirects standard output expects text, not a screen; redirecting standard error is fine.
    """
    names = {"standard input": sys.__stdin__, "standard output": sys.__stdout__}
    missing = [name for name, stream in names.items() if stream is None or stream.closed or not stream.isatty()]
    if missing:
        raise UsageError(
            f"sshtui needs a terminal, and {missing[0]} is not one.",
            hint="Start it in a terminal without a pipe or redirection; over ssh add -t.",
        )


def screen_descriptor() -> int:
    """Where the picture goes: standard error, as in Textual, or standard output when the former is redirected."""
    return 2 if os.isatty(2) else 1


def patient(fileno: int) -> int:
    """A descriptor of the same terminal whose writes never wait; `fileno` itself where there can be none.

    A new open file: the flag on the shared one would reach the shell and every program in the same terminal.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return fileno


def give_back(fileno: int, attributes: list[Any] | None) -> None:
    """Restore a terminal that does not read: room is made by dropping what it has not read yet."""
    with contextlib.suppress(termios.error):
        termios.tcflush(fileno, termios.TCOFLUSH)
    with contextlib.suppress(OSError):
        if select.select([], [fileno], [], 0.1)[1]:
            os.write(fileno, RESTORE.encode())
    if attributes is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fileno, termios.TCSANOW, attributes)


@contextmanager
def raw_terminal() -> Iterator[int]:
    """The terminal in raw mode, as a descriptor whose writes never wait; given back at the end, whatever happens."""
    before = termios.tcgetattr(0)
    raw = termios.tcgetattr(0)
    raw[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    raw[6][termios.VMIN] = 1
    terminal = patient(1)
    titled = outer_terminal(os.environ).strings
    back = (f"\x18{NO_TITLE}" if titled else "") + RESTORE
    try:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, raw)
        if titled:
            written(terminal, TITLE_PUSH.encode())
        yield terminal
    finally:
        if not written(terminal, back.encode()):
            give_back(terminal, before)
        with contextlib.suppress(termios.error):
            # What was typed or reported since is not for the shell.
            termios.tcflush(0, termios.TCIFLUSH)
            termios.tcsetattr(0, termios.TCSANOW, before)
        if terminal != 1:
            os.close(terminal)


def written(terminal: int, rest: bytes) -> bool:
    """Whether the terminal took all of `rest` within LAST_WORDS."""
    deadline = time.monotonic() + LAST_WORDS
    with selectors.DefaultSelector() as selector:
        selector.register(terminal, selectors.EVENT_WRITE)
        while rest and (left := deadline - time.monotonic()) > 0:
            if selector.select(left):
                try:
                    rest = rest[os.write(terminal, rest) :]
                except BlockingIOError:
                    continue
                except OSError:
                    return False
    return not rest

"""The terminal that a process of ours stands in: how to write to it without waiting, and how to give it back."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
from typing import Any

from sshtui.errors import UsageError

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

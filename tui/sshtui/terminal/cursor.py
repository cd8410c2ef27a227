"""The cursor as the screen keeps it, and what DECSC remembers of it."""

from __future__ import annotations

from typing import NamedTuple

from pyte.screens import Cursor as PyteCursor

from sshtui.model.geometry import Point
from sshtui.terminal.charsets import Charset
from sshtui.terminal.modes import CursorShape
from sshtui.terminal.pens import Pen


class ScreenCursor(PyteCursor):
    """pyte's cursor with the pending wrap and the pen.

    `pending`: the last column was just written; the next character wraps first (DEC STD 070, autowrap).
    """

    __slots__ = ("blinking", "pen", "pending", "shape")

    def __init__(self, pen: Pen) -> None:
        super().__init__(0, 0)
        self.pen = pen
        self.pending = False
        self.shape = CursorShape.BLOCK
        self.blinking = False


class Saved(NamedTuple):
    """What DECSC saves (VT420 manual, DECSC)."""

    x: int
    y: int
    pending: bool
    pen: Pen
    origin: bool
    charsets: tuple[Charset | None, ...]
    charset: int


class Cursor(NamedTuple):
    """The cursor as the view sees it."""

    point: Point
    visible: bool
    shape: CursorShape
    blinking: bool
    pending_wrap: bool

"""The short way for what full-screen programs send all day: places, renditions, text and EL, one after the other.

A run of them is split at its introducers, which is many times as fast as finding each piece by itself. The result is
what the long way would give, cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sshtui.terminal import limits
from sshtui.terminal.editing import Protection
from sshtui.terminal.rows import BLANK, Line
from sshtui.terminal.terminal import Terminal

RUN: Final = r"(?:\x1b\[(?:[0-9;]*+H|[0-9;:]*+m|K)[ -~]*+){2,256}+"
"""CUP, SGR and EL to the right, at least two of them, each with the text that follows it."""

_piece = re.compile(r"([0-9;:]*+)([HmK])(.*)", re.DOTALL)
_settles = re.compile(r"\x1b\[(?:[0-9;]*+H|K)")
_INTRODUCER: Final = "\x1b["
_KEPT_BLANKS: Final = 256

_COORDINATES: Final = {"": 0, "0": 0} | {str(number): number - 1 for number in range(1, 1000)}
"""Coordinates as CUP writes them, and as they count here."""


class Updates:
    """Draws runs on one terminal. `draw` is the long way: it takes text from one place to another."""

    def __init__(self, terminal: Terminal, draw: Callable[[str], object]) -> None:
        self._terminal = terminal
        self._draw = draw
        self._places: dict[str, tuple[int, int]] = {}

    def place(self, parameters: str) -> tuple[int, int] | None:
        """Where CUP with these parameters goes, 0-based; None when only the long way can tell."""
        return self._places.get(parameters + "H") or self._find(parameters)

    def _find(self, parameters: str) -> tuple[int, int] | None:
        row, _, column = parameters.partition(";")
        y, x = _COORDINATES.get(row), _COORDINATES.get(column)
        if y is None or x is None:
            return None
        if len(self._places) >= limits.PLACES:
            self._places.clear()
        self._places[parameters + "H"] = y, x
        return y, x

    def feed(self, run: str) -> None:
        """Draw what matches RUN."""
        terminal = self._terminal
        cursor = terminal.cursor
        if (
            terminal.relative
            or terminal.joinable
            or not terminal.plain_drawing
            or terminal.protection is Protection.ISO
        ):
            self._draw(run)
            return
        if terminal.unparsed and _settles.search(run):
            terminal.settle()
        places, rows, dirty = self._places, terminal.rows, terminal.dirty
        columns, lines, right = terminal.columns, terminal.lines, terminal.right
        select = terminal.pens.select
        x, y, pending, pen = cursor.x, cursor.y, cursor.pending, cursor.pen
        line = rows[y]
        touched: Line | None = None
        data = ""
        for piece in run[2:].split(_INTRODUCER):
            place = places.get(piece)
            if place is not None:
                y, x = place
                y = y if y < lines else lines - 1
                x = x if x < columns else columns - 1
                pending, line, data = False, rows[y], ""
                continue
            erases = False
            if piece == "K":
                erases, data = True, ""
            else:
                head, _, data = piece.partition("m")
                found = pen.after_sgr.get(head)
                if found is None:
                    # Not an SGR, or one that is new here: an `m` may stand in the text, too.
                    whole = _piece.match(piece)
                    assert whole is not None
                    head, final, data = whole.group(1, 2, 3)
                    if final == "m":
                        found = select(pen, head)
                    elif final == "K":
                        erases = True
                    elif (place := self.place(head)) is not None:
                        y, x = place
                        y = y if y < lines else lines - 1
                        x = x if x < columns else columns - 1
                        pending, line = False, rows[y]
                    else:
                        cursor.pen = pen
                        self._draw(_INTRODUCER + piece)
                        x, y, pending, line = cursor.x, cursor.y, cursor.pending, rows[cursor.y]
                        data = terminal.last_drawn
                        continue
                if found is not None:
                    pen = found
            if not (erases or data):
                continue
            count = len(data)
            if line.wide or pending or x + count > right:
                cursor.x, cursor.y, cursor.pending, cursor.pen = x, y, pending, pen
                if erases:
                    terminal.erase_rest()
                terminal.last_drawn = ""
                terminal.draw(data)
                data = terminal.last_drawn
                x, y, pending, line = cursor.x, cursor.y, cursor.pending, rows[cursor.y]
                continue
            if line is not touched:
                touched = line
                line.revision = 0
                dirty.add(y)
            if erases:
                if not x:
                    terminal.end_line_above(y)
                rest = columns - x
                line.chars[x:] = _blanks.get(rest) or _keep_blanks(rest)
                line.pens[x:] = [pen.blank] * rest
                line.wrapped = False
            if count:
                after = x + count
                line.chars[x:after] = data
                line.pens[x:after] = [pen] * count
                x = after
        cursor.x, cursor.y, cursor.pending, cursor.pen = x, y, pending, pen
        terminal.last_drawn = data[-1:]


_blanks: Final[dict[int, tuple[str, ...]]] = {}


def _keep_blanks(count: int) -> tuple[str, ...]:
    """So many blank cells, kept ready where a screen of usual width asks: EL is as fast as copying them."""
    cells = (BLANK,) * count
    if count <= _KEPT_BLANKS:
        _blanks[count] = cells
    return cells

"""What a person marked on the grid: which cells it covers, and the text a copy gives.

Points are (line number, column) as in `lines.py`, so a selection stays on its text while output scrolls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from sshtui.model.geometry import Point
from sshtui.terminal.lines import Lines

# What a double click takes as one word: paths, addresses and URLs stay whole, brackets and quotes do not.
_WORD = re.compile(r"[\w\-./~:@%&+=?#$*,]+")
_WORD_EDGES = ".,:?"


class Unit(Enum):
    """What a selection grows by."""

    CELL = "cell"
    WORD = "word"
    LINE = "line"
    BLOCK = "block"
    """A rectangle between anchor and head."""


@dataclass(frozen=True, slots=True)
class Selection:
    """From `anchor`, where it began, to `head`, where the pointer or cursor is; both inclusive, in any order."""

    anchor: Point
    head: Point
    unit: Unit = Unit.CELL

    def to(self, head: Point) -> Selection:
        """The same selection grown or shrunk to `head`."""
        return replace(self, head=head)

    def bounds(self, lines: Lines) -> tuple[Point, Point]:
        """The first and the last selected cell, whole words or lines included; for a block its corners."""
        start, end = sorted((_kept(self.anchor, lines), _kept(self.head, lines)))
        match self.unit:
            case Unit.WORD:
                return word_at(start, lines)[0], word_at(end, lines)[1]
            case Unit.LINE:
                return Point(lines.logical(start.row)[0], 0), Point(lines.logical(end.row)[1], lines.columns - 1)
            case Unit.BLOCK:
                left, right = sorted((start.column, end.column))
                return Point(start.row, left), Point(end.row, right)
            case Unit.CELL:
                return start, end


def columns_at(bounds: tuple[Point, Point], unit: Unit, line: int, cells: list[str]) -> tuple[int, int] | None:
    """The half-open range of selected columns in `line`, wide characters whole; None when there are none."""
    start, end = bounds
    if not start.row <= line <= end.row:
        return None
    if unit is Unit.BLOCK:
        left, right = start.column, end.column + 1
    else:
        left = start.column if line == start.row else 0
        right = end.column + 1 if line == end.row else len(cells)
    right = min(right, len(cells))
    if left >= right:
        return None
    while left > 0 and cells[left] == "":
        left -= 1
    while right < len(cells) and cells[right] == "":
        right += 1
    return left, right


def text_of(selection: Selection, lines: Lines) -> str:
    """What a copy gives: wrapped lines as one, blanks at the ends of lines dropped; a block keeps its line ends."""
    bounds = selection.bounds(lines)
    pieces: list[str] = []
    for line in range(bounds[0].row, bounds[1].row + 1):
        row = lines.row(line)
        cells = row.cells()
        span = columns_at(bounds, selection.unit, line, cells)
        text = "".join(cells[span[0] : span[1]]) if span else ""
        goes_on = row.wrapped and selection.unit is not Unit.BLOCK and line < bounds[1].row
        if goes_on:
            # A wide character that did not fit leaves the last column blank; it is no space of the text.
            pieces.append(text.removesuffix(" ") if _wide_follows(lines, line) else text)
        else:
            pieces.append(text.rstrip(" ") + "\n")
    return "".join(pieces).removesuffix("\n")


def word_at(point: Point, lines: Lines) -> tuple[Point, Point]:
    """The word around `point`, across autowrapped rows; the cell itself where there is no word."""
    start, end = lines.logical(point.row)
    columns = lines.columns
    text: list[str] = []
    offsets: list[int] = []
    here = 0
    for line in range(start, end + 1):
        for column, cell in enumerate(lines.row(line).cells()):
            offset = (line - start) * columns + column
            if offset <= (point.row - start) * columns + point.column and cell:
                here = len(text)
            if cell:
                # One character a cell: a combining mark must not shift what follows.
                text.append(cell[0])
                offsets.append(offset)
    for match in _WORD.finditer("".join(text)):
        first, last = match.start(), match.end()
        if first <= here < last:
            while last - 1 > here and text[last - 1] in _WORD_EDGES:
                last -= 1
            return _point(offsets[first], start, columns), _point(offsets[last - 1], start, columns)
    return point, point


def _point(offset: int, start: int, columns: int) -> Point:
    return Point(start + offset // columns, offset % columns)


def _kept(point: Point, lines: Lines) -> Point:
    """`point` moved onto a line that is still kept and a column that exists."""
    if point.row < lines.first:
        return Point(lines.first, 0)
    line = min(point.row, lines.last)
    return Point(line, min(max(point.column, 0), lines.columns - 1))


def _wide_follows(lines: Lines, line: int) -> bool:
    """Whether the next row begins with a wide character."""
    following = lines.row(line + 1).cells() if line < lines.last else []
    return len(following) > 1 and following[1] == ""

"""The lines of an emulator under numbers that stay: scrolling moves rows, never line numbers."""

from __future__ import annotations

from typing import Protocol

from sshtui.model.geometry import Size
from sshtui.terminal.cells import Row


class Grid(Protocol):
    """What selection, search and the view read of an emulator."""

    @property
    def size(self) -> Size:
        """The screen's extent."""
        ...

    @property
    def scrollback_rows(self) -> int:
        """Lines kept above the screen."""
        ...

    @property
    def scrolled_total(self) -> int:
        """Lines ever pushed above the screen."""
        ...

    def row(self, index: int) -> Row:
        """0 = top of the screen, -1 = newest line of the scrollback."""
        ...


class Lines:
    """A grid's rows by line number: the first line ever printed is 0. A resize renumbers everything."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    @property
    def columns(self) -> int:
        """Cells in a line."""
        return self._grid.size.columns

    @property
    def first(self) -> int:
        """The oldest line that is kept."""
        return self._grid.scrolled_total - self._grid.scrollback_rows

    @property
    def top(self) -> int:
        """The line in the screen's top row."""
        return self._grid.scrolled_total

    @property
    def last(self) -> int:
        """The line in the screen's bottom row."""
        return self._grid.scrolled_total + self._grid.size.rows - 1

    def row(self, line: int) -> Row:
        """The row that stands at `line`; raises IndexError when it is not kept."""
        if not self.first <= line <= self.last:
            raise IndexError(line)
        return self._grid.row(line - self._grid.scrolled_total)

    def logical(self, line: int) -> tuple[int, int]:
        """The first and the last line of the whole line that autowrap broke and `line` is part of."""
        start = end = line
        while start > self.first and self.row(start - 1).wrapped:
            start -= 1
        while end < self.last and self.row(end).wrapped:
            end += 1
        return start, end

"""Sizes and places on a grid of cells. Columns and rows are named, never guessed from their order."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """A grid's extent in cells."""

    columns: int
    rows: int

    def clamped(self, smallest: int = 1, largest: int = 1000) -> Size:
        """This size with both sides within `smallest`..`largest`."""
        return Size(
            min(max(self.columns, smallest), largest),
            min(max(self.rows, smallest), largest),
        )

    def between(self, smallest: Size, largest: Size) -> Size:
        """This size with each side within those of `smallest` and `largest`."""
        return Size(
            min(max(self.columns, smallest.columns), largest.columns), min(max(self.rows, smallest.rows), largest.rows)
        )


SMALLEST_VIEW, LARGEST_VIEW = Size(2, 1), Size(500, 200)
"""What the size of a terminal or a page that looks at an app is taken for at least and at most."""


class Point(NamedTuple):
    """A cell, 0-based from the top left; rows below 0 are scrollback, -1 the newest."""

    row: int
    column: int

"""The mouse as it marks text: clicks counted, drags followed, the edge of the view scrolling."""

from __future__ import annotations

from sshtui.model.geometry import Point
from sshtui.terminal.selection import Selection, Unit
from sshtui.ui.terminal.viewport import Viewport

CLICK_TIME = 0.4
"""Seconds between clicks that count together."""


class Marking:
    """A selection in the making. Points are (line number, column); times are seconds of any steady clock."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self._clicks = 0
        self._last_click = float("-inf")
        self._last_place: Point | None = None
        self.selection: Selection | None = None
        self.active = False

    def press(self, row: int, column: int, now: float, *, block: bool = False) -> None:
        """The button went down in view cell (`row`, `column`): two clicks mark a word, three a line."""
        place = self._place(row, column)
        together = now - self._last_click <= CLICK_TIME and place == self._last_place
        self._clicks = self._clicks % 3 + 1 if together else 1
        self._last_click, self._last_place = now, place
        unit = Unit.BLOCK if block else (Unit.CELL, Unit.WORD, Unit.LINE)[self._clicks - 1]
        self.selection = Selection(place, place, unit)
        self.active = True

    def drag(self, row: int, column: int) -> bool:
        """The pointer moved with the button down; whether the selection is another."""
        if not self.active or self.selection is None:
            return False
        before = self.selection
        self.selection = before.to(self._place(row, column))
        return self.selection != before

    def release(self) -> Selection | None:
        """The button went up: what to copy, None for a mere click, which also unmarks."""
        self.active = False
        selection = self.selection
        if selection is not None and selection.unit in (Unit.CELL, Unit.BLOCK) and selection.anchor == selection.head:
            self.selection = None
        return self.selection

    def clear(self) -> bool:
        """Unmark; whether anything was marked."""
        was, self.selection, self.active = self.selection, None, False
        return was is not None

    def _place(self, row: int, column: int) -> Point:
        lines = self._viewport.lines
        line = min(max(self._viewport.top + row, lines.first), lines.last)
        return Point(line, min(max(column, 0), lines.columns - 1))

"""The short way of a terminal's rows to the outer terminal.

Textual paints in passes of its own: a timer, every widget that overlaps, every row of it. A terminal that nothing
covers writes its rows itself, as the strips that Textual would paint. Textual keeps no picture of the screen, only what
is still to be painted, so nothing has to be told to it: whatever it paints later, it paints from the same strips.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual.geometry import Offset, Region

from sshtui.ui.steady import SteadyApp
from sshtui.ui.terminal.surface import Surface

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget


class DirectPaint:
    """Writes rows of one view, wherever it stands on the screen."""

    def __init__(self, view: Surface) -> None:
        self._view = view
        self._screen: Screen[Any] | None = None
        self._layout: object = None
        self._free = False
        self._corner = Offset()

    def paint(self, rows: Iterable[int] | None) -> bool:
        """Write these rows of the view, None for all; False, with nothing done, where Textual has to paint them."""
        view = self._view
        app = view.app
        if not (isinstance(app, SteadyApp) and app.paints_at_once and self._uncovered(app.screen)):
            return False
        left, top = self._corner
        height = view.size.height
        shown = range(height) if rows is None else sorted([row for row in set(rows) if 0 <= row < height])
        if not shown:
            return True
        parts = [f"\x1b[{top + row + 1};{left + 1}H{view.written(row)}" for row in shown]
        view.place_cursor(self._corner)
        column, row = app.cursor_position
        columns, height = app.screen.outer_size
        parts.append(f"\x1b[{max(0, min(row, height - 1)) + 1};{max(0, min(column, columns - 1)) + 1}H")
        app.paint_at_once("".join(parts))
        return True

    def _uncovered(self, front: Screen[Any]) -> bool:
        """Whether the view is on the screen in front, whole and with nothing over it.

        A layout that is still to come is no matter: Textual then paints whatever it changes.
        """
        screen = self._screen = self._screen or self._view.screen
        if front is not screen:
            return False
        # Another layout is another object. Neither has a public name in Textual.
        layout = screen._compositor.visible_widgets
        if layout is not self._layout:
            self._layout = layout
            self._free = self._stands_free(layout)
        return self._free

    def _stands_free(self, layout: dict[Widget, tuple[Region, Region]]) -> bool:
        """Find the view in `layout`, where what lies in front comes first."""
        above: list[Region] = []
        for widget, (region, clip) in layout.items():
            if widget is self._view:
                self._corner = region.offset
                return clip.contains_region(region) and not any(region.overlaps(other) for other in above)
            above.append(region.intersection(clip))
        return False

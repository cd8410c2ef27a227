"""What each line of the view shows: text, what lies over it, and our own words in the corners."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from textual.strip import Strip

from sshtui.model.geometry import Point
from sshtui.model.themes import Palette
from sshtui.terminal.cells import Row, Style
from sshtui.terminal.modes import CursorShape
from sshtui.terminal.selection import columns_at
from sshtui.ui.outer import NOTHING_MORE
from sshtui.ui.steady import SteadyApp
from sshtui.ui.terminal.colours import Colours, Mark, numbers
from sshtui.ui.terminal.copy_mode import CopyMode
from sshtui.ui.terminal.strips import Overlay, Strips

if TYPE_CHECKING:
    from sshtui.ui.widgets.terminal_view import TerminalView

_SHAPES = {CursorShape.BLOCK: Mark.BLOCK, CursorShape.UNDERLINE: Mark.UNDERLINE, CursorShape.BAR: Mark.BAR}
_OURS = Style(reverse=True)


class Painting:
    """Puts the lines of one view together. `palette` tells the theme's colours now."""

    def __init__(self, view: TerminalView, palette: Callable[[], Palette], *, unicode: bool) -> None:
        self._view = view
        self._palette = palette
        self._unicode = unicode
        self._strips: Strips | None = None
        self._reversed = False

    def forget(self) -> None:
        """The colours are others: build everything again."""
        self._strips = None

    @property
    def strips(self) -> Strips:
        """The strips under the colours of now."""
        emulator = self._view.session.emulator
        turned = emulator.modes.reverse_video
        if self._strips is None or turned != self._reversed:
            self._reversed = turned
            palette = self._palette()
            emulator.set_theme(numbers(palette))
            app = self._view.app
            colours = Colours(
                palette,
                emulator.palette,
                reverse_video=turned,
                colourless=app.no_color,
                outer=app.outer if isinstance(app, SteadyApp) else NOTHING_MORE,
                depth=COLOR_SYSTEMS[app.console.color_system or "truecolor"],
            )
            self._strips = Strips(colours)
        return self._strips

    def line(self, y: int) -> Strip:
        """The strip in row `y` of the view."""
        view, strips = self._view, self.strips
        width, height = view.size
        if view.copying is not None and y == self._status_row(view.copying):
            return strips.words(" " + view.copying.status, _OURS, width)
        line = view.viewport.top + y
        if line > view.viewport.lines.last:
            return strips.blank(width)
        row = view.viewport.lines.row(line)
        strip = strips.strip(row, width, self._overlays(line, row))
        words = self._words(y, height)
        if words:
            label = strips.words(words, _OURS, min(len(words), width))
            return Strip.join([strip.crop(0, width - label.cell_length), label])
        return strip

    def written(self, y: int, write: Callable[[list[Segment]], str]) -> str:
        """What `write`, always the same function, makes of row `y` of the view."""
        view = self._view
        line = view.viewport.top + y
        if view.copying is not None or line > view.viewport.lines.last or self._words(y, view.size.height):
            return write(list(self.line(y)))
        row = view.viewport.lines.row(line)
        return self.strips.written(row, view.size.width, self._overlays(line, row), write)

    def _status_row(self, copying: CopyMode) -> int:
        """The last row, or the first while the cursor is in the last."""
        last = self._view.size.height - 1
        return 0 if copying.cursor.row == self._view.viewport.top + last else last

    def _words(self, y: int, height: int) -> str:
        """What we say at the right end of row `y`."""
        viewport = self._view.viewport
        if y == 0 and self._view.ringing:
            return " ♪ " if self._unicode else " bell "
        if y != height - 1 or viewport.live or self._view.copying is not None:
            return ""
        down, up = ("▼", "▲") if self._unicode else ("v", "^")
        if viewport.news:
            return f" {down} {viewport.news} new {'line' if viewport.news == 1 else 'lines'} "
        return f" {up} {viewport.back} back "

    def _overlays(self, line: int, row: Row) -> list[Overlay]:
        view = self._view
        overlays: list[Overlay] = []
        copying = view.copying
        selection = view.mouse.marking.selection
        if copying is not None:
            overlays += copying.mark_of(line)
            selection = copying.selection or selection
        if selection is not None:
            span = columns_at(selection.bounds(view.viewport.lines), selection.unit, line, row.cells())
            if span:
                overlays.append((*span, Mark.SELECTED))
        cursor = self._cursor(line, row)
        if cursor is not None:
            overlays.append(cursor)
        return overlays

    def _cursor(self, line: int, row: Row) -> Overlay | None:
        view = self._view
        cursor = view.session.emulator.cursor
        if view.copying is not None:
            place, mark = view.copying.cursor, Mark.BLOCK
        elif not cursor.visible:
            return None
        else:
            place = Point(view.viewport.lines.top + cursor.point.row, cursor.point.column)
            mark = _SHAPES[cursor.shape] if view.has_focus else Mark.OUTLINE
        if place.row != line:
            return None
        column = min(place.column, view.viewport.lines.columns - 1)
        return column, column + 1 + row.is_wide(column), mark

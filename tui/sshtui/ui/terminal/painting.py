"""What each line of the view shows: text, what lies over it, and our own words in the corners."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from textual.color import BLACK, Color
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip

from sshtui.model.geometry import Point
from sshtui.model.outer import NOTHING_MORE
from sshtui.model.themes import Palette
from sshtui.terminal.cells import Row, Style
from sshtui.terminal.modes import CursorShape
from sshtui.terminal.selection import columns_at
from sshtui.ui.scrub import SCRUB
from sshtui.ui.steady import SteadyApp
from sshtui.ui.terminal.colours import Colours, Mark, numbers
from sshtui.ui.terminal.copy_mode import CopyMode
from sshtui.ui.terminal.strips import Overlay, Strips
from sshtui.ui.terminal.surface import Surface

_SHAPES = {CursorShape.BLOCK: Mark.BLOCK, CursorShape.UNDERLINE: Mark.UNDERLINE, CursorShape.BAR: Mark.BAR}
_OURS = Style(reverse=True)


class Painting:
    """Puts the lines of one view together. `palette` tells the theme's colours now."""

    def __init__(self, view: Surface, palette: Callable[[], Palette], *, unicode: bool) -> None:
        self._view = view
        self._palette = palette
        self._unicode = unicode
        self._strips: Strips | None = None
        self._reversed = False
        self._filters: Sequence[LineFilter] = ()
        self._depth = ColorSystem.TRUECOLOR

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
            if told := emulator.set_theme(numbers(palette)):
                self._view.session.send(told)
            app = self._view.app
            self._depth = COLOR_SYSTEMS[app.console.color_system or "truecolor"]
            colours = Colours(
                palette,
                emulator.palette,
                reverse_video=turned,
                colourless=app.no_color,
                outer=app.outer if isinstance(app, SteadyApp) else NOTHING_MORE,
                depth=self._depth,
            )
            self._strips = Strips(colours)
            # Every colour is a true colour already.
            self._filters = [each for each in self._view.get_line_filters() if not isinstance(each, ANSIToTruecolor)]
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

    def filtered(self, y: int) -> Strip:
        """The strip in row `y` of the view as it may be painted."""
        strip = self.line(y)
        for line_filter in self._filters:
            strip = strip.apply_filter(line_filter, self._background(line_filter))
        return strip

    def written(self, y: int) -> str:
        """Row `y` of the view as characters and control sequences, the same as Textual makes of `filtered`."""
        view, strips = self._view, self.strips
        width, height = view.size
        viewport = view.viewport
        line = viewport.top + y
        if view.copying is not None or line > viewport.lines.last or self._words(y, height):
            return self._write(list(self.line(y)))
        row = view.session.emulator.row(y) if viewport.live else viewport.lines.row(line)
        return strips.written(row, width, self._overlays(line, row), self._write)

    def _write(self, segments: list[Segment]) -> str:
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background(line_filter))
        write, depth = Strip.render_style, self._depth
        return "".join([text if style is None else write(style, text, depth) for text, style, _control in segments])

    def _background(self, line_filter: LineFilter) -> Color:
        """What lies behind the view, for a filter that looks at it: it takes long to find."""
        return BLACK if line_filter is SCRUB else self._view.background_colors[1]

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
        selection = view.marked
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
        elif not cursor.visible or not view.cursor_seen:
            return None
        else:
            place = Point(view.viewport.lines.top + cursor.point.row, cursor.point.column)
            mark = _SHAPES[cursor.shape] if view.in_focus else Mark.OUTLINE
        if place.row != line:
            return None
        column = min(place.column, view.viewport.lines.columns - 1)
        return column, column + 1 + row.is_wide(column), mark

"""Rows as strips that Textual paints; a row that did not change is never built twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from sshtui.terminal.cells import Row, Style
from sshtui.terminal.graphemes import is_narrow
from sshtui.ui.terminal.colours import Colours, Mark

Overlay = tuple[int, int, Mark]
"""Columns from, up to but not including, and the mark on them. Later ones lie on top."""

KEPT = 400
"""Strips kept ready: several screens of usual size, so that scrolling back and forth builds none."""

BAR = "▏"
"""The bar cursor on a blank; on a character it can only tint the cell."""


_Key = tuple[int, int, tuple[Overlay, ...]]


class Strips:
    """Builds strips under one set of colours; `width` is that of the view."""

    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self._kept: dict[_Key, Strip] = {}
        self._written: dict[_Key, str] = {}

    def strip(self, row: Row, width: int, overlays: Sequence[Overlay] = ()) -> Strip:
        """`row` with `overlays`, cut or filled to `width` cells."""
        wanted = (row.revision, width, tuple(overlays))
        found = self._kept.get(wanted)
        if found is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            found = self._kept[wanted] = Strip(self._segments(row, width, overlays), width)
        return found

    def written(self, row: Row, width: int, overlays: Sequence[Overlay], write: Callable[[list[Segment]], str]) -> str:
        """The same as what `write`, always the same function, makes of it; a strip would take longer to build."""
        wanted = (row.revision, width, tuple(overlays))
        found = self._written.get(wanted)
        if found is None:
            if len(self._written) >= KEPT:
                self._written.clear()
            found = self._written[wanted] = write(self._segments(row, width, overlays))
        return found

    def blank(self, width: int) -> Strip:
        """A row that does not exist."""
        return Strip([Segment(" " * width, self.colours.blank)], width)

    def words(self, text: str, style: Style, width: int, marks: tuple[Mark, ...] = ()) -> Strip:
        """A line of our own, cut or filled to `width`."""
        return Strip([Segment(text, self.colours.marked(style, marks))]).adjust_cell_length(width, self.colours.blank)

    def _segments(self, row: Row, width: int, overlays: Sequence[Overlay]) -> list[Segment]:
        segments, columns = self._marked(row, overlays) if overlays else self._plain(row)
        if columns == width:
            return segments
        return list(Strip(segments, columns).adjust_cell_length(width, self.colours.blank))

    def _plain(self, row: Row) -> tuple[list[Segment], int]:
        style_of = self.colours.style
        segments: list[Segment] = []
        column = 0
        for text, style, columns in row.runs():
            segments.append(Segment(_shown(row, text, column, column + columns), style_of(style)))
            column += columns
        return segments, column

    def _marked(self, row: Row, overlays: Sequence[Overlay]) -> tuple[list[Segment], int]:
        """Runs cut where a mark begins or ends, which is anywhere; in the middle of a wide character too."""
        cuts = sorted([edge for start, end, _mark in overlays for edge in (start, end)])
        segments: list[Segment] = []
        column = 0
        for text, style, columns in row.runs():
            last = column + columns
            simple = _is_simple(text, columns)
            start = column
            for end in [*cuts, last]:
                if not start < end <= last:
                    continue
                piece = text[start - column : end - column] if simple else "".join(_measured(row.cells())[start:end])
                marks: tuple[Mark, ...] = ()
                for first, after, mark in overlays:
                    if first <= start and end <= after:
                        marks += (mark,)
                if piece == " " and Mark.BAR in marks:
                    piece, marks = BAR, tuple(Mark.THIN_BAR if mark is Mark.BAR else mark for mark in marks)
                look = self.colours.marked(style, marks) if marks else self.colours.style(style)
                segments.append(Segment(piece, look))
                start = end
            column = last
        return segments, column


def _is_simple(text: str, columns: int) -> bool:
    """Whether `text`, which fills so many columns, has one character in each; Textual believes so too."""
    return len(text) == columns and (text.isascii() or bool(is_narrow(text)))


def _shown(row: Row, text: str, start: int, end: int) -> str:
    """`text`, which stands in these columns of `row`, as wide as they are."""
    if _is_simple(text, end - start) or cell_len(text) == end - start:
        return text
    return "".join(_measured(row.cells())[start:end])


def _measured(cells: list[str]) -> list[str]:
    """`cells` with every character exactly as wide as Textual believes, so that nothing after it moves."""
    measured: list[str] = []
    for column, cell in enumerate(cells):
        if not cell or cell.isascii():
            measured.append(cell)
            continue
        wanted = 2 if column + 1 < len(cells) and cells[column + 1] == "" else 1
        candidates = (cell, cell[0], cell[0].ljust(wanted))
        measured.append(next((text for text in candidates if cell_len(text) == wanted), "\ufffd".ljust(wanted)))
    return measured

"""Which lines of the emulator a view shows: the live screen, or a place in the scrollback that stays put."""

from __future__ import annotations

from typing import NamedTuple

from sshtui.terminal.lines import Lines


class Place(NamedTuple):
    """Where a scrolled-back view stands, in terms that outlive a resize: the cursor stays on its text."""

    lines: int
    """Lines from the first row to the cursor's; without reflow that is all there is to know."""
    wholes: int | None
    """The same in lines as they were printed, whatever autowrap does; None without reflow."""
    cells: int
    """Cells of the first row's whole line that stand above it."""
    news: int


class Viewport:
    """A window of `rows` lines. Live it follows the screen; scrolled back it stays on its lines."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._top: int | None = None
        self._seen = 0

    @property
    def live(self) -> bool:
        """Whether it follows the screen."""
        return self._top is None

    @property
    def top(self) -> int:
        """The line in its first row."""
        if self._top is None:
            return self.lines.top
        return max(self._top, self.lines.first)

    @property
    def back(self) -> int:
        """How many lines it is scrolled back."""
        return self.lines.top - self.top

    @property
    def news(self) -> int:
        """How many lines came since it left the live screen."""
        return 0 if self.live else max(self.lines.top - self._seen, 0)

    def scroll(self, lines: int) -> bool:
        """Move by `lines`, up when negative; reaching the screen makes it live. Whether anything moved."""
        return self.show(self.top + lines)

    def show(self, top: int) -> bool:
        """Put line `top` into the first row, as far as lines are kept. Whether anything moved."""
        before = self.top
        wanted = min(max(top, self.lines.first), self.lines.top)
        if wanted == self.lines.top:
            self._top = None
        else:
            if self.live:
                self._seen = self.lines.top
            self._top = wanted
        return wanted != before

    def show_line(self, line: int, rows: int) -> bool:
        """Move just so far that `line` is among the `rows` shown. Whether anything moved."""
        if line < self.top:
            return self.show(line)
        if line >= self.top + rows:
            return self.show(line - rows + 1)
        return False

    def go_live(self) -> bool:
        """Follow the screen again. Whether it did not already."""
        was_live, self._top = self.live, None
        return not was_live

    def place(self, cursor: int, *, reflow: bool) -> Place | None:
        """Where it stands above the line `cursor`; None when live. `reflow`: the columns are about to change."""
        top = self.top
        if self.live or top > cursor:
            return None
        if not reflow:
            return Place(cursor - top, None, 0, self.news)
        start, _ = self.lines.logical(top)
        wholes = sum(not self.lines.row(line).wrapped for line in range(start, cursor))
        return Place(cursor - top, wholes, (top - start) * self.lines.columns, self.news)

    def return_to(self, place: Place | None, cursor: int) -> None:
        """Show the text of `place` again after a resize that put the cursor's text on the line `cursor`."""
        if place is None:
            self.go_live()
            return
        top = cursor - place.lines
        if place.wholes is not None:
            top, last = self.lines.logical(cursor)
            for _ in range(place.wholes):
                if top > self.lines.first:
                    top, last = self.lines.logical(top - 1)
            top = min(top + place.cells // self.lines.columns, last)
        self.show(top)
        self._seen = self.lines.top - place.news

"""Which lines of the emulator a view shows: the live screen, or a place in the scrollback that stays put."""

from __future__ import annotations

from sshtui.terminal.lines import Lines


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

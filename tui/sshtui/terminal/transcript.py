"""Scrollback and screen as they were at one moment, read later, and in another thread."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sshtui.model.geometry import Point, Size
from sshtui.terminal.lines import Lines
from sshtui.terminal.pens import Pens
from sshtui.terminal.rows import Raw, Snapshot, Stored, unpack
from sshtui.terminal.selection import Selection, text_of

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Transcript:
    """Fits `lines.Grid`: the lines at rest, oldest first, the last `size.rows` of them the screen."""

    def __init__(self, size: Size, lines: Iterable[Stored]) -> None:
        self.size = size
        self._lines = list(lines)
        # A table of its own: the emulator's is changed in the emulator's thread.
        self._pens = Pens()

    @property
    def scrollback_rows(self) -> int:
        """Lines above the screen."""
        return len(self._lines) - self.size.rows

    @property
    def scrolled_total(self) -> int:
        """The same: the oldest line counts as the first ever."""
        return self.scrollback_rows

    def row(self, index: int) -> Snapshot:
        """0 = top of the screen; what is written in a line of double width stands in single width."""
        stored = self._lines[self.scrollback_rows + index]
        wrapped = not isinstance(stored, str) and stored.wrapped
        # Pens remember what SGR leads to, so not even one of them may be the emulator's; the text has no looks.
        plain = stored.text if isinstance(stored, Raw) else stored
        chars, pens, _ = unpack(plain, self.size.columns, self._pens)
        return Snapshot(chars, pens, 0, wrapped)

    def text(self) -> str:
        """All of it as a copy gives it: wrapped lines as one, no blanks at the ends, no controls but line feeds.

        Ends with a line feed, but for an empty one. Takes some seconds for 100,000 lines.
        """
        lines = Lines(self)
        whole = Selection(Point(lines.first, 0), Point(lines.last, lines.columns - 1))
        text = _CONTROLS.sub("", text_of(whole, lines)).rstrip("\n")
        return f"{text}\n" if text else ""

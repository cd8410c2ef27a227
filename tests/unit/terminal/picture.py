"""A grid drawn by hand: rows of text under the protocols that selection, search and the view read."""

from __future__ import annotations

from itertools import count

from wcwidth import wcwidth

from sshtui.model.geometry import Size
from sshtui.terminal.cells import PLAIN, Run

_revisions = count(1)


class DrawnRow:
    """One line; a wide character takes two cells."""

    def __init__(self, text: str, columns: int, *, wrapped: bool = False) -> None:
        cells: list[str] = []
        for character in text:
            width = wcwidth(character)
            if width == 0:
                cells[-1] += character
            else:
                cells += [character, ""][:width]
        self._cells = cells + [" "] * (columns - len(cells))
        self.revision = next(_revisions)
        self.wrapped = wrapped
        self.text = text

    def runs(self) -> list[Run]:
        """One plain run."""
        return [Run("".join(self._cells), PLAIN, len(self._cells))]

    def cells(self) -> list[str]:
        """The cells."""
        return list(self._cells)


class Picture:
    """`lines` end with `↩` where autowrap broke them; the last `rows` are the screen, the others scrollback."""

    def __init__(self, lines: list[str], *, columns: int, rows: int, forgotten: int = 0) -> None:
        drawn = [DrawnRow(line.removesuffix("↩"), columns, wrapped=line.endswith("↩")) for line in lines]
        self._lines = drawn + [DrawnRow("", columns) for _ in range(rows - len(drawn))]
        self.size = Size(columns, rows)
        self.scrollback_rows = len(self._lines) - rows
        self.scrolled_total = self.scrollback_rows + forgotten

    def row(self, index: int) -> DrawnRow:
        """0 = top of the screen."""
        return self._lines[self.scrollback_rows + index]

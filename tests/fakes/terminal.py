"""A session whose screen a test draws, and which records what a person sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from wcwidth import wcwidth

from sshtui.model.geometry import Point, Size
from sshtui.model.keystrokes import Keystroke
from sshtui.session.changes import Change, ScreenChanged
from sshtui.terminal.cells import PLAIN, Run, Style
from sshtui.terminal.cursor import Cursor
from sshtui.terminal.keyboard import encode
from sshtui.terminal.modes import CursorShape, Modes
from sshtui.terminal.paste import as_typed, brackets

_revisions = count(1)


class DrawnRow:
    """One line; a wide character takes two cells. `styles` has one for each cell from the left."""

    def __init__(self, text: str, columns: int, *, wrapped: bool = False, styles: tuple[Style, ...] = ()) -> None:
        cells: list[str] = []
        for character in text:
            width = wcwidth(character)
            if width == 0:
                cells[-1] += character
            else:
                cells += [character, ""][:width]
        self._cells = cells + [" "] * (columns - len(cells))
        self._styles = styles + (PLAIN,) * (columns - len(styles))
        self.revision = next(_revisions)
        self.wrapped = wrapped
        self.text = text

    def runs(self) -> list[Run]:
        """One run for each stretch of one style."""
        runs: list[Run] = []
        for cell, style in zip(self._cells, self._styles, strict=True):
            if runs and runs[-1].style == style:
                runs[-1] = Run(runs[-1].text + cell, style, runs[-1].columns + 1)
            else:
                runs.append(Run(cell, style, 1))
        return runs

    def cells(self) -> list[str]:
        """The cells."""
        return list(self._cells)

    def is_wide(self, column: int) -> bool:
        """Whether an empty cell follows."""
        return self._cells[column + 1 : column + 2] == [""]


class DrawnScreen:
    """`lines` end with `↩` where autowrap broke them; the last `rows` are the screen, the others scrollback."""

    def __init__(self, lines: list[str], *, columns: int, rows: int, forgotten: int = 0) -> None:
        self._lines: list[DrawnRow] = []
        self.size = Size(columns, rows)
        self.scrolled_total = forgotten
        self.cursor = Cursor(Point(0, 0), True, CursorShape.BLOCK, False, False)
        self.modes = Modes()
        self.palette: Mapping[int, int] = {}
        self.theme: Mapping[int, int] = {}
        self._forgotten = forgotten
        self.draw(lines)

    def draw(self, lines: list[str], styles: Mapping[int, tuple[Style, ...]] | None = None) -> None:
        """Show these lines in place of all; `styles` by the index of the line."""
        columns, rows = self.size
        self._lines = [
            DrawnRow(line.removesuffix("↩"), columns, wrapped=line.endswith("↩"), styles=(styles or {}).get(at, ()))
            for at, line in enumerate(lines)
        ]
        self._lines += [DrawnRow("", columns) for _ in range(rows - len(self._lines))]
        self.scrolled_total = self._forgotten + self.scrollback_rows

    def set_theme(self, colours: Mapping[int, int]) -> bytes:
        """Keep the colours; nobody asked to be told."""
        self.theme = colours
        return b""

    def append(self, line: str) -> None:
        """Print a line at the bottom; the top one scrolls away."""
        self._lines.append(DrawnRow(line, self.size.columns))
        self.scrolled_total += 1

    @property
    def scrollback_rows(self) -> int:
        """Lines above the screen."""
        return len(self._lines) - self.size.rows

    def row(self, index: int) -> DrawnRow:
        """0 = top of the screen."""
        return self._lines[self.scrollback_rows + index]


class DrawnSession:
    """A session over a drawn screen; `sent` is what the remote would get, `sizes` what it was told."""

    def __init__(self, *lines: str, columns: int = 20, rows: int = 5) -> None:
        self.emulator = DrawnScreen([*lines], columns=columns, rows=rows)
        self.label = "drawn"
        self.sent = b""
        self.sizes: list[Size] = []
        self._listeners: list[Callable[[Change], None]] = []

    def press(self, keystroke: Keystroke) -> None:
        """Record the bytes of a keystroke."""
        self.send(encode(keystroke, self.emulator.modes))

    def paste(self, text: str) -> None:
        """Record the bytes of a paste."""
        start, end = brackets(self.emulator.modes)
        self.send(start + as_typed(text) + end)

    def send(self, data: bytes) -> None:
        """Record bytes."""
        self.sent += data

    def resize(self, size: Size) -> None:
        """Record a size."""
        self.sizes.append(size)

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Remember a listener."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        """Tell a change to whoever listens."""
        for listener in self._listeners:
            listener(change)

    def print(self, *lines: str) -> None:
        """Print lines at the bottom and tell so."""
        for line in lines:
            self.emulator.append(line)
        self.tell(ScreenChanged(None))

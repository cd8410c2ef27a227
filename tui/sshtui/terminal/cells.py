"""What the view paints: rows of runs, runs of styled text."""

from __future__ import annotations

from typing import NamedTuple, Protocol

DEFAULT_COLOUR = -1
"""The terminal's own foreground or background."""

TRUE_COLOUR = 0x1000000
"""Set in a colour number that carries 0xRRGGBB in its low bits; without it 0..255 is an index."""


class Style(NamedTuple):
    """How text looks. Colours: DEFAULT_COLOUR, 0..255, or TRUE_COLOUR | 0xRRGGBB."""

    foreground: int = DEFAULT_COLOUR
    background: int = DEFAULT_COLOUR
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: int = 0
    """0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed (SGR 4:n)."""
    underline_colour: int = DEFAULT_COLOUR
    blink: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    overline: bool = False
    link: str = ""
    """The target of an OSC 8 hyperlink, "" for none."""


PLAIN = Style()


class Run(NamedTuple):
    """Neighbouring cells of one style: `text` fills exactly `columns` cells."""

    text: str
    style: Style
    columns: int


class Row(Protocol):
    """One line of the screen or the scrollback, as it was when asked for."""

    @property
    def revision(self) -> int:
        """Changes whenever the row's content does; unique among an emulator's rows, so strips cache by it."""
        ...

    @property
    def wrapped(self) -> bool:
        """Whether the line goes on in the next row (it was broken by autowrap, not by a line feed)."""
        ...

    @property
    def text(self) -> str:
        """The characters without trailing blanks that were never written."""
        ...

    def runs(self) -> list[Run]:
        """The row as runs, left to right, filling exactly the grid's columns."""
        ...

    def cells(self) -> list[str]:
        """One string a column: a whole grapheme, "" for the right half of a wide one, " " for a blank."""
        ...

    def is_wide(self, column: int) -> bool:
        """Whether the grapheme in `column` takes the next one too."""
        ...

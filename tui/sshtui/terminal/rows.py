"""How lines are kept: cells as parallel lists on the screen, packed or unparsed in the scrollback.

A cell holds a grapheme; `""` is the right half of the wide grapheme to its left, `BLANK` a cell that was
never written or was erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from sshtui.terminal import graphemes
from sshtui.terminal.cells import Run
from sshtui.terminal.pens import Pen, Pens

BLANK: Final = "\0"
_HALF: Final = "\1"
_T = TypeVar("_T")

_plain_pieces = re.compile(r"\x1b\[(?P<sgr>[0-9;:]*+)m|(?P<erase>\x1b\[K)|(?P<tab>\t)|(?P<text>[^\x1b\t]++)")


class LineSize(IntEnum):
    """How large a line's characters are (VT100 manual: DECSWL, DECDWL, DECDHL)."""

    SINGLE = 0
    WIDE = 1
    TOP = 2
    BOTTOM = 3


class Raw(NamedTuple):
    """A line that nobody has looked at: `text` with SGR, tabs and EL, begun with `pen` on an empty line."""

    text: str
    pen: Pen
    wrapped: bool = False


class Packed(NamedTuple):
    """A parsed line at rest: its cells up to the last written one, and its pens run by run."""

    cells: str | tuple[str, ...]
    pens: tuple[Pen, ...]
    counts: bytes | tuple[int, ...]
    """How many cells each of `pens` has; bytes where that is enough, in a quarter of the room."""
    wrapped: bool
    size: LineSize = LineSize.SINGLE


Stored = str | Raw | Packed
"""A line of the scrollback; a bare `str` is a `Raw` begun with the plain pen and not wrapped."""


UNTOUCHED: Final = -1
"""The revision of a line that is as it was erased, and that nobody has asked for."""


class Line:
    """A line of the screen. A `revision` of 0 or less means: changed since someone asked for its number."""

    __slots__ = ("chars", "pens", "revision", "size", "stored", "wide", "wrapped")

    def __init__(self, chars: list[str], pens: list[Pen], wrapped: bool = False, wide: bool = False) -> None:
        self.chars = chars
        self.pens = pens
        self.wrapped = wrapped
        self.wide = wide
        """Whether it may hold something that is not one character in one column."""
        self.revision = 0
        self.size = LineSize.SINGLE
        self.stored: Stored | None = None
        """The unparsed line whose cells this line has not yet become; None when the lists are the truth."""

    def __len__(self) -> int:
        return len(self.chars)


def blank_line(columns: int, pen: Pen) -> Line:
    """An erased line in the background of `pen`."""
    line = Line([BLANK] * columns, [pen] * columns)
    line.revision = UNTOUCHED
    return line


def is_blank(line: Line, pen: Pen) -> bool:
    """Whether `line` is known to be what `blank_line` gives; who writes to a line sets its revision to 0."""
    return line.revision < 0 and line.pens[0] is pen and not line.size


def unparsed_line(stored: Stored) -> Line:
    """A line that becomes cells when `load` is called."""
    line = Line([], [], not isinstance(stored, str) and stored.wrapped)
    line.stored = stored
    return line


def load(line: Line, columns: int, pens: Pens) -> None:
    """Turn an unparsed line into cells, in place."""
    if line.stored is not None:
        line.chars, line.pens, line.wide = unpack(line.stored, columns, pens)
        line.size = size_of(line.stored)
        line.wide = line.wide or line.size is not LineSize.SINGLE
        line.stored = None


def size_of(stored: Stored) -> LineSize:
    """The size of a stored line's characters."""
    return stored.size if isinstance(stored, Packed) else LineSize.SINGLE


def pack(line: Line, plain: Pen) -> Stored:
    """The smallest form of `line` that `unpack` brings back."""
    if line.stored is not None:
        return line.stored
    chars, pens = line.chars, line.pens
    text = "".join(chars)
    if pens.count(plain) == len(pens):
        kept = text.rstrip(BLANK)
        if not (line.wide or line.wrapped or line.size) and BLANK not in kept:
            return kept
        counts: bytes | tuple[int, ...] = b""
        looks: tuple[Pen, ...] = ()
    else:
        runs = [(pen, len(list(group))) for pen, group in groupby(pens)]
        looks = tuple(pen for pen, _ in runs)
        lengths = [count for _, count in runs]
        counts = bytes(lengths) if max(lengths) < 256 else tuple(lengths)
        kept = text.rstrip(BLANK)
    if not line.wide:
        return Packed(kept, looks, counts, line.wrapped, line.size)
    last = len(chars)
    while last and chars[last - 1] == BLANK:
        last -= 1
    cells = [cell or _HALF for cell in chars[:last]]
    joined = "".join(cells)
    return Packed(joined if len(joined) == last else tuple(chars[:last]), looks, counts, line.wrapped, line.size)


def unpack(stored: Stored, columns: int, pens: Pens) -> tuple[list[str], list[Pen], bool]:
    """The cells and pens of a stored line, exactly `columns` of each, and whether it may hold wide ones."""
    if isinstance(stored, str):
        return _parse(stored, pens.plain, columns, pens)
    if isinstance(stored, Raw):
        return _parse(stored.text, stored.pen, columns, pens)
    cells = stored.cells
    if isinstance(cells, str):
        chars = list(cells)
        wide = _HALF in cells
        if wide:
            chars = ["" if char == _HALF else char for char in chars]
    else:
        chars, wide = list(cells), True
    looks: list[Pen] = []
    for pen, count in zip(stored.pens, stored.counts, strict=True):
        looks += [pen] * count
    rest = looks[-1].blank if looks else pens.plain
    return _fitted(chars, BLANK, columns), _fitted(looks, rest, columns) if looks else [rest] * columns, wide


def _fitted(items: list[_T], filler: _T, columns: int) -> list[_T]:
    missing = columns - len(items)
    if missing > 0:
        items += [filler] * missing
    elif missing:
        del items[columns:]
    return items


def _parse(text: str, pen: Pen, columns: int, pens: Pens) -> tuple[list[str], list[Pen], bool]:
    """What drawing `text` on an erased line gives; it fits, by the flood's measure."""
    if "\x1b" not in text and "\t" not in text:
        chars, wide = _cells(text)
        looks = [pen] * len(chars)
        return _fitted(chars, BLANK, columns), _fitted(looks, pen.blank, columns), wide
    chars, looks, wide = [], [], False
    rest = pen.blank
    for piece in _plain_pieces.finditer(text):
        kind = piece.lastgroup
        if kind == "text":
            cells, has_wide = _cells(piece[0])
            wide = wide or has_wide
            chars += cells
            looks += [pen] * len(cells)
        elif kind == "sgr":
            pen = pens.select(pen, piece["sgr"])
        elif kind == "erase":
            # EL from here on: everything to the right takes the background of now.
            rest = pen.blank
        else:
            skipped = 8 - len(chars) % 8
            chars += [BLANK] * skipped
            looks += [rest] * skipped
    return _fitted(chars, BLANK, columns), _fitted(looks, rest, columns), wide


def _cells(text: str) -> tuple[list[str], bool]:
    """`text`, simple graphemes only, as cells."""
    if text.isascii() or graphemes.is_narrow(text):
        return list(text), False
    chars: list[str] = []
    for char in text:
        chars.append(char)
        if graphemes.wide.match(char):
            chars.append("")
    return chars, True


def doubled(chars: list[str], pens: list[Pen]) -> tuple[list[str], list[Pen]]:
    """The cells of a line of double width: its left half, every grapheme in twice the columns.

    ASCII has characters of that width; anything else is followed by blanks.
    """
    shown: list[str] = []
    for char in chars[: (len(chars) + 1) // 2]:
        if "!" <= char <= "~" and len(char) == 1:
            shown += (chr(ord(char) + 0xFEE0), "")
        elif char:
            shown += (char, BLANK)
        else:
            shown[-1] = ""
            shown += (BLANK, BLANK)
    looks = [pen for pen in pens[: (len(pens) + 1) // 2] for _ in range(2)]
    if len(shown) > len(chars):
        # Of an odd number of columns the last one shows half a character.
        shown[len(chars) - 1 :] = [BLANK]
    return shown, looks[: len(chars)]


class Snapshot:
    """A line as it was when asked for; fits the `Row` protocol."""

    __slots__ = ("_chars", "_pens", "_written", "revision", "wrapped")

    def __init__(
        self, chars: list[str], pens: list[Pen], revision: int, wrapped: bool, size: LineSize = LineSize.SINGLE
    ) -> None:
        self._written = chars
        self._chars, self._pens = doubled(chars, pens) if size else (chars, pens)
        self.revision = revision
        self.wrapped = wrapped

    @property
    def text(self) -> str:
        """The characters without trailing blanks that were never written."""
        return "".join(self._written).rstrip(BLANK).replace(BLANK, " ")

    def runs(self) -> list[Run]:
        """The row as runs of one style, filling exactly the grid's columns."""
        if self._pens and self._pens.count(self._pens[0]) == len(self._pens):
            return [Run("".join(self._chars).replace(BLANK, " "), self._pens[0].style, len(self._pens))]
        return [
            Run("".join(self._chars[start:end]).replace(BLANK, " "), pen.style, end - start)
            for start, end, pen in self._spans()
        ]

    def _spans(self) -> Iterator[tuple[int, int, Pen]]:
        start = 0
        for pen, group in groupby(self._pens):
            end = start + len(list(group))
            yield start, end, pen
            start = end

    def cells(self) -> list[str]:
        """One string a column: a whole grapheme, "" for the right half of a wide one, " " for a blank."""
        return [" " if char == BLANK else char for char in self._chars]

    def is_wide(self, column: int) -> bool:
        """Whether the grapheme in `column` takes the next one too."""
        return self._chars[column + 1 : column + 2] == [""]

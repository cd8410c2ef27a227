"""A new size: lines that autowrap broke are joined and broken again; the cursor stays on its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sshtui.terminal.graphemes import wide
from sshtui.terminal.pens import Pen
from sshtui.terminal.rows import BLANK, Line, Packed, Raw, Stored, blank_line, load, pack, unpack, unparsed_line
from sshtui.terminal.terminal import Terminal

_unseen = re.compile(r"\x1b\[[0-9;:]*+[mK]")

Place = tuple[int, int]
"""A line's index and a column."""


def resize(terminal: Terminal, columns: int, lines: int) -> None:
    """Fit both screens to the new size: the normal one is reflowed with its scrollback, the other one cut."""
    if (columns, lines) == (terminal.columns, terminal.lines):
        return
    terminal.settle()
    cursor = terminal.cursor
    saved = terminal.saved.get(False)
    kept_place = (saved.y, saved.x + saved.pending) if saved else (0, 0)
    if terminal.alternate:
        rows, cursor.y = _cut(terminal, terminal.rows, cursor.y, columns, lines)
        normal, [kept_place] = _reflow(terminal, terminal.other_rows, [kept_place], columns, lines)
        terminal.rows, terminal.other_rows = rows, normal
        cursor.x, cursor.pending = min(cursor.x, columns - 1), False
    else:
        places = [(cursor.y, cursor.x + cursor.pending), kept_place]
        terminal.rows, [(cursor.y, x), kept_place] = _reflow(terminal, terminal.rows, places, columns, lines)
        cursor.x, cursor.pending = min(x, columns - 1), x >= columns
        if terminal.other_rows:
            terminal.other_rows, _ = _cut(terminal, terminal.other_rows, 0, columns, lines)
    if saved:
        y, x = kept_place
        terminal.saved[False] = saved._replace(y=y, x=min(x, columns - 1), pending=x >= columns)
    _take_size(terminal, columns, lines)


def refit(terminal: Terminal, columns: int, lines: int) -> None:
    """Fit both screens to a size that a program chose, without reflow, as xterm does: lines are cut and filled.

    Rows that leave the normal screen go into the scrollback, which keeps its lines as they are: a program can ask for
    sizes as fast as it prints, so this costs no more than a screen.
    """
    if (columns, lines) == (terminal.columns, terminal.lines):
        return
    terminal.settle()
    cursor = terminal.cursor
    other_y = terminal.saved[not terminal.alternate].y if (not terminal.alternate) in terminal.saved else 0
    if not terminal.alternate:
        for line in terminal.rows[: max(0, cursor.y - lines + 1)]:
            terminal.scrollback.push(pack(line, terminal.pens.plain))
    if columns != terminal.columns:
        for line in (*terminal.rows, *terminal.other_rows):
            line.wrapped = False
    terminal.rows, cursor.y = _cut(terminal, terminal.rows, cursor.y, columns, lines)
    if terminal.other_rows:
        terminal.other_rows, _ = _cut(terminal, terminal.other_rows, other_y, columns, lines)
    cursor.x = min(cursor.x, columns - 1)
    cursor.pending = False
    _take_size(terminal, columns, lines)


def _take_size(terminal: Terminal, columns: int, lines: int) -> None:
    terminal.tabstops.update(range(-(-terminal.columns // 8) * 8, columns, 8))
    terminal.columns, terminal.lines = columns, lines
    terminal.clear_margins()
    terminal.settle()
    terminal.all_dirty = True


def _cut(terminal: Terminal, rows: list[Line], y: int, columns: int, lines: int) -> tuple[list[Line], int]:
    """The rows at the new size without reflow, and where row `y` went: rows leave at the top to keep it."""
    gone = max(0, y - lines + 1)
    plain = terminal.pens.plain
    kept = rows[gone : gone + lines]
    for line in kept:
        missing = columns - len(line.chars)
        if missing > 0:
            line.chars += [BLANK] * missing
            line.pens += [plain] * missing
        elif missing:
            terminal.cut(line, columns)
            del line.chars[columns:]
            del line.pens[columns:]
        line.revision = 0
    kept += [blank_line(columns, plain) for _ in range(lines - len(kept))]
    return kept, y - gone


def _reflow(
    terminal: Terminal, rows: list[Line], places: Sequence[Place], columns: int, lines: int
) -> tuple[list[Line], list[Place]]:
    """The new screen and the new places on it; the scrollback is replaced as well. The first place stays on the screen.

    A place that falls out of it stands in its first or last row.
    """
    y, _ = places[0]
    plain = terminal.pens.plain
    last = max([y] + [at for at, line in enumerate(rows) if line.chars.count(BLANK) < len(line.chars)])
    stored: list[Stored] = [*terminal.scrollback.lines, *(pack(line, plain) for line in rows[: last + 1])]
    above = len(terminal.scrollback)
    found = [(above + y, x) for y, x in places]
    if columns != terminal.columns:
        stored, found = _rewrap(terminal, stored, found, columns, lines)
    start = min(max(0, len(stored) - lines), found[0][0])
    terminal.scrollback.replace(stored[:start])
    kept = [unparsed_line(line) for line in stored[start : start + lines]]
    for line in kept:
        load(line, columns, terminal.pens)
    kept += [blank_line(columns, plain) for _ in range(lines - len(kept))]
    return kept, [(min(max(0, at - start), lines - 1), x) for at, x in found]


def _rewrap(
    terminal: Terminal, stored: Sequence[Stored], places: Sequence[Place], columns: int, lines: int
) -> tuple[list[Stored], list[Place]]:
    """Lines of the new width, and the places' indexes and columns among them.

    From the newest on, and no further than the screen and the scrollback have room: what falls out costs nothing.
    """
    index, _ = places[0]
    nearest, farthest = min(places)[0], max(places)[0]
    nowhere: dict[int, Place] = {}
    broken: list[list[Stored]] = []
    """Logical lines in rows of the new width, newest first."""
    count = 0
    # How far each place is from the end, and its column: one below all lines stays as far below.
    moved = [(len(stored) - at, min(x, columns)) for at, x in places]
    room = (terminal.scrollback.lines.maxlen or 0) + lines
    end = len(stored)
    while end and (index < end or count < room):
        first = end - 1
        while first and _goes_on(stored[first - 1]):
            first -= 1
        pieces, where = [stored[first]], nowhere
        if nearest < end and farthest >= first:
            where = {number: (at - first, x) for number, (at, x) in enumerate(places) if first <= at < end}
        if end > first + 1 or _at_most(stored[first]) > columns:
            pieces, where = _rebreak(terminal, stored[first:end], where, columns)
        broken.append(pieces)
        count += len(pieces)
        if where:
            for number, (piece, x) in where.items():
                moved[number] = count - piece, x if x <= columns else columns - 1
            if 0 in where:
                room += max(0, moved[0][0] - lines)
        end = first
    return [row for pieces in reversed(broken) for row in pieces], [(count - below, x) for below, x in moved]


def _goes_on(line: Stored) -> bool:
    return not isinstance(line, str) and line.wrapped


def _at_most(line: Stored) -> int:
    """An upper bound of the columns that a line fills."""
    if isinstance(line, Packed):
        return len(line.cells)
    text = line.text if isinstance(line, Raw) else line
    if "\x1b" in text:
        text = _unseen.sub("", text)
    length = len(text) if text.isascii() else len(text) + len(wide.findall(text))
    return 8 * length if "\t" in text else length


def _rebreak(
    terminal: Terminal, rows: Sequence[Stored], places: Mapping[int, Place], columns: int
) -> tuple[list[Stored], dict[int, Place]]:
    """One logical line in rows of the new width; `places` are rows and columns within it, by what they are of."""
    pens = terminal.pens
    chars: list[str] = []
    looks: list[Pen] = []
    any_wide = False
    offsets: dict[int, int] = {}
    for at, row in enumerate(rows):
        row_chars, row_pens, has_wide = unpack(row, terminal.columns, pens)
        any_wide = any_wide or has_wide
        offsets |= {number: len(chars) + x for number, (y, x) in places.items() if y == at}
        end = len(row_chars)
        goes_on = at + 1 < len(rows)
        while end and row_chars[end - 1] == BLANK and not (goes_on and end < len(row_chars)):
            end -= 1
        chars += row_chars[:end]
        looks += row_pens[:end]
    pieces: list[Stored] = []
    starts = [0]
    begin = 0
    while True:
        end = min(len(chars), begin + columns)
        if any_wide and end < len(chars) and chars[end] == "" and end - begin > 1:
            end -= 1
        goes_on = end < len(chars)
        line = Line(chars[begin:end], looks[begin:end], goes_on, any_wide)
        missing = columns - len(line.chars)
        line.chars += [BLANK] * missing
        line.pens += [line.pens[-1].blank if line.pens else pens.plain] * missing
        pieces.append(pack(line, pens.plain))
        if not goes_on:
            break
        begin = end
        starts.append(begin)
    where = {}
    for number, offset in offsets.items():
        piece = max(at for at, start in enumerate(starts) if start <= offset)
        where[number] = piece, min(offset - starts[piece], columns)
    return pieces, where

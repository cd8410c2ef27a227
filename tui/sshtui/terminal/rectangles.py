"""Rectangular areas (VT420 manual, chapter 5): erase, fill, copy, change and reverse attributes, checksum."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from sshtui.terminal import graphemes
from sshtui.terminal.cells import PLAIN, Style
from sshtui.terminal.editing import Protection
from sshtui.terminal.grid import ORIGIN
from sshtui.terminal.parameters import Parameters, value
from sshtui.terminal.pens import Pen
from sshtui.terminal.rows import BLANK
from sshtui.terminal.sgr import describe_sgr
from sshtui.terminal.terminal import Terminal

Area = tuple[int, int, int, int]
"""Top, left, bottom, right: 0-based, inclusive."""


def _area(terminal: Terminal, parameters: Parameters, at: int) -> Area | None:
    """The rectangle in the parameters from `at` on, within the page (the margins in origin mode)."""
    top0, left0 = terminal.origin()
    inside = ORIGIN in terminal.mode
    last_row = terminal.bottom if inside else terminal.lines - 1
    last_column = terminal.right if inside else terminal.columns - 1
    top = max(1, value(parameters, at, 1)) - 1 + top0
    left = max(1, value(parameters, at + 1, 1)) - 1 + left0
    bottom = min((value(parameters, at + 2) or terminal.lines) - 1 + top0, last_row)
    right = min((value(parameters, at + 3) or terminal.columns) - 1 + left0, last_column)
    return (top, left, bottom, right) if top <= bottom and left <= right else None


def erase(terminal: Terminal, parameters: Parameters) -> None:
    """DECERA: whatever is protected. The blanks have the present rendition, as in xterm."""
    _fill(terminal, _area(terminal, parameters, 0), " ")


def erase_selectively(terminal: Terminal, parameters: Parameters) -> None:
    """DECSERA: spares what DECSCA protected, and keeps the rendition."""
    if area := _area(terminal, parameters, 0):
        top, left, bottom, right = area
        for y in range(top, bottom + 1):
            line = terminal.touch(y)
            if terminal.protection is not Protection.DEC:
                terminal.cut(line, left)
                terminal.cut(line, right + 1)
                line.chars[left : right + 1] = [BLANK] * (right + 1 - left)
                continue
            for x in range(left, right + 1):
                if not line.pens[x].protected:
                    terminal.cut(line, x)
                    terminal.cut(line, x + 1)
                    line.chars[x] = BLANK


def fill(terminal: Terminal, parameters: Parameters) -> None:
    """DECFRA: with a character of one column in the present rendition, though never concealed."""
    code = value(parameters)
    if (32 <= code <= 126 or code >= 160) and graphemes.width_of_character(chr(code)) == 1:
        charset = terminal.charsets[terminal.charset]
        char = charset.get(code, chr(code)) if charset is not None else chr(code)
        _fill(terminal, _area(terminal, parameters, 1), char)


def _fill(terminal: Terminal, area: Area | None, char: str) -> None:
    if area is None:
        return
    top, left, bottom, right = area
    pen = terminal.cursor.pen
    pen = terminal.pens.get(pen.style._replace(conceal=False, link=""), pen.protected)
    for y in range(top, bottom + 1):
        line = terminal.touch(y)
        terminal.cut(line, left)
        terminal.cut(line, right + 1)
        line.chars[left : right + 1] = [char] * (right + 1 - left)
        line.pens[left : right + 1] = [pen] * (right + 1 - left)


def copy(terminal: Terminal, parameters: Parameters) -> None:
    """DECCRA: source rectangle, page, target corner, page; there is one page."""
    area = _area(terminal, parameters, 0)
    if area is None:
        return
    top, left, bottom, right = area
    top0, left0 = terminal.origin()
    inside = ORIGIN in terminal.mode
    to_y = max(1, value(parameters, 5, 1)) - 1 + top0
    to_x = max(1, value(parameters, 6, 1)) - 1 + left0
    last_row = terminal.bottom if inside else terminal.lines - 1
    last_column = terminal.right if inside else terminal.columns - 1
    width = min(right + 1 - left, last_column + 1 - to_x)
    height = min(bottom + 1 - top, last_row + 1 - to_y)
    if width <= 0 or height <= 0:
        return
    for y in range(top, top + height):
        terminal.cut(terminal.rows[y], left)
        terminal.cut(terminal.rows[y], left + width)
    taken = [
        (line.chars[left : left + width], line.pens[left : left + width], line.wide)
        for line in terminal.rows[top : top + height]
    ]
    for y, (chars, pens, wide) in enumerate(taken, to_y):
        line = terminal.touch(y)
        terminal.cut(line, to_x)
        terminal.cut(line, to_x + width)
        line.chars[to_x : to_x + width] = chars
        line.pens[to_x : to_x + width] = pens
        line.wide = line.wide or wide


def _spans(terminal: Terminal, area: Area) -> Iterator[tuple[int, int, int]]:
    """Row, start, end (exclusive) of the area: a rectangle, or the stream from corner to corner (DECSACE)."""
    top, left, bottom, right = area
    for y in range(top, bottom + 1):
        if terminal.change_extent == 2:
            yield y, left, right + 1
        else:
            yield y, left if y == top else 0, right + 1 if y == bottom else terminal.columns


_CHANGES: dict[int, dict[str, bool | int]] = {
    0: {"bold": False, "underline": 0, "blink": False, "reverse": False},
    1: {"bold": True},
    4: {"underline": 1},
    5: {"blink": True},
    7: {"reverse": True},
    22: {"bold": False},
    24: {"underline": 0},
    25: {"blink": False},
    27: {"reverse": False},
}


def change_attributes(terminal: Terminal, parameters: Parameters) -> None:
    """DECCARA: bold, underline, blink, reverse on or off."""
    for attribute in parameters[4:] or (0,):
        _restyle(terminal, parameters, _CHANGES.get(max(0, attribute), {}), False)


def reverse_attributes(terminal: Terminal, parameters: Parameters) -> None:
    """DECRARA: bold, underline, blink, reverse turned over; as in xterm only those that are named."""
    for attribute in parameters[4:]:
        names = _CHANGES.get(attribute, {}) if 0 < attribute < 9 else {}
        _restyle(terminal, parameters, names, True)


def _restyle(terminal: Terminal, parameters: Parameters, changes: dict[str, bool | int], turn: bool) -> None:
    area = _area(terminal, parameters, 0)
    if area is None or not changes:
        return
    after: dict[Pen, Pen] = {}
    for y, start, end in _spans(terminal, area):
        line = terminal.touch(y)
        for x in range(start, end):
            pen = line.pens[x]
            changed = after.get(pen)
            if changed is None:
                changed = after[pen] = terminal.pens.get(_changed(pen.style, changes, turn), pen.protected)
            line.pens[x] = changed


def _changed(style: Style, changes: dict[str, bool | int], turn: bool) -> Style:
    if turn:
        old = style._asdict()
        changes = {name: int(not old[name]) if name == "underline" else not old[name] for name in changes}
    return style._replace(**changes)  # type: ignore[arg-type]  # the names come from the table above


def select_extent(terminal: Terminal, parameters: Parameters) -> None:
    """DECSACE."""
    if value(parameters) in (0, 1, 2):
        terminal.change_extent = value(parameters)


def report_rendition(terminal: Terminal, parameters: Parameters) -> None:
    """XTREPORTSGR (xterm ctlseqs): what the cells of an area have in common, as `CSI … m`; of none, nothing."""
    area = _area(terminal, parameters, 0)
    if area is None:
        terminal.write_process_input("\x1b[0m")
        return
    top, left, bottom, right = area
    pens = set[Pen]().union(*(line.pens[left : right + 1] for line in terminal.rows[top : bottom + 1]))
    styles = {pen.style for pen in pens}
    common = {
        name: found.pop() if len(found := {getattr(style, name) for style in styles}) == 1 else plain
        for name, plain in PLAIN._asdict().items()
    }
    terminal.write_process_input(f"\x1b[{describe_sgr(Style(**common))}m")


_PLUS, _PLAIN, _EVERY, _DRAWN, _WIDE = 1, 2, 4, 8, 16
"""XTCHECKSUM's bits: not negated, no attributes, blanks too, but not those never written, whole code points."""


def select_checksum(terminal: Terminal, parameters: Parameters) -> None:
    """XTCHECKSUM (xterm ctlseqs, CSI Ps # y): how `report_checksum` counts."""
    terminal.checksum = value(parameters)


def report_checksum(terminal: Terminal, parameters: Parameters) -> None:
    """DECRQCRA: the sum of the characters and their attributes, negated, in 16 bits (VT420 manual, DECCKSR).

    As in xterm: cells that were never written do not count, except the first of the area.
    """
    how = terminal.checksum
    total = 0
    first = True
    if area := _area(terminal, parameters, 2):
        top, left, bottom, right = area
        for line in terminal.rows[top : bottom + 1]:
            for char, pen in zip(line.chars[left : right + 1], line.pens[left : right + 1], strict=True):
                if char != BLANK or (not how & _DRAWN if how & _EVERY else first):
                    total += _cell_sum(char, pen.style, how)
                first = False
    shown = total if how & _PLUS else -total
    terminal.write_process_input(f"\x1bP{value(parameters)}!~{shown & 0xFFFF:04X}\x1b\\")


def _cell_sum(char: str, style: Style, how: int) -> int:
    mask = 0x1FFFFF if how & _WIDE else 0xFF
    if char == "":
        total = 0xFFFF & mask
    elif style.conceal or char == BLANK:
        total = 0x20
    else:
        total = ord(char if len(char) == 1 else unicodedata.normalize("NFC", char)[0]) & mask
    if how & _PLAIN:
        return total
    total += 0x10 * (style.underline == 1) + 0x20 * style.reverse
    return total + 0x40 * style.blink + 0x80 * style.bold


def protect(terminal: Terminal, parameters: Parameters) -> None:
    """DECSCA: 1 protects what is written from here on against selective erasure, 0 and 2 do not."""
    on = value(parameters) == 1
    pen = terminal.cursor.pen
    terminal.cursor.pen = terminal.pens.get(pen.style, on)
    terminal.protection = Protection.DEC


def guard(terminal: Terminal, on: bool) -> None:
    """SPA and EPA (ECMA-48 8.3.129, 8.3.40): protection against the ordinary erasures, from SPA on (xterm)."""
    pen = terminal.cursor.pen
    terminal.cursor.pen = terminal.pens.get(pen.style, on)
    if on:
        terminal.protection = Protection.ISO

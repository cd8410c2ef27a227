"""The short way for floods: whole lines of text become rows without anybody looking at their cells.

Only what `rows.Raw` can hold goes this way: simple text, SGR, EL to the right, tabs at the usual stops. The
result is what drawing would give, cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sshtui.terminal import graphemes
from sshtui.terminal.rows import Line, Raw, Stored, blank_line, pack, unparsed_line
from sshtui.terminal.tabs import default_stops
from sshtui.terminal.terminal import Terminal

SMALLEST_FLOOD: Final = 1024
"""Characters at hand below which the short way does not pay."""

_block = re.compile(rf"(?:[{graphemes.SIMPLE}]*+(?:\r\n|\x1b\[(?:[0-9;:]*+m|K)|\t))*+")
_ascii_block = re.compile(r"(?:[ -~]*+(?:\r\n|\x1b\[(?:[0-9;:]*+m|K)|\t))*+")
_visible = re.compile(rf"(?:[{graphemes.SIMPLE}]++|\r\n|\t)*+")
_ascii_visible = re.compile(r"(?:[ -~]++|\r\n|\t)*+")
_invisible = re.compile(r"\x1b\[(?:[0-9;:]*+m|K)")
_sgr = re.compile(r"\x1b\[([0-9;:]*+)m")
_RESET: Final = "\x1b[0m"
_SHORT_RESET: Final = "\x1b[m"


def flood(terminal: Terminal, text: str, start: int, draw: Callable[[str, int, int], int]) -> int:
    """Take whole lines from `text` at `start`; return where they end (`start` when there is no flood).

    `draw(text, start, end)` is the long way, for lines that only it can do.
    """
    ascii_only = text.isascii()
    stop = text.rfind("\r\n", start) + 2
    if stop - start < SMALLEST_FLOOD // 2:
        return start
    visible = _seen(text[start : stop - 2]) if terminal.flooding else ""
    # Amid a flood the rest of the text is most likely one too, and a look at what is left of it tells.
    if not (terminal.flooding and (_ascii_visible if ascii_only else _visible).fullmatch(visible)):
        found = (_ascii_block if ascii_only else _block).match(text, start)
        end = text.rfind("\r\n", start, found.end() if found else start) + 2
        terminal.flooding = end == stop
        if end - start < SMALLEST_FLOOD // 2:
            return start
        stop, visible = end, _seen(text[start : end - 2])
    block = text[start : stop - 2]
    lines = block.split("\r\n")
    if not ascii_only:
        visible = graphemes.wide.sub("xx", visible)
    measured = visible.split("\r\n")
    if "\t" in block:
        if terminal.tabstops != default_stops(terminal.columns):
            return start
        # A tab that reaches the edge stops there; such lines are measured as too long.
        measured = [line.expandtabs(8) + "x" if "\t" in line else line for line in measured]
    columns = terminal.columns
    if max(map(len, measured)) < columns:
        _push(terminal, lines)
    else:
        _push_measured(terminal, lines, list(map(len, measured)), draw)
    terminal.last_drawn = ""
    terminal.joinable = False
    return stop


def _seen(block: str) -> str:
    """`block` without what takes no room."""
    return _invisible.sub("", block) if "\x1b" in block else block


def _push_measured(
    terminal: Terminal, lines: list[str], widths: list[int], draw: Callable[[str, int, int], int]
) -> None:
    """Lines of which some fill the row or go beyond it."""
    columns = terminal.columns
    easy: list[str] = []
    for line, width in zip(lines, widths, strict=True):
        if width < columns:
            easy.append(line)
            continue
        if easy:
            _push(terminal, easy)
            easy = []
        if line.isascii() and "\x1b" not in line and "\t" not in line:
            pen = terminal.cursor.pen
            pieces = [line[at : at + columns] for at in range(0, len(line), columns)]
            rows = [Raw(piece, pen, at < len(pieces) - 1) for at, piece in enumerate(pieces)]
            _scroll_in(terminal, rows)
        else:
            whole = line + "\r\n"
            at = 0
            while at < len(whole):
                at = draw(whole, at, len(whole))
    if easy:
        _push(terminal, easy)


def _push(terminal: Terminal, lines: list[str]) -> None:
    pen = terminal.cursor.pen
    plain = terminal.pens.plain
    if pen is plain and not any("\x1b" in line for line in lines):
        _scroll_in(terminal, lines)
        return
    select = terminal.pens.select
    reset = select(pen, "0")
    rows: list[Stored] = []
    for line in lines:
        rows.append(line if pen is plain else Raw(line, pen))
        if "\x1b" in line:
            last = line.rfind(_RESET)
            short = line.rfind(_SHORT_RESET)
            if last >= 0 or short >= 0:
                pen = reset
                line = line[last + 4 :] if last > short else line[short + 3 :]
                if "\x1b" not in line:
                    continue
            for parameters in _sgr.findall(line):
                pen = pen.after_sgr.get(parameters) or select(pen, parameters)
    terminal.cursor.pen = pen
    _scroll_in(terminal, rows)


def _scroll_in(terminal: Terminal, new: list[str] | list[Raw] | list[Stored]) -> None:
    """Rows for the bottom of the screen; what stood there moves up, and the last row is blank again."""
    rows = terminal.rows
    count = len(new)
    kept = max(0, terminal.lines - 1 - count)
    leaving = rows[: len(rows) - 1 - kept]
    staying = rows[len(leaving) : len(rows) - 1]
    on_screen = min(count, terminal.lines - 1)
    if not terminal.alternate:
        scrollback = terminal.scrollback
        for line in leaving:
            scrollback.push(pack(line, terminal.pens.plain))
        if count > on_screen:
            scrollback.extend(new[: count - on_screen])
    fresh: list[Line] = [unparsed_line(line) for line in new[count - on_screen :]]
    terminal.rows = [*staying, *fresh, blank_line(terminal.columns, terminal.blank)]
    terminal.unparsed = True
    terminal.all_dirty = True

"""Links under the pointer: OSC 8 hyperlinks and addresses that stand in the text. Only http and https count."""

from __future__ import annotations

import re

from sshtui.model.geometry import Point
from sshtui.model.web_address import is_web_address
from sshtui.terminal.lines import Lines

_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f-\xa0]+", re.IGNORECASE)
_AFTER = ".,:;!?'\""
_BRACKETS = {")": "(", "]": "["}


def link_at(point: Point, lines: Lines) -> str:
    """The address at `point` (line number, column), "" when there is none that we would open."""
    target = _hyperlink(point, lines) or _address(point, lines)
    return safe(target)


def next_link(point: Point, lines: Lines, step: int) -> Point | None:
    """Where the next link after `point` begins (`step` 1), or the last one before it (-1); None when there is none."""
    line = point.row
    while lines.first <= line <= lines.last:
        row = lines.row(line)
        if "http" in row.text.lower() or any(run.style.link for run in row.runs()):
            targets = [link_at(Point(line, column), lines) for column in range(lines.columns)]
            starts = [
                Point(line, column)
                for column, target in enumerate(targets)
                if target and (column == 0 or targets[column - 1] != target)
            ]
            beyond = [start for start in starts if (start > point if step > 0 else start < point)]
            if beyond:
                return beyond[0] if step > 0 else beyond[-1]
        line += step
    return None


def safe(target: str) -> str:
    """`target` when it is one that we would open, else ""."""
    return target if is_web_address(target) else ""


def _hyperlink(point: Point, lines: Lines) -> str:
    column = 0
    for _text, style, columns in lines.row(point.row).runs():
        if column <= point.column < column + columns:
            return style.link
        column += columns
    return ""


def _address(point: Point, lines: Lines) -> str:
    first, last = lines.logical(point.row)
    text, here = "", -1
    for line in range(first, last + 1):
        for column, cell in enumerate(lines.row(line).cells()):
            if (line, column) == point:
                here = len(text)
            text += cell
    for match in _ADDRESS.finditer(text):
        if match.start() <= here < match.end():
            address = _trimmed(match.group())
            return address if here < match.start() + len(address) else ""
    return ""


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays when its opening one is inside."""
    while address and (
        address[-1] in _AFTER
        or (address[-1] in _BRACKETS and address.count(address[-1]) > address.count(_BRACKETS[address[-1]]))
    ):
        address = address[:-1]
    return address

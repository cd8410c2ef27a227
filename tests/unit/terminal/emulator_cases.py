"""Reads `cases/*.case`: what is fed, and what must stand on the screen or come back.

== title (source)
size COLUMNSxROWS
feed text with \\e \\a \\b \\t \\r \\n \\0 \\xHH escapes
resize COLUMNSxROWS
cursor ROW,COLUMN [pending]      0-based
row N text                       -1 is the newest line of the scrollback; "quotes" keep blanks
cells N a|b|…                    cell by cell: a wide one is followed by nothing, a blank is a dot
style ROW,COLUMN name=value …    the fields of `cells.Style` that differ from plain
reply text                       everything sent back since the last reply line
modes name=value …               fields of `modes.Modes`
title text
scrollback N                     lines kept
hidden yes|no
shape block|underline|bar
event repr                       an event of the feeds so far
events N                         how many there were
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parent / "cases"

_escape = re.compile(r"\\(x[0-9a-fA-F]{2}|[eabtrn0\\])")
_ESCAPES = {"e": "\x1b", "a": "\a", "b": "\b", "t": "\t", "r": "\r", "n": "\n", "0": "\0", "\\": "\\"}


class Case(NamedTuple):
    """A title, where it stands, and its steps as (word, rest) in order."""

    title: str
    place: str
    steps: list[tuple[str, str]]


def unescape(text: str) -> bytes:
    """The bytes that an escaped text stands for; other characters are UTF-8."""
    parts: list[bytes] = []
    at = 0
    for found in _escape.finditer(text):
        parts.append(text[at : found.start()].encode())
        code = found[1]
        parts.append(bytes([int(code[1:], 16)]) if code[0] == "x" else _ESCAPES[code].encode())
        at = found.end()
    parts.append(text[at:].encode())
    return b"".join(parts)


def read_cases() -> Iterator[Case]:
    """Every case of every file, in order."""
    for path in sorted(CASES.glob("*.case")):
        case: Case | None = None
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.startswith("== "):
                if case is not None:
                    yield case
                case = Case(line[3:], f"{path.stem}:{number}", [])
            elif line.strip() and not line.startswith("#"):
                assert case is not None, f"{path.name}:{number} stands before the first case"
                word, _, rest = line.partition(" ")
                case.steps.append((word, rest.strip()))
        if case is not None:
            yield case

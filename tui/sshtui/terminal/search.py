"""Every place where a text or a regular expression stands, on the screen and in the scrollback."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sshtui.model.geometry import Point
from sshtui.terminal.cells import Row
from sshtui.terminal.lines import Lines

LIMIT = 10_000
"""Matches that are kept; more help nobody."""

_LINE_LIMIT = 20_000
"""Characters of one line that are searched: a regular expression of a person meets text of a server."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. Without `case`, letters match either case; an upper case letter in the text asks for it."""

    text: str
    regex: bool = False
    case: bool = False

    def pattern(self) -> re.Pattern[str]:
        """The compiled expression; raises re.error when a regular expression is not one."""
        exact = self.case or any(character.isupper() for character in self.text)
        return re.compile(self.text if self.regex else re.escape(self.text), 0 if exact else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """The first and the last cell of one match; points are (line number, column)."""

    start: Point
    end: Point


def find(query: Query, lines: Lines) -> list[Match]:
    """All matches, oldest first, at most LIMIT; a match may span rows that autowrap broke.

    Raises re.error for a broken regular expression. An empty query matches nothing.
    """
    if not query.text:
        return []
    pattern = query.pattern()
    found: list[Match] = []
    line = lines.first
    while line <= lines.last and len(found) < LIMIT:
        row = lines.row(line)
        end = line
        if row.wrapped:
            while end < lines.last and lines.row(end).wrapped:
                end += 1
            found += _matches(pattern, line, end, lines)
        elif pattern.search(text := row.text):
            found += _plain_matches(pattern, line, text, row) or _matches(pattern, line, line, lines)
        line = end + 1
    return found[:LIMIT]


def _plain_matches(pattern: re.Pattern[str], line: int, text: str, row: Row) -> list[Match]:
    """The matches in a row whose characters stand in as many columns; none where they do not."""
    if not (text.isascii() and len(text) <= _LINE_LIMIT and "".join(row.cells()).startswith(text)):
        return []
    return [
        Match(Point(line, match.start()), Point(line, match.end() - 1))
        for match in pattern.finditer(text.rstrip(" "))
        if match.end() > match.start()
    ]


def _matches(pattern: re.Pattern[str], first: int, last: int, lines: Lines) -> list[Match]:
    text: list[str] = []
    places: list[Point] = []
    for line in range(first, last + 1):
        for column, cell in enumerate(lines.row(line).cells()):
            for character in cell:
                text.append(character)
                places.append(Point(line, column))
        if len(text) > _LINE_LIMIT:
            break
    whole = "".join(text).rstrip(" ")[:_LINE_LIMIT]
    return [
        Match(places[match.start()], places[match.end() - 1])
        for match in pattern.finditer(whole)
        if match.end() > match.start()
    ]

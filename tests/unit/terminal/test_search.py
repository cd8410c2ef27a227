"""Search over screen and scrollback."""

from __future__ import annotations

import re
import time

import pytest

from sshtui.model.geometry import Point
from sshtui.terminal.lines import Lines
from sshtui.terminal.search import LIMIT, Match, Query, find
from tests.fakes.terminal import DrawnScreen

LINES = Lines(DrawnScreen(
    ["Error: disk", "no error", "漢字 error", "a wrapped err↩", "or here", "[x] (y)"], columns=13, rows=2, forgotten=10
))  # fmt: skip


def starts(query: Query) -> list[Point]:
    return [match.start for match in find(query, LINES)]


def test_every_match_is_found_in_order_across_wraps_and_wide_characters() -> None:
    assert find(Query("error"), LINES) == [
        Match(Point(10, 0), Point(10, 4)),
        Match(Point(11, 3), Point(11, 7)),
        Match(Point(12, 5), Point(12, 9)),
        Match(Point(13, 10), Point(14, 1)),
    ]


def test_an_upper_case_letter_asks_for_the_exact_case() -> None:
    assert starts(Query("Error")) == [Point(10, 0)]
    assert starts(Query("error", case=True)) == [Point(11, 3), Point(12, 5), Point(13, 10)]


def test_a_literal_is_no_expression() -> None:
    assert starts(Query("[x] (y)")) == [Point(15, 0)]
    assert starts(Query(r"\(.\)", regex=True)) == [Point(15, 4)]
    assert starts(Query("")) == []
    assert starts(Query("x*", regex=True)) == [Point(15, 1)], "empty matches are none"


def test_a_broken_expression_says_so() -> None:
    with pytest.raises(re.error):
        find(Query("(", regex=True), LINES)


def test_ten_thousand_lines_are_searched_at_once() -> None:
    lines = Lines(DrawnScreen([f"line {number} of the log" for number in range(10_000)], columns=80, rows=24))
    start = time.process_time()
    assert len(find(Query("line 99"), lines)) == 111
    assert time.process_time() - start < 0.5
    assert len(find(Query("e"), lines)) == LIMIT

"""What is marked, and what a copy of it gives."""

from __future__ import annotations

from sshtui.model.geometry import Point
from sshtui.terminal.lines import Lines
from sshtui.terminal.selection import Selection, Unit, columns_at, text_of, word_at
from tests.fakes.terminal import DrawnScreen

SHELL = Lines(DrawnScreen(
    ["$ ls /usr", "漢字 wide", "a long lin↩", "e, wrapped↩", " twice", "  end   "], columns=10, rows=3
))  # fmt: skip


def copied(start: tuple[int, int], end: tuple[int, int], unit: Unit = Unit.CELL, lines: Lines = SHELL) -> str:
    return text_of(Selection(Point(*start), Point(*end), unit), lines)


def test_autowrapped_lines_are_copied_as_one() -> None:
    assert copied((2, 0), (4, 9)) == "a long line, wrapped twice"
    assert copied((2, 7), (3, 0)) == "line"


def test_blanks_at_line_ends_are_dropped_and_those_inside_are_kept() -> None:
    assert copied((4, 0), (5, 9)) == " twice\n  end"


def test_direction_does_not_matter() -> None:
    assert copied((4, 1), (2, 7)) == copied((2, 7), (4, 1)) == "line, wrapped t"


def test_half_of_a_wide_character_takes_it_whole() -> None:
    lines = Lines(DrawnScreen(["a漢b字c"], columns=10, rows=1))
    assert copied((0, 2), (0, 4), lines=lines) == "漢b字"


def test_a_wide_character_moved_by_autowrap_leaves_no_blank() -> None:
    lines = Lines(DrawnScreen(["abc ↩", "漢"], columns=4, rows=2))
    assert copied((0, 0), (1, 3), lines=lines) == "abc漢"
    spaced = Lines(DrawnScreen(["abc ↩", "d"], columns=4, rows=2))
    assert copied((0, 0), (1, 3), lines=spaced) == "abc d"


def test_a_block_copies_its_columns_of_every_row() -> None:
    lines = Lines(DrawnScreen(["abcdef", "gh", "ijklmn"], columns=8, rows=3))
    assert copied((0, 3), (2, 1), Unit.BLOCK, lines) == "bcd\nh\njkl"


def test_a_word_is_a_path_or_an_address_across_the_wrap() -> None:
    lines = Lines(DrawnScreen(["see http:/↩", "/x.org/a?b↩", "=c. Then (foo)"[:10]], columns=10, rows=3))
    assert copied((1, 4), (1, 4), Unit.WORD, lines) == "http://x.org/a?b=c"
    assert copied((2, 9), (2, 9), Unit.WORD, lines) == "("
    start, end = word_at(Point(0, 1), lines)
    assert (start, end) == (Point(0, 0), Point(0, 2))


def test_words_grow_by_whole_words() -> None:
    lines = Lines(DrawnScreen(["alpha beta gamma"], columns=20, rows=1))
    assert copied((0, 7), (0, 12), Unit.WORD, lines) == "beta gamma"
    assert copied((0, 12), (0, 7), Unit.WORD, lines) == "beta gamma"


def test_a_line_is_the_whole_of_it() -> None:
    assert copied((3, 4), (3, 4), Unit.LINE) == "a long line, wrapped twice"


def test_a_selection_outlives_lines_that_were_forgotten() -> None:
    lines = Lines(DrawnScreen(["one", "two"], columns=5, rows=1, forgotten=7))
    assert (lines.first, lines.top, lines.last) == (7, 8, 8)
    assert copied((3, 2), (8, 4), lines=lines) == "one\ntwo"


def test_marked_columns_of_a_row() -> None:
    bounds = (Point(1, 3), Point(3, 2))
    cells = list("abcdef")
    assert [columns_at(bounds, Unit.CELL, line, cells) for line in range(5)] == [None, (3, 6), (0, 6), (0, 3), None]

"""The screen is a `pyte.Screen`: its names do here what they do in pyte."""

from __future__ import annotations

import pyte
import pytest

from sshtui.terminal.vocabulary import XtermScreen


@pytest.fixture(params=[lambda: pyte.Screen(10, 4), lambda: XtermScreen(10, 4, 100)], ids=["pyte", "ours"])
def screen(request: pytest.FixtureRequest) -> pyte.Screen:
    made: pyte.Screen = request.param()
    return made


def test_drawing_and_moving(screen: pyte.Screen) -> None:
    screen.draw("abc")
    screen.carriage_return()
    screen.linefeed()
    screen.draw("def")
    screen.cursor_position(4, 2)
    screen.draw("x")
    screen.cursor_up(2)
    screen.cursor_back(1)
    assert screen.display == ["abc       ", "def       ", "          ", " x        "]
    assert (screen.cursor.y, screen.cursor.x) == (1, 1)


def test_inserting_and_erasing(screen: pyte.Screen) -> None:
    screen.draw("abcdef")
    screen.cursor_to_column(3)
    screen.insert_characters(2)
    screen.cursor_to_column(8)
    screen.delete_characters(1)
    screen.cursor_to_column(1)
    screen.erase_characters(1)
    assert screen.display[0] == " b  cde   "
    screen.erase_in_line(2)
    assert screen.display[0].strip() == ""


def test_scrolling_in_margins(screen: pyte.Screen) -> None:
    for text in "abcd":
        screen.draw(text)
        if text != "d":
            screen.carriage_return()
            screen.linefeed()
    screen.set_margins(2, 3)
    screen.cursor_position(3, 1)
    screen.index()
    assert [row.strip() for row in screen.display] == ["a", "c", "", "d"]
    screen.cursor_position(2, 1)
    screen.reverse_index()
    assert [row.strip() for row in screen.display] == ["a", "", "c", "d"]


def test_modes_and_resets(screen: pyte.Screen) -> None:
    screen.set_mode(4)
    screen.draw("ab")
    screen.cursor_position()
    screen.draw("x")
    assert screen.display[0].startswith("xab")
    screen.reset_mode(4)
    screen.cursor_position()
    screen.draw("y")
    assert screen.display[0].startswith("yab")
    screen.set_mode(25, private=True)
    screen.reset_mode(25, private=True)
    assert screen.cursor.hidden
    screen.reset()
    assert screen.display == [" " * 10] * 4
    assert not screen.cursor.hidden


def test_line_drawing_by_name(screen: pyte.Screen) -> None:
    screen.define_charset("0", "(")
    screen.draw("qx")
    assert screen.display[0].startswith("─│")


def test_resizing_by_name(screen: pyte.Screen) -> None:
    screen.draw("abc")
    screen.resize(5, 12)
    assert (screen.lines, screen.columns) == (5, 12)
    assert screen.display[0] == "abc         "

"""A picture for terminals with fewer colours, or without Unicode: each second value comes from a table of its own."""

from __future__ import annotations

import pytest

from sshtui.model.outer import EVERYTHING, Outer
from sshtui.ui.shades import adaptation, in_ascii

RED = "\x1b[1;38;2;255;0;0;48;2;0;0;0mstop\x1b[0m"


def shown(picture: str, colours: int = 1 << 24, outer: Outer = EVERYTHING, *, unicode: bool = True) -> str:
    for step in adaptation(colours, outer, unicode=unicode):
        picture = step(picture)
    return picture


def test_the_best_of_terminals_gets_the_picture_as_it_is() -> None:
    assert adaptation(1 << 24, EVERYTHING) == ()


@pytest.mark.parametrize(
    ("colours", "result"),
    [
        # xterm's 256 colours: 196 is the cube's 5,0,0 and 16 its 0,0,0; of the 16, 31 is red and 40 black.
        (256, "\x1b[1;38;5;196;48;5;16mstop\x1b[0m"),
        (16, "\x1b[1;31;40mstop\x1b[0m"),
        (0, "\x1b[1mstop\x1b[0m"),
    ],
)
def test_colours_become_the_nearest_the_terminal_has(colours: int, result: str) -> None:
    assert shown(RED, colours) == result


def test_what_only_sets_a_colour_vanishes_without_colours() -> None:
    assert shown("\x1b[38;2;1;2;3ma\x1b[7mb\x1b[97;104mc", 0) == "a\x1b[7mbc"


def test_sequences_that_are_no_colours_stay() -> None:
    assert shown("\x1b[3;4H\x1b[K\x1b[m", 16) == "\x1b[3;4H\x1b[K\x1b[0m"


def test_kinds_of_underlines_become_the_plain_one_and_strings_vanish() -> None:
    curly = "\x1b[4;38;2;1;2;3;4:3;58:2::255:0:0mx\x1b]8;;https://example.org/\x1b\\y\x1b]8;;\x1b\\"
    assert shown(curly, outer=Outer(strings=True)) == curly.replace(";4:3;58:2::255:0:0", "")
    assert shown(curly, outer=Outer(underlines=True)) == "\x1b[4;38;2;1;2;3;4:3;58:2::255:0:0mxy"
    assert shown(curly, 256).startswith("\x1b[4;38;5;16;4:3mx")
    assert shown(curly, 0).startswith("\x1b[4;4:3mx")


def test_ascii_keeps_every_cell_in_its_place() -> None:
    assert in_ascii("┌─┐ é 漢 ● ok\x1b[0m") == "+-+ ? ?? * ok\x1b[0m"
    assert shown("│", unicode=False) == "|"

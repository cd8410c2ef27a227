"""A picture for terminals with fewer colours, or without Unicode: each second value comes from a table of its own."""

from __future__ import annotations

import pytest

from sshtui.ui.shades import in_ascii, in_colours

RED = "\x1b[1;38;2;255;0;0;48;2;0;0;0mstop\x1b[0m"


def test_a_terminal_in_true_colour_gets_the_picture_as_it_is() -> None:
    assert in_colours(1 << 24) is None


@pytest.mark.parametrize(
    ("colours", "shown"),
    [
        # xterm's 256 colours: 196 is the cube's 5,0,0 and 16 its 0,0,0; of the 16, 31 is red and 40 black.
        (256, "\x1b[1;38;5;196;48;5;16mstop\x1b[0m"),
        (16, "\x1b[1;31;40mstop\x1b[0m"),
        (0, "\x1b[1mstop\x1b[0m"),
    ],
)
def test_colours_become_the_nearest_the_terminal_has(colours: int, shown: str) -> None:
    recolour = in_colours(colours)
    assert recolour is not None
    assert recolour(RED) == shown


def test_what_only_sets_a_colour_vanishes_without_colours() -> None:
    recolour = in_colours(0)
    assert recolour is not None
    assert recolour("\x1b[38;2;1;2;3ma\x1b[7mb") == "a\x1b[7mb"


def test_sequences_that_are_no_colours_stay() -> None:
    recolour = in_colours(16)
    assert recolour is not None
    assert recolour("\x1b[3;4H\x1b[K\x1b[m") == "\x1b[3;4H\x1b[K\x1b[0m"


def test_ascii_keeps_every_cell_in_its_place() -> None:
    assert in_ascii("┌─┐ é 漢 ● ok\x1b[0m") == "+-+ ? ?? * ok\x1b[0m"

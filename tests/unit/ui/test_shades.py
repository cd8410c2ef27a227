"""A picture for a poorer terminal keeps what that one draws."""

from __future__ import annotations

from sshtui.ui.outer import EVERYTHING, Outer
from sshtui.ui.shades import as_drawn_by, in_colours

CURLY = "\x1b[4;38;2;229;229;229;48;2;0;0;0;4:3;58:2::255:0:0mx;4:3m\x1b[0m"
LINK = "\x1b]8;id=1;https://a.example/\x1b\\\x1b[4mx\x1b[0m\x1b]8;;\x1b\\"


def test_kinds_of_underlines_are_plain_where_they_are_not_drawn() -> None:
    assert as_drawn_by(EVERYTHING, CURLY) == CURLY
    assert as_drawn_by(Outer(strings=True), CURLY) == "\x1b[4;38;2;229;229;229;48;2;0;0;0mx;4:3m\x1b[0m"


def test_hyperlinks_are_only_text_where_they_would_be_printed() -> None:
    assert as_drawn_by(Outer(strings=True), LINK) == LINK
    assert as_drawn_by(Outer(), LINK) == "\x1b[4mx\x1b[0m"


def test_fewer_colours_keep_the_kind_of_an_underline_and_lose_its_colour() -> None:
    fewer = in_colours(16)
    assert fewer is not None
    assert fewer(CURLY) == "\x1b[4;97;40;4:3mx;4:3m\x1b[0m"

"""Colours, strips and links below the terminal view."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style as RichStyle
from textual.strip import Strip

from sshtui.model.geometry import Point
from sshtui.model.outer import Outer
from sshtui.model.themes import Palette
from sshtui.terminal.cells import PLAIN, TRUE_COLOUR, Style
from sshtui.terminal.lines import Lines
from sshtui.ui.terminal.colours import FALLBACK, Colours, Mark, numbers
from sshtui.ui.terminal.links import link_at
from sshtui.ui.terminal.strips import Strips
from tests.fakes.terminal import DrawnRow, DrawnScreen


def pair(style: RichStyle) -> tuple[str, str]:
    assert style.color is not None
    assert style.bgcolor is not None
    return style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex


@pytest.mark.parametrize(("number", "colour"), [
    # xterm's 256colres.h
    (0, "#000000"), (9, "#ff0000"), (16, "#000000"), (21, "#0000ff"), (52, "#5f0000"), (196, "#ff0000"),
    (231, "#ffffff"), (232, "#080808"), (244, "#808080"), (255, "#eeeeee"), (TRUE_COLOUR | 0xABCDEF, "#abcdef"),
])  # fmt: skip
def test_colours_are_xterms(number: int, colour: str) -> None:
    assert pair(Colours(FALLBACK, {}).style(Style(foreground=number)))[0] == colour
    assert pair(Colours(FALLBACK, {}).style(Style(background=number)))[1] == colour


def test_reverse_conceal_and_bold_change_colours() -> None:
    colours = Colours(FALLBACK, {})
    assert pair(colours.style(Style(foreground=1, background=4, reverse=True))) == ("#0000ee", "#cd0000")
    assert pair(colours.style(Style(foreground=1, background=4, conceal=True))) == ("#0000ee", "#0000ee")
    assert pair(colours.style(Style(foreground=1, bold=True)))[0] == "#ff0000"
    dimmed = pair(colours.style(Style(foreground=15, dim=True)))[0]
    assert dimmed not in ("#ffffff", "#000000")


def test_the_whole_screen_turns_in_reverse_video() -> None:
    assert pair(Colours(FALLBACK, {}, reverse_video=True).style(PLAIN)) == ("#000000", "#e5e5e5")


def test_overrides_win_over_the_palette() -> None:
    colours = Colours(FALLBACK, {1: 0x010203, 256: 0x111111, 257: 0x222222})
    assert pair(colours.style(Style(foreground=1))) == ("#010203", "#222222")
    assert pair(colours.style(PLAIN)) == ("#111111", "#222222")


def test_no_style_has_a_colour_when_colours_are_unwanted() -> None:
    colours = Colours(FALLBACK, {}, colourless=True)
    for style in (PLAIN, Style(foreground=1, background=2, bold=True), Style(foreground=TRUE_COLOUR | 5)):
        for marks in ((), (Mark.SELECTED,), (Mark.BLOCK,)):
            rich = colours.marked(style, marks)
            assert (rich.color, rich.bgcolor) == (None, None)
    assert colours.style(Style(reverse=True)).reverse
    assert colours.marked(PLAIN, (Mark.SELECTED,)).reverse
    assert not colours.marked(Style(reverse=True), (Mark.BLOCK,)).reverse, "a cursor on a selection is seen"


def test_marked_text_can_be_read_on_any_palette() -> None:
    palette = Palette("#ffffff", "#ffffff", "#ffffff", "#fefefe", ("#ffffff",) * 16)
    for mark in (Mark.SELECTED, Mark.MATCH, Mark.CURRENT_MATCH, Mark.BLOCK):
        foreground, background = pair(Colours(palette, {}).marked(PLAIN, (mark,)))
        assert (foreground, background[1]) == ("#000000", "f")


def test_a_program_is_told_what_is_shown() -> None:
    told = numbers(FALLBACK)
    assert (told[1], told[256], told[257]) == (0xCD0000, 0xE5E5E5, 0)


def test_a_row_that_did_not_change_is_built_once() -> None:
    strips = Strips(Colours(FALLBACK, {}))
    row = DrawnRow("text", 10)
    assert strips.strip(row, 10) is strips.strip(row, 10)
    assert strips.strip(row, 10) is not strips.strip(DrawnRow("text", 10), 10)
    assert strips.strip(row, 10, [(0, 1, Mark.BLOCK)]) is not strips.strip(row, 10)


@pytest.mark.parametrize("text", ["plain", "漢字", "a\u0301e\u0301", "👍🏽 ok", "👩‍👩‍👧 x", "❤️ y", "🇩🇪 z", "1️⃣ one"])
@pytest.mark.parametrize("width", [1, 7, 20, 40])
def test_a_strip_is_exactly_as_wide_as_the_view(text: str, width: int) -> None:
    strips = Strips(Colours(FALLBACK, {}))
    row = DrawnRow(text, 20)
    for strip in (strips.strip(row, width), strips.strip(row, width, [(1, 3, Mark.SELECTED), (0, 1, Mark.BLOCK)])):
        assert strip.cell_length == width
        assert sum(cell_len(segment.text) for segment in strip) == width


LINKS = Lines(DrawnScreen([
    "see http://a.b/c?d=1, or (https:/↩",
    "/x.org/wiki/A_(b)) and ftp://no",
    "javascript:alert(1) http://",
], columns=33, rows=3))  # fmt: skip


@pytest.mark.parametrize(("place", "target"), [
    ((0, 4), "http://a.b/c?d=1"), ((0, 19), "http://a.b/c?d=1"), ((0, 20), ""), ((0, 0), ""),
    ((0, 30), "https://x.org/wiki/A_(b)"), ((1, 16), "https://x.org/wiki/A_(b)"), ((1, 17), ""), ((1, 24), ""),
    ((2, 5), ""), ((2, 22), ""),
])  # fmt: skip
def test_addresses_are_found_whole_and_without_the_sentence_around_them(place: tuple[int, int], target: str) -> None:
    assert link_at(Point(*place), LINKS) == target


def codes(style: Style, outer: Outer, depth: ColorSystem = ColorSystem.TRUECOLOR) -> str:
    """What the terminal around us is sent for an x in `style`."""
    return Strip.render_style(Colours(FALLBACK, {}, outer=outer, depth=depth).style(style), "x", depth)


@pytest.mark.parametrize(("kind", "sent"), [(3, ";4:3m"), (4, ";4:4m"), (5, ";4:5m")])
def test_kinds_of_underlines_reach_a_terminal_that_draws_them(kind: int, sent: str) -> None:
    style = Style(underline=kind)
    assert sent in codes(style, Outer(underlines=True))
    plain = codes(style, Outer())
    assert plain == codes(Style(underline=1), Outer())
    assert ":" not in plain


def test_the_underlines_colour_is_told_as_deep_as_colours_go() -> None:
    style, outer = Style(underline=1, underline_colour=TRUE_COLOUR | 0xFF8000), Outer(underlines=True)
    assert ";58:2::255:128:0m" in codes(style, outer)
    assert ";58:5:208m" in codes(style, outer, ColorSystem.EIGHT_BIT)
    assert ";58:2::205:0:0m" in codes(Style(underline=3, underline_colour=1), outer)
    assert "58" not in codes(Style(underline_colour=1), outer)
    assert "58" not in codes(style, Outer())


@pytest.mark.parametrize("target", ["https://example.org/a?b=c", "HTTP://example.org"])
def test_hyperlinks_reach_a_terminal_that_takes_them(target: str) -> None:
    assert f";{target}\x1b\\" in codes(Style(link=target), Outer(strings=True))
    assert "\x1b]8" not in codes(Style(link=target), Outer())


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "https://a\x1b]0;t\x07", "https://a\x9d", "https://" + "a" * 3000]
)
def test_hyperlinks_that_we_would_not_open_reach_nobody(target: str) -> None:
    assert "\x1b]8" not in codes(Style(link=target), Outer(strings=True))

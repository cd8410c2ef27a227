"""The filter every painted line passes: nothing that steers a terminal comes through, everything else does."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from sshtui.ui.scrub import SCRUB, scrubbed

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;PWN\x07", "]0;PWN"),
        ("\x9b31mred", "31mred"),
        ("\x9d0;x\x9c", "0;x"),
        ("a\u202eb\u2066c\u200fd\u061ce", "abcde"),
        ("\x0e\x0f\x7f\x00", ""),
        ("bad \ud800 half", "bad \ufffd half"),
    ],
)
def test_controls_and_reordering_characters_are_taken_out(hostile: str, shown: str) -> None:
    assert scrubbed(hostile) == shown
    assert SCRUB.apply([Segment(hostile)], BLACK) == [Segment(shown)]


def test_every_c0_and_c1_code_but_tab_and_line_feed_is_taken_out() -> None:
    codes = [chr(code) for code in (*range(32), *range(127, 160))]
    assert {code for code in codes if scrubbed(code)} == {"\t", "\n"}


@pytest.mark.parametrize(
    "text", ["plain", "Ünïcödé 漢字 🙂", "╭─╮ │ ▎●", "👩\u200d🚀 \u2764\ufe0f", "\ue0b0", "نص עברית"]
)
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    segments = [Segment(text, Style(bold=True))]
    assert SCRUB.apply(segments, BLACK) is segments


def test_a_hyperlink_with_a_control_character_in_its_target_is_no_link_any_more() -> None:
    (safe,) = SCRUB.apply([Segment("click", Style(link="https://example.org"))], BLACK)
    (hostile,) = SCRUB.apply([Segment("click", Style(link="https://x\x1b\\\x1b]0;PWN\x07", bold=True))], BLACK)
    assert safe.style is not None
    assert safe.style.link == "https://example.org"
    assert hostile.style is not None
    assert hostile.style.link is None
    assert hostile.style.bold

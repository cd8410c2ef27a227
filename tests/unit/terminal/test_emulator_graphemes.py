"""Cells against wcwidth's own segmentation and widths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth, wcwidth

from sshtui.model.geometry import Size
from sshtui.terminal import graphemes
from sshtui.terminal.emulator import Emulator

EMOJI = [
    sequence
    for line in (Path(__file__).parent / "cases" / "emoji.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for sequence in line.split()
]
TONES = "🏻🏼🏽🏾🏿"

CHARACTERS = "a1é漢한→☎❤⌚👩👨🚀👍🏽🇩🇪🇫🏴😀\u0301\u0308\ufe0f\u200d\u20e3\u1100\u1161\u11a8क्षति\u0e33\u0e01\u0600"


def cells_of(text: str) -> list[str]:
    emulator = Emulator(Size(200, 2))
    emulator.feed(text.encode())
    return [cell for cell in emulator.row(0).cells() if cell not in ("", " ")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(CHARACTERS), max_size=12).map("".join))
def test_a_cell_is_a_grapheme_of_uax_29(text: str) -> None:
    visible = "x" + text
    if any(graphemes.width_of_character(cluster[0]) == 0 for cluster in iter_graphemes(visible)):
        return
    assert cells_of(visible) == list(iter_graphemes(visible))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=6).map("".join))
def test_a_grapheme_is_as_wide_as_wcwidth_says(text: str) -> None:
    cluster = next(iter_graphemes(text))
    if wcwidth(cluster[0]) < 1:
        return
    emulator = Emulator(Size(20, 2))
    emulator.feed(cluster.encode())
    assert emulator.cursor.point.column == min(2, wcswidth(cluster))


def test_the_short_way_knows_only_what_stands_alone() -> None:
    is_simple = re.compile(f"[{graphemes.SIMPLE}]").fullmatch
    for code in range(0x20, 0x20000):
        character = chr(code)
        if 0xD800 <= code < 0xE000 or not is_simple(character):
            continue
        assert wcwidth(character) == (1 if graphemes.is_narrow(character) else 2), hex(code)
        assert len(list(iter_graphemes(f"a{character}a"))) == 3, hex(code)
        assert len(list(iter_graphemes(f"👩{character}漢"))) == 3, hex(code)


@pytest.mark.parametrize("tone", TONES)
def test_an_emoji_sequence_of_unicode_is_one_cell_of_two_columns(tone: str) -> None:
    emulator = Emulator(Size(8, 2))
    assert len(EMOJI) > 1500
    for plain in EMOJI:
        sequence = plain.replace("🏽", tone)
        if sequence != plain or tone == "🏽":
            emulator.feed(f"\r\x1b[K{sequence}x".encode())
            assert emulator.row(0).cells()[:3] == [sequence, "", "x"], ascii(sequence)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("☎\ufe0fx", ["☎\ufe0f", "", "x"]),
        ("☎\ufe0ex", ["☎\ufe0e", "x", " "]),
        ("☎x", ["☎", "x", " "]),
        ("1\ufe0f\u20e3x", ["1\ufe0f\u20e3", "", "x"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "", "🇫🇷"]),
        ("क्षिx", ["क्षि", "", "x"]),
        ("각x", ["각", "", "x"]),
        ("e\u0301\u0308x", ["e\u0301\u0308", "x", " "]),
    ],
)  # fmt: skip
def test_a_cluster_takes_the_columns_that_unicode_gives_it(text: str, cells: list[str]) -> None:
    """UAX #29 (GB6 to GB13), UTS #51 (presentation), UAX #11."""
    emulator = Emulator(Size(8, 2))
    emulator.feed(text.encode())
    assert emulator.row(0).cells()[:3] == cells

"""Text from the other side: only text is left, of a bounded length."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.model.text import plain, plain_lines


@pytest.mark.parametrize("code", [*range(0x00, 0x09), *range(0x0B, 0x0D), *range(0x0E, 0x20), *range(0x7F, 0xA0)])
def test_c0_c1_and_delete_are_replaced(code: int) -> None:
    assert plain(f"a{chr(code)}b") == "a\ufffdb"
    assert plain_lines(f"a{chr(code)}b") == ["a\ufffdb"]


@pytest.mark.parametrize("sign", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_signs_that_reorder_text_are_replaced(sign: str) -> None:
    assert unicodedata.name(sign)
    assert plain(f"gnp{sign}.exe") == "gnp\ufffd.exe"


@pytest.mark.parametrize("sign", "\u200b\u2028\u2029\u2060\ufeff\ufff9\ufffb\ud800\udfff\U000e0041")
def test_invisible_signs_and_lone_surrogates_are_replaced(sign: str) -> None:
    assert plain(f"a{sign}b") == "a\ufffdb"


@pytest.mark.parametrize("text", ["[/red]", "[@click=app.quit]x[/]", "a\\[b]", "<b>", "&amp;", "$(id)", "`id`"])
def test_markup_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
    assert plain_lines(text) == [text]


@pytest.mark.parametrize("text", ["grüße", "日本語", "e\u0301", "👩‍💻", "שלום"])
def test_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_line_ends_and_tabs_become_one_blank() -> None:
    assert plain(" a\r\n\tb\nc ") == "a b c"


def test_a_cut_is_marked_and_counts() -> None:
    assert plain("x" * 11, limit=10) == "x" * 9 + "…"
    assert plain("x" * 10, limit=10) == "x" * 10


def test_lines_are_kept_and_bounded() -> None:
    assert plain_lines("a\r\nb\rc\n\n") == ["a", "b", "c"]
    assert plain_lines("\n".join("abcd"), lines=3) == ["a", "b", "…"]
    assert plain_lines("x" * 11, limit=10) == ["x" * 9 + "…"]


def test_a_hundred_megabytes_cost_no_more_than_what_is_shown() -> None:
    text = "\x1b" * 100_000_000
    began = time.process_time()
    assert len(plain(text)) == 256
    assert len(plain_lines(text)) <= 40
    assert time.process_time() - began < 0.5


@given(st.text())
def test_nothing_unsafe_is_ever_left(text: str) -> None:
    for shown in (plain(text), *plain_lines(text)):
        assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in shown)
        assert not any(unicodedata.bidirectional(sign) in {"LRE", "RLE", "LRO", "RLO", "PDF"} for sign in shown)
    assert len(plain(text)) <= 256

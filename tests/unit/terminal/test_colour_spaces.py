"""X11's device-independent colours, held against what xterm 379 on an X server says it made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.terminal.colour_spaces import SPACES
from sshtui.terminal.colours import parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("rgbi:0/0/0", 0x000000),
        ("rgbi:1/1/1", 0xFFFFFF),
        ("rgbi:0.5/0.5/0.5", 0xC1BBBB),
        ("rgbi:0.6229/0.7418/0.7952", 0xD3DEE5),
        ("rgbi:0.5451/0.3125/0.3168", 0xC89A9C),
        ("CIEXYZ:1/1/1", 0xFFFFFF),
        ("ciexyz:0.5/0.5/0.5", 0xDDB5A0),
        ("CIEXYZ:0.1662/0.8366/0.9374", 0xA4FFE3),
        ("CIEuvY:0.5/0.5/0.5", 0xFFA3AE),
        ("CIEuvY:1/1/1", 0xFFFFFF),
        ("CIExyY:0.5/0.5/0.5", 0xF7B30E),
        ("CIELab:0.5/0.5/0.5", 0x524F4F),
        ("CIELab:1/1/1", 0x6C6767),
        ("CIELuv:0.5/0.5/0.5", 0x0E130E),
        ("CIELuv:1/1/1", 0x16140E),
        ("TekHVC:0.5/0.5/0.5", 0x11130E),
        ("TekHVC:1/1/1", 0x1A130F),
        ("TekHVC:138.8125/10.8905/55.1029", 0x093324),
    ],
)
def test_colours_are_those_of_xlib(text: str, colour: int) -> None:
    found = parse_colour(text)
    assert found is not None
    assert [found >> shift & 255 for shift in (16, 8, 0)] == pytest.approx(
        [colour >> shift & 255 for shift in (16, 8, 0)], abs=0 if "0.5/" in text or "1/1" in text else 1
    )


@pytest.mark.parametrize(
    "text", ["rgbi:2/0/0", "rgbi:-1/0/0", "CIEXYZ:1/1", "CIEXYZ:a/b/c", "CIEABC:1/1/1", "CIELab://"]
)
def test_what_is_no_colour_is_none(text: str) -> None:
    assert parse_colour(text) is None


_NUMBERS = st.sampled_from(["0", "1", "-1", "100", "0.5", "9999", "-9999.999999999", "0.000000001", "360"])


@given(st.sampled_from(sorted(SPACES)), _NUMBERS, _NUMBERS, _NUMBERS)
def test_any_numbers_are_some_colour_or_none(space: str, first: str, second: str, third: str) -> None:
    found = parse_colour(f"{space}:{first}/{second}/{third}")
    assert found is None or 0 <= found <= 0xFFFFFF

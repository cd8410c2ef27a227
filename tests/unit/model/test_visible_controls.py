"""Control characters as pictures (Unicode, Control Pictures U+2400 to U+2421)."""

from __future__ import annotations

import pytest

from sshtui.model.text import visible_controls


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("plain", ["plain"]),
        ("a\r\nb\rc\n", ["a", "b", "c"]),
        ("\x1b[201~x", ["␛[201~x"]),
        ("a\tb\x00\x7f", ["a␉b␀␡"]),
        ("x\x9b\u202ey", ["x\ufffd\ufffdy"]),
        ("", []),
    ],
)
def test_each_control_has_its_picture(text: str, lines: list[str]) -> None:
    assert visible_controls(text) == lines


def test_what_is_too_much_is_cut_and_marked() -> None:
    shown = visible_controls("line\n" * 1_000_000, lines=5)
    assert shown == ["line"] * 4 + ["…"]
    assert len(visible_controls("x" * 10_000_000, lines=5)[0]) <= 200

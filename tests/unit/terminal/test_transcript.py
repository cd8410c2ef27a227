"""What is saved of a terminal is what a copy of all of it would give, as it was at that moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.model.geometry import Point, Size
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.lines import Lines
from sshtui.terminal.selection import Selection, text_of

SIZE = Size(10, 3)


def emulator(output: str, scrollback: int = 1000) -> Emulator:
    made = Emulator(SIZE, scrollback=scrollback)
    made.feed(output.encode("utf-8", "replace"))
    return made


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("", ""),
        ("one\r\n\r\nthree   \r\n\r\n\r\n", "one\n\nthree\n"),
        ("0123456789abcdefghijKLM\r\nnext", "0123456789abcdefghijKLM\nnext\n"),
        ("\x1b[1;31mred\x1b[0m\tplain\r\n\x1b]0;title\x07\x07x", "red     plain\nx\n"),
        ("漢字漢字漢字漢字\r\ne\u0301", "漢字漢字漢字漢字\ne\u0301\n"),
        ("123456789漢\r\n", "123456789漢\n"),
        ("\x1b#6wide\r\n", "wide\n"),
        ("below\x1b[?1049h\x1b[Habove", "above\n"),
        ("".join(f"line {number}\r\n" for number in range(20)), "".join(f"line {number}\n" for number in range(20))),
    ],
)
def test_wrapped_lines_are_one_and_blanks_at_the_ends_are_gone(output: str, text: str) -> None:
    assert emulator(output).transcript().text() == text


def test_only_lines_that_are_kept_are_in_it() -> None:
    kept = emulator("".join(f"{number}\r\n" for number in range(100)), scrollback=5).transcript()
    assert kept.text() == "".join(f"{number}\n" for number in range(93, 100))


def test_what_comes_later_is_not_in_it() -> None:
    terminal = emulator("\x1b[32mbefore\x1b[0m\r\nand")
    transcript = terminal.transcript()
    terminal.feed(b"\x1b[2J\x1b[3J\x1b[Hafter\r\n\r\n\r\n\r\n")
    terminal.resize(Size(4, 2))
    assert transcript.text() == "before\nand\n"


@given(
    st.lists(
        st.sampled_from(["abc", "漢", " ", "\t", "\r\n", "\x1b[7m", "\x1b[m", "\x1b[K", "\x1b[A", "x" * 11, "\x9b"])
    )
)
def test_it_is_what_a_copy_of_everything_gives(pieces: list[str]) -> None:
    terminal = emulator("".join(pieces))
    lines = Lines(terminal)
    copied = text_of(Selection(Point(lines.first, 0), Point(lines.last, SIZE.columns - 1)), lines)
    assert terminal.transcript().text().rstrip("\n") == copied.rstrip("\n")

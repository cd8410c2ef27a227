"""What a host may not do with its terminal changes nothing, and programs that ask are told so."""

from __future__ import annotations

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.permissions import Permissions


def emulator(**allowed: bool) -> Emulator:
    return Emulator(Size(20, 4), allowed=Permissions(**allowed))


def test_a_title_that_is_not_allowed_stays_empty() -> None:
    denied = emulator(title=False)
    assert not denied.feed(b"\x1b]0;mine\x07\x1b]2;mine\x1b\\").events
    assert denied.title == ""


@pytest.mark.parametrize("mode", [b"9", b"1000", b"1002", b"1003"])
def test_a_mouse_that_is_not_allowed_stays_ours(mode: bytes) -> None:
    denied = emulator(mouse=False)
    assert denied.feed(b"\x1b[?%bh\x1b[?%b$p" % (mode, mode)).reply == b"\x1b[?%b;2$y" % mode
    assert not denied.modes.mouse_tracking


@pytest.mark.parametrize("mode", [b"47", b"1047", b"1049"])
def test_an_alternate_screen_that_is_not_allowed_leaves_what_is_shown(mode: bytes) -> None:
    denied = emulator(alternate_screen=False)
    assert denied.feed(b"text\x1b[?%bh\x1b[?%b$p" % (mode, mode)).reply == b"\x1b[?%b;2$y" % mode
    assert denied.row(0).text == "text"
    denied.feed(b"\x1b[?%bl" % mode)
    assert denied.cursor.point == (0, 4)


@pytest.mark.parametrize(
    "asked", [b"\x1b[8;3;10t", b"\x1b[30t", b"\x1b[9;1t", b"\x1b[30*|", b"\x1b[132$|", b"\x1b[?40h\x1b[?3h"]
)
def test_a_size_that_is_not_allowed_stays_the_viewers(asked: bytes) -> None:
    denied = emulator(resize=False)
    assert denied.feed(asked + b"\x1b[18t").reply == b"\x1b[8;4;20t"


def test_132_columns_still_clear_the_screen_where_the_size_stays() -> None:
    denied = emulator(resize=False)
    denied.feed(b"text\x1b[?40h\x1b[?3h")
    assert denied.row(0).text == ""
    assert denied.cursor.point == (0, 0)


def test_a_program_gets_no_grid_larger_than_the_limit() -> None:
    assert emulator().feed(b"\x1b[8;60000;60000t\x1b[18t").reply == b"\x1b[8;256;256t"


def test_the_end_of_the_connection_brings_the_viewers_size_back() -> None:
    kept = emulator()
    kept.feed(b"\x1b[8;2;10ttext")
    kept.reset_modes()
    assert kept.size == Size(20, 4)
    assert kept.row(0).text == "text"


def test_a_charset_that_may_not_be_left_stays() -> None:
    denied = emulator(charset=False)
    denied.feed("\x1b%@é".encode())
    assert denied.row(0).text == "é"

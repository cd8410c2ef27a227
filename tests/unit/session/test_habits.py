"""Terminal switches: what a host's terminal sends and shows otherwise than xterm."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from sshtui.model.keystrokes import Keystroke
from sshtui.model.terminal_switches import TerminalSwitches, make_switches
from sshtui.session.habits import Habits
from sshtui.terminal.events import Bell, ClipboardOffered
from sshtui.terminal.modes import Modes
from sshtui.terminal.permissions import Permissions
from tests.lacking import lacking

ALL = {"kf1": "f1", "kf2": "f2", "kf5": "f5", "khome": "home", "kend": "end"}


def habits(**switches: str) -> Habits:
    return Habits(lambda: make_switches(switches))


@pytest.mark.parametrize(
    ("terminal", "switches"),
    [
        ("rxvt", {"home_end": "rxvt", "function_keys": "vt400"}),
        ("linux", {"home_end": "linux", "function_keys": "linux"}),
    ],
)
def test_home_end_and_function_keys_are_those_of_terminfo(
    need: Callable[[str], str], terminal: str, switches: dict[str, str]
) -> None:
    listing = subprocess.run([need("infocmp"), "-1", terminal], capture_output=True, text=True, check=False).stdout
    if not listing:
        lacking(f"terminfo has no {terminal}")
    wanted = dict(line.strip().rstrip(",").split("=", 1) for line in listing.splitlines() if "=" in line)
    for capability, name in ALL.items():
        sent = habits(**switches).keystroke(Keystroke(name, ""), Modes()).decode()
        assert sent == wanted[capability].replace(r"\E", "\x1b"), name


def test_backspace_sends_what_the_switch_says_and_ctrl_the_other() -> None:
    bs = habits(backspace="bs")
    assert bs.keystroke(Keystroke("backspace", ""), Modes()) == b"\x08"
    assert bs.keystroke(Keystroke("ctrl+backspace", ""), Modes()) == b"\x7f"
    assert habits().keystroke(Keystroke("backspace", ""), Modes()) == b"\x7f"


def test_keys_without_a_switch_are_as_in_xterm() -> None:
    assert habits(function_keys="linux", home_end="rxvt").keystroke(Keystroke("f6", ""), Modes()) == b"\x1b[17~"
    assert habits().keystroke(Keystroke("home", ""), Modes(application_cursor=True)) == b"\x1bOH"


@pytest.mark.parametrize(
    ("charset", "text", "data"),
    [
        ("koi8-r", "привет", b"\xd0\xd2\xc9\xd7\xc5\xd4"),  # RFC 1489
        ("iso-8859-1", "é", b"\xe9"),
        ("cp437", "║é", b"\xba\x82"),
        ("utf-8", "é", b"\xc3\xa9"),
    ],
)
def test_a_character_set_holds_in_both_directions(charset: str, text: str, data: bytes) -> None:
    found = habits(charset=charset)
    assert found.printed(b"\x1b[1m" + data) == b"\x1b[1m" + text.encode()
    assert found.typed(text.encode()) == data


def test_a_character_the_set_lacks_is_typed_as_a_question_mark() -> None:
    assert habits(charset="iso-8859-1").typed("日".encode()) == b"?"


def test_many_bells_are_silenced_until_they_stop() -> None:
    now = 0.0
    found = Habits(TerminalSwitches, lambda: now)
    heard = 0
    for tenth in range(100):
        now = tenth / 10
        heard += found.allows(Bell())
    assert heard == 4
    now += 5
    assert found.allows(Bell())


def test_bells_apart_from_each_other_all_ring() -> None:
    now = 0.0
    found = Habits(TerminalSwitches, lambda: now)
    for second in range(20):
        now = float(second)
        assert found.allows(Bell())


def test_bells_can_be_always_or_never() -> None:
    assert all(habits(bell="always").allows(Bell()) for _ in range(20))
    assert not habits(bell="never").allows(Bell())


def test_the_clipboard_can_be_denied() -> None:
    assert not habits(clipboard="deny").allows(ClipboardOffered("text"))
    assert habits(clipboard="ask").allows(ClipboardOffered("text"))


def test_permissions_are_the_switches_and_another_charset_is_not_left() -> None:
    assert habits().permissions() == Permissions(resize=False)
    assert habits(charset="koi8-r", title="deny", resize="allow").permissions() == Permissions(
        title=False, charset=False
    )


def test_controls_of_eight_bits_are_controls_where_the_charset_has_them() -> None:
    assert habits(charset="iso-8859-1").printed(b"\x9b1m\x85") == b"\x1b[1m\x1bE"  # ECMA-48 5.3
    assert habits(charset="cp1252").printed(b"\x85") == "…".encode()

"""The promise of the product: what the outer terminal sends is what the remote gets."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events, messages
from textual.keys import _character_to_key
from textual.message import Message

from sshtui.model.keystrokes import Keystroke, bare_name
from sshtui.terminal.keyboard import encode
from sshtui.terminal.modes import Modes
from sshtui.ui.keys import ESCAPE_PATIENCE, InputParser, keystroke
from tests.waiting import until


def events_of(*pieces: str, erase: str = "\x7f") -> list[Message]:
    """What the parser tells when `pieces` arrive and then nothing for long."""
    parser = InputParser(erase=erase)
    told = [message for piece in pieces for message in parser.feed(piece)]
    return [*told, *parser.flush()]


def passed_on(*pieces: str, modes: Modes | None = None) -> bytes:
    """What the remote gets for what the outer terminal sent."""
    keys = [message for message in events_of(*pieces) if isinstance(message, events.Key)]
    return b"".join(encode(keystroke(key), modes or Modes()) for key in keys)


def names(*pieces: str, erase: str = "\x7f") -> list[str]:
    return [keystroke(message).name for message in events_of(*pieces, erase=erase) if isinstance(message, events.Key)]


def xterm_sequences() -> Iterator[str]:
    """Everything an xterm (or tmux with xterm-keys) sends with its modes at rest."""
    yield from map(chr, range(0x80))
    yield from ("ä", "é", "€", "漢", "🙂", "\u200d", "\ufe0f", "\u0301")
    yield from (f"\x1b{chr(code)}" for code in range(0x80) if chr(code) not in "\x1b")
    yield from ("\x1bä", "\x1b[Z")
    for parameter in ("", *(f"1;{number}" for number in range(2, 9))):
        yield from (f"\x1b[{parameter}{final}" for final in "ABCDHF")
        if parameter:
            yield from (f"\x1b[{parameter}{final}" for final in "PQRS")
    yield from (f"\x1bO{final}" for final in "PQRS")
    for number in (2, 3, 5, 6, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34):
        yield f"\x1b[{number}~"
        yield from (f"\x1b[{number};{modifier}~" for modifier in range(2, 9))


@pytest.mark.parametrize("sequence", [*xterm_sequences()], ids=ascii)
def test_a_keystroke_reaches_the_remote_as_xterm_sent_it(sequence: str) -> None:
    assert passed_on(sequence) == sequence.encode()
    assert passed_on(*sequence) == sequence.encode(), "split across reads"
    assert passed_on(sequence + "x") == (sequence + "x").encode() or sequence in ("\x1b", "\x1b[", "\x1bO")


def test_application_modes_of_the_remote_do_not_depend_on_those_of_the_outer_terminal() -> None:
    modes = Modes(application_cursor=True)
    assert passed_on("\x1b[A", modes=modes) == passed_on("\x1bOA", modes=modes) == b"\x1bOA"
    assert passed_on("\x1bOA") == b"\x1b[A"


@pytest.mark.parametrize(("sequence", "name"), [
    ("\x1bf", "alt+f"), ("\x1bF", "alt+F"), ("\x1b1", "alt+1"), ("\x1b0", "alt+0"), ("\x1b\x7f", "alt+backspace"),
    ("\x1b-", "alt+minus"), ("\x1b\r", "alt+enter"), ("\x1b[1;2P", "shift+f1"), ("\x1b[25~", "f13"),
    ("\x1b[1;7C", "ctrl+alt+right"), ("\x1b[5;3~", "alt+pageup"), ("\x00", "ctrl+space"), ("\x1c", "ctrl+backslash"),
    ("\x1d", "ctrl+right_square_bracket"), ("\x1f", "ctrl+underscore"), ("\x08", "ctrl+h"), ("\n", "ctrl+j"),
    ("\x7f", "backspace"), ("\x1b[Z", "shift+tab"), ("\x1b", "escape"), ("\x1b[", "alt+left_square_bracket"),
    ("\x1bO", "alt+O"), ("/", "slash"), ("A", "A"), (" ", "space"),
    # rxvt and the Linux console
    ("\x1b[7^", "ctrl+home"), ("\x1b[3$", "shift+delete"), ("\x1bOa", "ctrl+up"), ("\x1b[a", "shift+up"),
    ("\x1b[[A", "f1"), ("\x1b[11~", "f1"), ("\x1b[1~", "home"),
    # tmux and xterm with modifyOtherKeys
    ("\x1b[27;5;9~", "ctrl+tab"), ("\x1b[27;6;67~", "ctrl+shift+c"), ("\x1b[9;5u", "ctrl+tab"),
])  # fmt: skip
def test_each_keystroke_has_its_own_name(sequence: str, name: str) -> None:
    assert names(sequence) == [name]


@pytest.mark.parametrize(("sequence", "name", "sent"), [
    # kitty keyboard protocol with flags 1, 4, 8 and 16: every keystroke in its own form
    ("\x1b[97;;97u", "a", b"a"), ("\x1b[97:65;2;65u", "A", b"A"), ("\x1b[97;5u", "ctrl+a", b"\x01"),
    ("\x1b[97:65;6u", "ctrl+shift+a", b"\x01"), ("\x1b[102;3u", "alt+f", b"\x1bf"),
    ("\x1b[102:70;4u", "alt+F", b"\x1bF"), ("\x1b[49;3u", "alt+1", b"\x1b1"), ("\x1b[92;5u", "ctrl+backslash", b"\x1c"),
    ("\x1b[32;5u", "ctrl+space", b"\0"), ("\x1b[27u", "escape", b"\x1b"), ("\x1b[13u", "enter", b"\r"),
    ("\x1b[13;2u", "shift+enter", b"\r"), ("\x1b[9u", "tab", b"\t"), ("\x1b[9;2u", "shift+tab", b"\x1b[Z"),
    ("\x1b[127u", "backspace", b"\x7f"), ("\x1b[127;3u", "alt+backspace", b"\x1b\x7f"),
    ("\x1b[127;5u", "ctrl+backspace", b"\x08"), ("\x1b[105;5u", "ctrl+i", b"\t"), ("\x1b[P", "f1", b"\x1bOP"),
    ("\x1b[13~", "f3", b"\x1bOR"), ("\x1b[57376u", "f13", b"\x1b[25~"), ("\x1b[1;5D", "ctrl+left", b"\x1b[1;5D"),
    ("\x1b[32;;32u", "space", b" "), ("\x1b[47;;47u", "slash", b"/"), ("\x1b[0;;229u", "å", "å".encode()),
    ("\x1b[97;3;229u", "å", "å".encode()), ("\x1b[57404;129;53u", "5", b"5"), ("\x1b[57414u", "enter", b"\r"),
    ("\x1b[57413u", "keypad_add", b"+"), ("\x1b[1089::99;5u", "ctrl+c", b"\x03"),
    ("\x1b[1089;;1089u", "с", "с".encode()),
    ("\x1b[97;1:1u", "a", b"a"), ("\x1b[97;65;97u", "a", b"a"),
])  # fmt: skip
def test_an_outer_terminal_with_the_kitty_protocol_gives_the_same_bytes(sequence: str, name: str, sent: bytes) -> None:
    assert names(sequence) == [name]
    assert passed_on(*sequence) == sent


@pytest.mark.parametrize(
    "sequence", ["\x1b[97;1:3u", "\x1b[57441u", "\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[?62;4c", "\x9b"]
)
def test_what_is_no_keystroke_types_nothing(sequence: str) -> None:
    assert passed_on(sequence) == b""


def test_two_esc_in_a_row_are_two() -> None:
    assert passed_on("\x1b\x1b") == b"\x1b\x1b"
    assert passed_on("\x1b\x1b[A") == b"\x1b\x1b[A"


def test_a_lone_esc_waits_at_most_20_ms() -> None:
    parser = InputParser()
    assert list(parser.feed("\x1b")) == []
    assert parser.patience is not None
    assert parser.patience <= ESCAPE_PATIENCE == 0.02
    assert list(parser.tick()) == []
    time.sleep(parser.patience)
    assert [message.key for message in parser.tick() if isinstance(message, events.Key)] == ["escape"]
    assert parser.patience is None


def test_a_sequence_split_by_a_slow_line_stays_whole() -> None:
    parser = InputParser()
    assert list(parser.feed("\x1b[1;")) == []
    assert parser.patience is not None
    assert parser.patience > ESCAPE_PATIENCE
    time.sleep(ESCAPE_PATIENCE)
    assert list(parser.tick()) == []
    assert [keystroke(event).name for event in parser.feed("5D") if isinstance(event, events.Key)] == ["ctrl+left"]


def test_a_terminal_whose_backspace_sends_bs_still_has_a_backspace() -> None:
    assert names("\x08", "\x7f", "\x1b\x08", erase="\x08") == ["backspace", "ctrl+backspace", "alt+backspace"]


def test_shift_tab_of_the_linux_console_is_told_from_alt_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names("\x1b\t") == ["alt+tab"]
    monkeypatch.setenv("TERM", "linux")
    assert names("\x1b\t") == ["shift+tab"]
    assert passed_on("\x1b\t") == b"\x1b[Z"


def test_a_paste_comes_whole_whatever_is_in_it() -> None:
    text = "one\r\x1b[Atwo\x1b\nrm -rf /\n" * 20
    stream = f"a\x1b[200~{text}\x1b[201~b"
    for size in (1, 5, 7, len(stream)):
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        told = events_of(*pieces)
        pasted = [message.text for message in told if isinstance(message, events.Paste)]
        assert pasted == [text]
        assert [keystroke(message).name for message in told if isinstance(message, events.Key)] == ["a", "b"]


def test_a_megabyte_is_pasted_in_a_blink() -> None:
    start = time.process_time()
    (paste,) = events_of("\x1b[200~" + "x" * 1_000_000 + "\x1b[201~")
    assert time.process_time() - start < 0.5
    assert isinstance(paste, events.Paste)


@given(st.lists(st.one_of(
    st.sampled_from([*xterm_sequences(), "\x1b[200~", "\x1b[201~", "\x1b[<0;3;5M", "\x1b[I", "\x1b[M !!", "\x1b[[A"]),
    st.text("\x1b[]O;<?$^@0123456789:abMu~\r\x7f\x9bé", max_size=6),
    st.text(max_size=3),
    st.just("\x1b[" + "9" * 5000 + "u"),
), max_size=12), st.randoms())  # fmt: skip
def test_any_input_in_any_split_gives_the_same_events(pieces: list[str], chance: Random) -> None:
    stream = "".join(pieces)
    cuts = sorted(chance.randrange(len(stream) + 1) for _ in range(6))
    split = [stream[start:end] for start, end in itertools.pairwise([0, *cuts, len(stream)])]
    whole = [repr(message) for message in events_of(stream)]
    assert [repr(message) for message in events_of(*split)] == whole


def test_mouse_focus_and_reports_are_told_as_textual_does() -> None:
    down, wheel, moved = events_of("\x1b[<0;3;5M\x1b[<68;1;1M\x1b[<35;2;2M")
    assert isinstance(down, events.MouseDown)
    assert (down.x, down.y, down.button) == (2, 4, 1)
    assert isinstance(wheel, events.MouseScrollUp)
    assert wheel.shift
    assert isinstance(moved, events.MouseMove)
    assert [type(message) for message in events_of("\x1b[I\x1b[O")] == [events.AppFocus, events.AppBlur]
    (supported,) = events_of("\x1b[?2026;2$y")
    assert isinstance(supported, messages.TerminalSupportsSynchronizedOutput)
    (resized,) = events_of("\x1b[48;24;80;480;800t")
    assert isinstance(resized, events.Resize)
    assert tuple(resized.size) == (80, 24)
    (place,) = events_of("\x1b[5;7R")
    assert isinstance(place, events.CursorPosition)


def test_our_names_are_textuals_own() -> None:
    for code in range(0x20, 0x7F):
        assert bare_name(chr(code)) == _character_to_key(chr(code))


@pytest.mark.parametrize(("event", "expected"), [
    (events.Key("ctrl+@", "\x00"), Keystroke("ctrl+space")),
    (events.Key("euro_sign", "€"), Keystroke("€", "€")),
    (events.Key("alt+shift+f", "F"), Keystroke("alt+F")),
    (events.Key("upper_a", "A"), Keystroke("A", "A")),
    (events.Key("space", " "), Keystroke("space", " ")),
    (events.Key("enter", "\r"), Keystroke("enter")),
    (events.Key("alt+ctrl+x", None), Keystroke("ctrl+alt+x")),
    (events.Key("shift+ctrl+left", None), Keystroke("ctrl+shift+left")),
])  # fmt: skip
def test_events_from_anywhere_become_keystrokes(event: events.Key, expected: Keystroke) -> None:
    assert keystroke(event) == expected


TMUX_KEYS = {
    "C-a": "\x01", "M-f": "\x1bf", "M-1": "\x1b1", "C-Left": "\x1b[1;5D", "S-F1": "\x1b[1;2P", "M-BSpace": "\x1b\x7f",
    "BTab": "\x1b[Z", "C-Space": "\0", "F10": "\x1b[21~", "M-Up": "\x1b[1;3A", "C-\\": "\x1c", "DC": "\x1b[3~",
    "Escape": "\x1b", "BSpace": "\x7f", "C-M-x": "\x1b\x18", "PPage": "\x1b[5~", "C-S-Left": "\x1b[1;6D",
}  # fmt: skip


def test_what_a_real_tmux_sends_arrives_unchanged(need: Callable[[str], str], tmp_path: Path) -> None:
    tmux = [need("tmux"), "-S", str(tmp_path / "socket"), "-f", os.devnull]
    record = tmp_path / "record"
    record.touch()
    quiet = f"stty raw -echo; printf ready; exec dd bs=1 of={record} 2>/dev/null"
    try:
        subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", quiet], check=True)
        until(lambda: b"ready" in subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True).stdout, "ready")
        for name, expected in TMUX_KEYS.items():
            before = record.stat().st_size
            after = before + len(expected)
            subprocess.run([*tmux, "send-keys", name], check=True)
            until(partial(grown, record, after), "record of the keystroke")
            sent = record.read_bytes()[before:].decode()
            assert passed_on(sent) == sent.encode() == expected.encode(), name
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)


def grown(path: Path, size: int) -> bool:
    return path.stat().st_size >= size


@pytest.mark.parametrize("character", [*(chr(code) for code in range(0x80)), "ä", "漢", "🙂", "\u200d", "\x9b"])
@pytest.mark.parametrize("erase", ["\x7f", "\x08"])
def test_a_lone_character_is_the_keystroke_of_its_event(character: str, erase: str) -> None:
    told = [keystroke(each) for each in events_of(character, erase=erase) if isinstance(each, events.Key)]
    lone = InputParser(erase=erase).lone(character)
    assert ([lone] if lone is not None else []) == (told if character != "\x1b" else [])


@pytest.mark.parametrize("begun", ["\x1b", "\x1b[", "\x1b[200~pasted"])
def test_a_character_that_ends_something_is_not_alone(begun: str) -> None:
    parser = InputParser()
    list(parser.feed(begun))
    assert parser.lone("a") is None


def test_more_than_one_character_is_not_a_lone_one() -> None:
    assert InputParser().lone("ab") is None
    assert InputParser().lone("") is None

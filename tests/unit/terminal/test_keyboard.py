"""Keystrokes as bytes; the expected ones are xterm's, from its terminfo entry, ctlseqs and modified-keys tables."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from sshtui.model.keystrokes import PUNCTUATION, Keystroke, bare_name, named_character
from sshtui.terminal.keyboard import encode
from sshtui.terminal.modes import Modes

MODIFIERS = {
    2: "shift", 3: "alt", 4: "alt+shift", 5: "ctrl", 6: "ctrl+shift", 7: "ctrl+alt", 8: "ctrl+alt+shift",
}  # fmt: skip
"""xterm ctlseqs, "PC-Style Function Keys": the modifier parameter."""


def sent(name: str, text: str = "", **modes: Any) -> bytes:
    return encode(Keystroke(name, text), Modes(**modes))


@pytest.mark.parametrize(("name", "final"), [("up", b"A"), ("down", b"B"), ("right", b"C"), ("left", b"D"),
                                             ("home", b"H"), ("end", b"F")])  # fmt: skip
def test_cursor_keys_follow_decckm_only_without_modifiers(name: str, final: bytes) -> None:
    assert sent(name) == b"\x1b[" + final
    assert sent(name, application_cursor=True) == b"\x1bO" + final
    for parameter, modifiers in MODIFIERS.items():
        expected = b"\x1b[1;%d" % parameter + final
        assert sent(f"{modifiers}+{name}") == expected
        assert sent(f"{modifiers}+{name}", application_cursor=True) == expected


@pytest.mark.parametrize(("name", "number"), [
    ("insert", 2), ("delete", 3), ("pageup", 5), ("pagedown", 6), ("f5", 15), ("f6", 17), ("f7", 18), ("f8", 19),
    ("f9", 20), ("f10", 21), ("f11", 23), ("f12", 24), ("f13", 25), ("f14", 26), ("f15", 28), ("f16", 29),
    ("f17", 31), ("f18", 32), ("f19", 33), ("f20", 34), ("f21", 42), ("f35", 56),
])  # fmt: skip
def test_numbered_keys_carry_their_modifier_second(name: str, number: int) -> None:
    assert sent(name) == b"\x1b[%d~" % number
    for parameter, modifiers in MODIFIERS.items():
        assert sent(f"{modifiers}+{name}") == b"\x1b[%d;%d~" % (number, parameter)


@pytest.mark.parametrize(("name", "final"), [("f1", b"P"), ("f2", b"Q"), ("f3", b"R"), ("f4", b"S")])
def test_f1_to_f4_are_ss3_and_csi_with_modifiers(name: str, final: bytes) -> None:
    assert sent(name) == b"\x1bO" + final
    for parameter, modifiers in MODIFIERS.items():
        assert sent(f"{modifiers}+{name}") == b"\x1b[1;%d" % parameter + final


TERMINFO = {
    "kcuu1": "up", "kcud1": "down", "kcuf1": "right", "kcub1": "left", "khome": "home", "kend": "end",
    "kich1": "insert", "kdch1": "delete", "kpp": "pageup", "knp": "pagedown", "kbs": "backspace",
    "kcbt": "shift+tab", "kri": "shift+up", "kind": "shift+down", "kLFT": "shift+left", "kRIT": "shift+right",
    "kHOM": "shift+home", "kEND": "shift+end", "kIC": "shift+insert", "kDC": "shift+delete",
    "kPRV": "shift+pageup", "kNXT": "shift+pagedown",
    **{f"kf{number}": f"f{number}" for number in range(1, 13)},
    **{f"kf{12 + number}": f"shift+f{number}" for number in range(1, 13)},
    **{f"kf{24 + number}": f"ctrl+f{number}" for number in range(1, 13)},
    **{f"kf{36 + number}": f"ctrl+shift+f{number}" for number in range(1, 13)},
    **{f"kf{48 + number}": f"alt+f{number}" for number in range(1, 13)},
    **{f"{key}{parameter}": f"{modifiers}+{name}"
       for key, name in (("kUP", "up"), ("kDN", "down"), ("kLFT", "left"), ("kRIT", "right"), ("kHOM", "home"),
                         ("kEND", "end"), ("kIC", "insert"), ("kDC", "delete"), ("kPRV", "pageup"),
                         ("kNXT", "pagedown"))
       for parameter, modifiers in MODIFIERS.items() if parameter > 2},
}  # fmt: skip


def test_what_programs_look_up_in_terminfo_is_what_we_send(need: Callable[[str], str]) -> None:
    """`TERM=xterm-256color` programs switch keypad mode on (smkx: DECCKM and DECKPAM) and expect these."""
    listing = subprocess.run(
        [need("infocmp"), "-x", "-1", "xterm-256color"], check=True, capture_output=True, text=True
    ).stdout
    capabilities = dict(line.strip().rstrip(",").split("=", 1) for line in listing.splitlines() if "=" in line)
    smkx: dict[str, Any] = {"application_cursor": True, "application_keypad": True}
    seen = 0
    for capability, name in TERMINFO.items():
        value = capabilities.get(capability)
        if value is not None:
            expected = value.replace("\\E", "\x1b").replace("\\177", "\x7f").replace("^?", "\x7f")
            assert sent(name, **smkx).decode() == expected, capability
            seen += 1
    assert seen > 100


def test_control_makes_every_c0_character() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert sent(f"ctrl+{letter}") == bytes([ord(letter) & 0x1F])
        assert sent(f"ctrl+shift+{letter}") == bytes([ord(letter) & 0x1F])
        assert sent(f"ctrl+alt+{letter}") == bytes([0x1B, ord(letter) & 0x1F])
    for character, code in {" ": 0, "@": 0, "[": 0x1B, "\\": 0x1C, "]": 0x1D, "^": 0x1E, "_": 0x1F, "?": 0x7F,
                            "2": 0, "3": 0x1B, "4": 0x1C, "5": 0x1D, "6": 0x1E, "7": 0x1F, "8": 0x7F, "/": 0x1F,
                            "`": 0, "{": 0x1B, "|": 0x1C, "}": 0x1D, "~": 0x1E}.items():  # fmt: skip
        assert sent(f"ctrl+{bare_name(character)}") == bytes([code])
    for character in "190;,.='":
        assert sent(f"ctrl+{bare_name(character)}") == character.encode()


def test_alt_puts_esc_in_front() -> None:
    for character in map(chr, range(0x20, 0x7F)):
        assert sent(f"alt+{bare_name(character)}") == b"\x1b" + character.encode()
    assert sent("alt+é") == "\x1bé".encode()
    assert sent("alt+shift+f") == b"\x1bF"
    assert [sent(f"alt+{name}") for name in ("enter", "tab", "escape", "backspace", "space")] == [
        b"\x1b\r", b"\x1b\t", b"\x1b\x1b", b"\x1b\x7f", b"\x1b ",
    ]  # fmt: skip
    assert sent("alt+x", meta_sends_escape=False) == b"x"


def test_plain_characters_send_their_utf_8() -> None:
    for character in [*map(chr, range(0x20, 0x7F)), "ä", "€", "漢", "🙂"]:
        assert sent(bare_name(character), character) == character.encode()
        assert named_character(bare_name(character)) == character
    assert sent("a") == b"a"
    assert len(PUNCTUATION) == 33


@pytest.mark.parametrize(("name", "modes", "expected"), [
    ("enter", {}, b"\r"),
    ("enter", {"newline": True}, b"\r\n"),
    ("shift+enter", {}, b"\r"),
    ("tab", {}, b"\t"),
    ("shift+tab", {}, b"\x1b[Z"),
    ("escape", {}, b"\x1b"),
    ("backspace", {}, b"\x7f"),
    ("ctrl+backspace", {}, b"\x08"),
    ("backspace", {"backarrow_sends_backspace": True}, b"\x08"),
    ("ctrl+backspace", {"backarrow_sends_backspace": True}, b"\x7f"),
    ("delete", {}, b"\x1b[3~"),
    ("super+a", {}, b""),
    ("caps_lock", {}, b""),
])  # fmt: skip
def test_the_keys_with_modes_of_their_own(name: str, modes: dict[str, Any], expected: bytes) -> None:
    assert sent(name, **modes) == expected


def test_the_keypad_has_an_application_mode() -> None:
    assert b"".join(sent(f"keypad_{digit}") for digit in range(10)) == b"0123456789"
    application = [sent(f"keypad_{digit}", application_keypad=True) for digit in range(10)]
    assert application == [b"\x1bO" + bytes([final]) for final in b"pqrstuvwxy"]
    names = ("enter", "multiply", "add", "separator", "subtract", "decimal", "divide", "equal")
    assert b"".join(sent(f"keypad_{name}") for name in names) == b"\r*+,-./="
    assert [sent(f"keypad_{name}", application_keypad=True) for name in names] == [
        b"\x1bO" + bytes([final]) for final in b"MjklmnoX"
    ]


@pytest.mark.parametrize(("name", "level_1", "level_2"), [
    # As xterm 379 sends them; Alt stays an ESC prefix at level 1 because of metaSendsEscape.
    ("ctrl+a", b"\x01", b"\x1b[27;5;97~"),
    ("ctrl+shift+c", b"\x03", b"\x1b[27;6;67~"),
    ("ctrl+exclamation_mark", b"\x1b[27;6;33~", b"\x1b[27;6;33~"),
    ("ctrl+question_mark", b"\x1b[27;6;63~", b"\x1b[27;6;63~"),
    ("ctrl+at", b"\x00", b"\x1b[27;6;64~"),
    ("alt+less_than_sign", b"\x1b<", b"\x1b[27;4;60~"),
    ("shift+escape", b"\x1b", b"\x1b[27;2;27~"),
    ("ctrl+shift+backspace", b"\x08", b"\x1b[27;6;8~"),
    ("alt+x", b"\x1bx", b"\x1b[27;3;120~"),
    ("alt+F", b"\x1bF", b"\x1b[27;4;70~"),
    ("ctrl+1", b"\x1b[27;5;49~", b"\x1b[27;5;49~"),
    ("ctrl+semicolon", b"\x1b[27;5;59~", b"\x1b[27;5;59~"),
    ("ctrl+space", b"\x00", b"\x1b[27;5;32~"),
    ("ctrl+enter", b"\x1b[27;5;13~", b"\x1b[27;5;13~"),
    ("shift+enter", b"\x1b[27;2;13~", b"\x1b[27;2;13~"),
    ("ctrl+tab", b"\x1b[27;5;9~", b"\x1b[27;5;9~"),
    ("shift+tab", b"\x1b[Z", b"\x1b[Z"),
    ("ctrl+shift+tab", b"\x1b[Z", b"\x1b[27;6;9~"),
    ("ctrl+backspace", b"\x08", b"\x08"),
    ("alt+backspace", b"\x1b\x7f", b"\x1b[27;3;127~"),
    ("escape", b"\x1b", b"\x1b"),
    ("enter", b"\r", b"\r"),
    ("A", b"A", b"A"),
    ("ctrl+left", b"\x1b[1;5D", b"\x1b[1;5D"),
    ("ctrl+f5", b"\x1b[15;5~", b"\x1b[15;5~"),
])  # fmt: skip
def test_modify_other_keys_reports_what_has_no_bytes_of_its_own(name: str, level_1: bytes, level_2: bytes) -> None:
    assert sent(name, modify_other_keys=1) == level_1
    assert sent(name, modify_other_keys=2) == level_2


@pytest.mark.parametrize(("flags", "name", "text", "expected"), [
    # sw.kovidgoyal.net/kitty/keyboard-protocol, "Progressive enhancement" and "Legacy functional keys"
    (1, "a", "a", b"a"),
    (1, "A", "A", b"A"),
    (1, "escape", "", b"\x1b[27u"),
    (1, "enter", "", b"\r"),
    (1, "tab", "", b"\t"),
    (1, "backspace", "", b"\x7f"),
    (1, "shift+enter", "", b"\x1b[13;2u"),
    (1, "shift+tab", "", b"\x1b[9;2u"),
    (1, "ctrl+a", "", b"\x1b[97;5u"),
    (1, "alt+x", "", b"\x1b[120;3u"),
    (1, "ctrl+shift+c", "", b"\x1b[99;6u"),
    (1, "super+a", "", b"\x1b[97;9u"),
    (1, "up", "", b"\x1b[A"),
    (1, "ctrl+up", "", b"\x1b[1;5A"),
    (1, "f1", "", b"\x1b[P"),
    (1, "f3", "", b"\x1b[13~"),
    (1, "f13", "", b"\x1b[57376u"),
    (8, "a", "a", b"\x1b[97u"),
    (8, "A", "A", b"\x1b[97;2u"),
    (8, "enter", "", b"\x1b[13u"),
    (8 | 16, "a", "a", b"\x1b[97;;97u"),
    (8 | 16, "A", "A", b"\x1b[97;2;65u"),
    (4 | 8 | 16, "A", "A", b"\x1b[97:65;2;65u"),
    (8 | 16, "ctrl+a", "", b"\x1b[97;5u"),
    (8, "keypad_5", "5", b"\x1b[57404u"),
    (2, "a", "a", b"a"),
    (2, "escape", "", b"\x1b"),
])  # fmt: skip
def test_the_kitty_protocol_says_what_its_flags_ask(flags: int, name: str, text: str, expected: bytes) -> None:
    assert sent(name, text, kitty_flags=flags, application_cursor=True) == expected


def test_a_vt52_has_its_own_cursor_function_and_keypad_sequences() -> None:
    """xterm ctlseqs, "VT52-Style Function Keys"."""
    names = ("up", "down", "right", "left", "f1", "f4", "keypad_5")
    assert [sent(name, vt52=True, application_keypad=True) for name in names] == [
        b"\x1bA", b"\x1bB", b"\x1bC", b"\x1bD", b"\x1bP", b"\x1bS", b"\x1b?u",
    ]  # fmt: skip

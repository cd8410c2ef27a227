"""Which keystrokes the sequences of terminals stand for: xterm, the kitty protocol, rxvt, the Linux console."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sshtui.model.keystrokes import bare_name, join_name

Pressed = tuple[str, str]
"""A keystroke's name and what it types."""

_BITS = {"shift": 1, "alt": 2, "ctrl": 4, "super": 8, "hyper": 16, "meta": 32}
_NUM_LOCK = 128

_FINALS = {
    "A": "up", "B": "down", "C": "right", "D": "left", "E": "keypad_begin", "F": "end", "H": "home",
    "P": "f1", "Q": "f2", "R": "f3", "S": "f4", "Z": "tab",
}  # fmt: skip
_TILDES = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10",
    23: "f11", 24: "f12", 25: "f13", 26: "f14", 28: "f15", 29: "f16", 31: "f17", 32: "f18", 33: "f19", 34: "f20",
    **{21 + number: f"f{number}" for number in range(21, 36)},
    57427: "keypad_begin",
}  # fmt: skip
_OPERATORS = {
    "M": ("enter", ""), "X": ("keypad_equal", "="), "j": ("keypad_multiply", "*"), "k": ("keypad_add", "+"),
    "l": ("keypad_separator", ","), "m": ("keypad_subtract", "-"), "n": ("keypad_decimal", "."),
    "o": ("keypad_divide", "/"),
    **{chr(ord("p") + digit): (f"keypad_{digit}", str(digit)) for digit in range(10)},
}  # fmt: skip

_KITTY = {
    9: "tab", 13: "enter", 27: "escape", 127: "backspace", 57358: "caps_lock", 57359: "scroll_lock",
    57360: "num_lock", 57361: "print_screen", 57362: "pause", 57363: "menu",
    **{57363 + number: f"f{number}" for number in range(13, 36)},
    57414: "enter", 57417: "left", 57418: "right", 57419: "up", 57420: "down", 57421: "pageup", 57422: "pagedown",
    57423: "home", 57424: "end", 57425: "insert", 57426: "delete", 57427: "keypad_begin",
}  # fmt: skip
"""Functional keys of the kitty protocol; keypad keys other than its operators are those beside it."""

_KITTY_KEYPAD = {
    **{57399 + digit: (f"keypad_{digit}", str(digit)) for digit in range(10)},
    57409: ("keypad_decimal", "."), 57410: ("keypad_divide", "/"), 57411: ("keypad_multiply", "*"),
    57412: ("keypad_subtract", "-"), 57413: ("keypad_add", "+"), 57415: ("keypad_equal", "="),
    57416: ("keypad_separator", ","),
}  # fmt: skip

_CONTROLS = {"\0": "space", "\x1c": "backslash", "\x1d": "right_square_bracket", "\x1e": "circumflex_accent",
             "\x1f": "underscore"}  # fmt: skip
_RXVT = {"$": {"shift"}, "^": {"ctrl"}, "@": {"ctrl", "shift"}}
_RXVT_ARROWS = {"a": "up", "b": "down", "c": "right", "d": "left"}
_TYPED = {"enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b"}

_CSI = re.compile(r"\x1b\[([0-9;:]*)([A-Za-z~^$@])")
_SS3 = re.compile(r"\x1bO([0-9;]*)([A-Za-z])")


def keys_of(sequence: str, *, erase: str = "\x7f", console: bool = False) -> Iterator[Pressed]:
    """The keystrokes of one whole sequence or character; none for a sequence that is no keystroke.

    `erase` is what Backspace sends; on the Linux `console` `ESC Tab` is Shift+Tab.
    """
    if len(sequence) == 1:
        yield from _character(sequence, erase)
    elif sequence == "\x1b\t" and console:
        yield "shift+tab", ""
    elif len(sequence) == 2 and sequence[0] == "\x1b":
        for name, _text in _character(sequence[1], erase):
            yield _named({"alt"}, name), ""
    elif sequence.startswith("\x1b[["):
        yield f"f{ord(sequence[-1]) - ord('@')}", ""
    elif match := _SS3.fullmatch(sequence):
        yield from _ss3(match[1], match[2])
    elif match := _CSI.fullmatch(sequence):
        yield from _csi([_numbers(field) for field in match[1].split(";")], match[2])


def _character(character: str, erase: str) -> Iterator[Pressed]:
    if character == erase:
        yield "backspace", "\x7f"
    elif character == "\x7f":
        # Where Backspace sends BS, DEL comes from Ctrl+Backspace.
        yield "ctrl+backspace", ""
    elif character == "\r":
        yield "enter", character
    elif character == "\t":
        yield "tab", character
    elif character == "\x1b":
        yield "escape", character
    elif character in _CONTROLS:
        yield f"ctrl+{_CONTROLS[character]}", character
    elif character < " ":
        yield f"ctrl+{chr(ord(character) | 0x60)}", character
    elif not "\x80" <= character <= "\x9f":
        # Not `isprintable`: the joiners and marks inside emoji are typed too.
        yield bare_name(character), character


def _ss3(modifier: str, final: str) -> Iterator[Pressed]:
    bits = int(modifier.split(";")[-1] or 1) - 1
    if final in _RXVT_ARROWS:
        yield f"ctrl+{_RXVT_ARROWS[final]}", ""
    elif final in _OPERATORS and not bits:
        yield _OPERATORS[final]
    elif final in _FINALS or final in _OPERATORS:
        yield _named(_modifiers(bits), _FINALS.get(final) or _OPERATORS[final][0]), ""


def _csi(fields: list[list[int]], final: str) -> Iterator[Pressed]:
    first = fields[0][0] if fields[0] else 0
    second = fields[1] if len(fields) > 1 else []
    # Event type 3 is a release (kitty keyboard protocol, flag 2).
    if len(second) > 1 and second[1] == 3:
        return
    bits = max((second[0] if second else 1) - 1, 0)
    if final == "u":
        yield from _kitty(fields, bits)
    elif final == "~" and first == 27 and len(fields) == 3 and fields[2]:
        yield from _kitty([fields[2], []], bits)
    elif final == "~" and first in _TILDES:
        yield _named(_modifiers(bits), _TILDES[first]), ""
    elif final in _RXVT and first in _TILDES:
        yield _named(_RXVT[final], _TILDES[first]), ""
    elif final in _RXVT_ARROWS and len(fields) == 1:
        yield f"shift+{_RXVT_ARROWS[final]}", ""
    elif final == "Z":
        yield _named(_modifiers(bits) | {"shift"}, "tab"), ""
    elif final in _FINALS and (first <= 1 or len(fields) == 1):
        if len(fields) == 1 and first > 1:
            bits = first - 1
        yield _named(_modifiers(bits), _FINALS[final]), ""


def _kitty(fields: list[list[int]], bits: int) -> Iterator[Pressed]:
    """`CSI code:shifted:base ; modifiers ; text u` (kitty keyboard protocol); modifyOtherKeys has no text."""
    codes = fields[0]
    code = codes[0] if codes else 0
    text = "".join(chr(number) for number in (fields[2] if len(fields) > 2 else []) if 0 < number < 0x110000)
    modifiers = _modifiers(bits)
    if code in _KITTY_KEYPAD:
        name, typed = _KITTY_KEYPAD[code]
        # With NumLock the keypad only types (xterm's real NumLock), and never sends its application codes.
        name = bare_name(typed) if bits & _NUM_LOCK or name[-1].isdigit() else name
        yield _named(modifiers, name), "" if modifiers - {"shift"} else typed
    elif code in _KITTY:
        name = _KITTY[code]
        yield _named(modifiers, name), "" if modifiers else _TYPED.get(name, "")
    elif text and not modifiers - {"shift", "alt"}:
        # A text beside Alt is what Option or AltGr typed.
        for character in text:
            yield bare_name(character), character
    elif 0 < code < 57344 or 63743 < code < 0x110000:
        yield from _lettered(codes, modifiers)


def _lettered(codes: list[int], modifiers: set[str]) -> Iterator[Pressed]:
    """A key that types, pressed with modifiers or on a terminal that does not tell the text."""
    code = codes[0]
    base = codes[2] if len(codes) > 2 and codes[2] else 0
    # Control works by the place of the key where the layout is not Latin, as X11 does.
    if "ctrl" in modifiers and code > 127 and base:
        code = base
    character = chr(code)
    shifted = chr(codes[1]) if len(codes) > 1 and codes[1] else character.upper()
    if "shift" in modifiers and "ctrl" not in modifiers and len(shifted) == 1 and shifted != character:
        modifiers, character = modifiers - {"shift"}, shifted
    if "ctrl" in modifiers:
        character = character.lower() if len(character.lower()) == 1 else character
    if character.isprintable():
        yield _named(modifiers, bare_name(character)), "" if modifiers - {"shift"} else character


def _named(modifiers: set[str], name: str) -> str:
    """`name`, which may carry modifiers of its own, with `modifiers` added."""
    *own, bare = name.split("+")
    return join_name(modifiers | set(own), bare)


def _modifiers(bits: int) -> set[str]:
    return {name for name, bit in _BITS.items() if bits & bit}


def _numbers(field: str) -> list[int]:
    return [int(part or 0) for part in field.split(":")] if field else []

"""The kitty keyboard protocol, for programs that switched it on (sw.kovidgoyal.net/kitty/keyboard-protocol).

Releases and repeats are not told (flag 2): the outer terminal does not tell them either.
"""

from __future__ import annotations

from sshtui.model.keystrokes import Keystroke, named_character, split_name
from sshtui.terminal.modes import Modes

DISAMBIGUATE = 1
ALTERNATES = 4
ALL_KEYS = 8
TEXT = 16

_MODIFIER_BITS = {"shift": 1, "alt": 2, "ctrl": 4, "super": 8, "hyper": 16, "meta": 32}

_LETTERS = {"up": "A", "down": "B", "right": "C", "left": "D", "end": "F", "home": "H", "f1": "P", "f2": "Q", "f4": "S"}
_TILDES = {
    "insert": 2, "delete": 3, "pageup": 5, "pagedown": 6, "f3": 13, "f5": 15, "f6": 17, "f7": 18, "f8": 19,
    "f9": 20, "f10": 21, "f11": 23, "f12": 24,
}  # fmt: skip
_CODES = {
    "escape": 27, "enter": 13, "tab": 9, "backspace": 127, "caps_lock": 57358, "scroll_lock": 57359,
    "num_lock": 57360, "print_screen": 57361, "pause": 57362, "menu": 57363,
    **{f"f{number}": 57363 + number for number in range(13, 36)},
    **{f"keypad_{digit}": 57399 + digit for digit in range(10)},
    "keypad_decimal": 57409, "keypad_divide": 57410, "keypad_multiply": 57411, "keypad_subtract": 57412,
    "keypad_add": 57413, "keypad_enter": 57414, "keypad_equal": 57415, "keypad_separator": 57416,
    "keypad_begin": 57427,
}  # fmt: skip
_LEGACY = ("enter", "tab", "backspace")


def encode(keystroke: Keystroke, modes: Modes) -> bytes | None:
    """The press in the protocol's form, or None where the flags leave it as xterm sends it."""
    flags = modes.kitty_flags
    modifiers, bare = split_name(keystroke.name)
    bits = sum(_MODIFIER_BITS.get(modifier, 0) for modifier in modifiers)
    if not flags & (DISAMBIGUATE | ALL_KEYS):
        return None
    if bare in _LETTERS:
        return (f"\x1b[1;{bits + 1}{_LETTERS[bare]}" if bits else f"\x1b[{_LETTERS[bare]}").encode()
    if bare in _TILDES:
        return (f"\x1b[{_TILDES[bare]};{bits + 1}~" if bits else f"\x1b[{_TILDES[bare]}~").encode()
    if not flags & ALL_KEYS and bare in _LEGACY and not bits:
        return None
    if bare in _CODES:
        return _csi_u(str(_CODES[bare]), bits, "")
    character = named_character(bare)
    if not character or (not flags & ALL_KEYS and not bits & ~_MODIFIER_BITS["shift"]):
        return None
    base = character.lower() if len(character.lower()) == 1 else character
    if base != character:
        bits |= _MODIFIER_BITS["shift"]
    shifted = character.upper() if bits & _MODIFIER_BITS["shift"] else character
    code = (
        f"{ord(base)}:{ord(shifted)}"
        if flags & ALTERNATES and len(shifted) == 1 and shifted != base
        else f"{ord(base)}"
    )
    text = keystroke.text if flags & ALL_KEYS and flags & TEXT and not bits & ~_MODIFIER_BITS["shift"] else ""
    return _csi_u(code, bits, text)


def _csi_u(code: str, bits: int, text: str) -> bytes:
    """`CSI code ; modifiers ; text u`, with empty fields at the end left out."""
    written = ":".join(str(ord(character)) for character in text)
    if written:
        return f"\x1b[{code};{bits + 1 if bits else ''};{written}u".encode()
    return (f"\x1b[{code};{bits + 1}u" if bits else f"\x1b[{code}u").encode()

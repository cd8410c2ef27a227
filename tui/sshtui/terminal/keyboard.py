"""A keystroke as the bytes xterm sends for it.

The tables are those of xterm ctlseqs, "PC-Style Function Keys" and "VT220-Style Function Keys", and of xterm's own
modified-keys tables (modifyOtherKeys); the kitty keyboard protocol is encoded beside, in `kitty_keyboard.py`.
"""

from __future__ import annotations

from sshtui.model.keystrokes import Keystroke, named_character, split_name
from sshtui.terminal import kitty_keyboard
from sshtui.terminal.modes import Modes

_MODIFIER_BITS = {"shift": 1, "alt": 2, "ctrl": 4}

_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "keypad_begin": "E", "home": "H", "end": "F"}
_EDITING = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_PF = {"f1": "P", "f2": "Q", "f3": "R", "f4": "S"}
_FUNCTION = {
    "f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24, "f13": 25, "f14": 26,
    "f15": 28, "f16": 29, "f17": 31, "f18": 32, "f19": 33, "f20": 34, "menu": 29,
}  # fmt: skip
_FUNCTION |= {f"f{number}": 21 + number for number in range(21, 36)}  # xterm numbers F21 and up from 42

# DECKPAM's SS3 finals (VT220; xterm ctlseqs), and what the same keys type in numeric mode.
_KEYPAD = {
    "enter": ("M", "\r"), "multiply": ("j", "*"), "add": ("k", "+"), "separator": ("l", ","), "subtract": ("m", "-"),
    "decimal": ("n", "."), "divide": ("o", "/"), "equal": ("X", "="),
    **{str(digit): (chr(ord("p") + digit), str(digit)) for digit in range(10)},
}  # fmt: skip

# What a Control makes of a character outside @..~ (X11's XLookupString; `?` is xterm's own).
_CONTROLLED = {" ": "\0", "2": "\0", "3": "\x1b", "4": "\x1c", "5": "\x1d", "6": "\x1e", "7": "\x1f", "8": "\x7f",
               "/": "\x1f", "?": "\x7f"}  # fmt: skip


def encode(keystroke: Keystroke, modes: Modes) -> bytes:
    """The bytes for one press in `modes`; b"" for a press that types nothing, such as one with Super."""
    modifiers, bare = split_name(keystroke.name)
    if modes.kitty_flags:
        encoded = kitty_keyboard.encode(keystroke, modes)
        if encoded is not None:
            return encoded
    if not modifiers <= _MODIFIER_BITS.keys():
        return b""
    bits = sum(_MODIFIER_BITS[modifier] for modifier in modifiers)
    return (_special(bare, bits, modes) or _typed(keystroke, bare, bits, modes)).encode("utf-8", "replace")


def _special(bare: str, bits: int, modes: Modes) -> str:
    """Cursor, editing, function and keypad keys; "" for everything that types a character."""
    if modes.vt52 and (bare in _PF or _CURSOR.get(bare, "E") < "E"):
        return "\x1b" + (_PF.get(bare) or _CURSOR[bare])
    if bare in _CURSOR:
        if bits:
            return f"\x1b[1;{bits + 1}{_CURSOR[bare]}"
        return ("\x1bO" if modes.application_cursor else "\x1b[") + _CURSOR[bare]
    if bare in _PF:
        return f"\x1b[1;{bits + 1}{_PF[bare]}" if bits else f"\x1bO{_PF[bare]}"
    number = _EDITING.get(bare) or _FUNCTION.get(bare)
    if number:
        return f"\x1b[{number};{bits + 1}~" if bits else f"\x1b[{number}~"
    if bare.startswith("keypad_"):
        return _keypad(bare.removeprefix("keypad_"), modes)
    return ""


def _keypad(bare: str, modes: Modes) -> str:
    """A keypad key; modifiers do not change it (modifyKeypadKeys is off by default)."""
    if bare not in _KEYPAD:
        return ""
    final, text = _KEYPAD[bare]
    if modes.application_keypad:
        return f"\x1b?{final}" if modes.vt52 else f"\x1bO{final}"
    if text == "\r" and modes.newline:
        text = "\r\n"
    return text


def _typed(keystroke: Keystroke, bare: str, bits: int, modes: Modes) -> str:
    """Keys that send a character, with Control and Alt applied, or reported as modifyOtherKeys asks."""
    if bare == "tab" and bits & 1 and not (bits & 6 and modes.modify_other_keys > 1):
        return "\x1b[Z"
    code = _OTHER_CODES.get(bare) or named_character(bare)
    if not code:
        return keystroke.text if not bits & 6 else ""
    if bits & 1 and len(code.upper()) == 1:
        code = code.upper()
    if code.lower() != code or (bits & 6 and code in _SHIFTED):
        bits |= 1
    if _reported(bare, code, bits, modes.modify_other_keys):
        told = _plain(bare, bits, modes) if bare == "backspace" else code
        return f"\x1b[27;{bits + 1};{ord(told)}~"
    text = _plain(bare, bits, modes) or (
        _controlled(code) if bits & 4 else (code if bits & 2 else keystroke.text or code)
    )
    if bits & 2 and modes.meta_sends_escape:
        return "\x1b" + text
    return text


_SHIFTED = frozenset('!@#$%^&*()_+{}|:"<>?~')
"""What takes a Shift on an American keyboard; beside Control and Alt the terminal around us does not tell of it."""

_OTHER_CODES = {"tab": "\t", "enter": "\r", "escape": "\x1b", "backspace": "\x7f"}


def _plain(bare: str, bits: int, modes: Modes) -> str:
    """Enter, Tab, Esc and Backspace, which Control leaves alone but for DECBKM's toggle."""
    match bare:
        case "enter":
            return "\r\n" if modes.newline else "\r"
        case "tab":
            return "\t"
        case "escape":
            return "\x1b"
        case "backspace":
            return "\x08" if modes.backarrow_sends_backspace != bool(bits & 4) else "\x7f"
        case _:
            return ""


def _controlled(character: str) -> str:
    """The control character that `character` makes with Control, or the character itself where none exists."""
    if character in _CONTROLLED:
        return _CONTROLLED[character]
    return chr(ord(character) & 0x1F) if "@" <= character <= "~" else character


def _reported(bare: str, code: str, bits: int, level: int) -> bool:
    """Whether modifyOtherKeys at `level` reports the press as `CSI 27 ; modifiers ; code ~`.

    Level 1 leaves alone what has a well-known meaning (Control with a letter or what stands beside the letters in
    ASCII, Control+Space, Backspace) and lets Alt stay an ESC prefix; level 2 reports every modifier but Shift of a
    character that Shift already changed.
    """
    if level <= 0 or bits == 0:
        return False
    shift, alt, control = bool(bits & 1), bool(bits & 2), bool(bits & 4)
    if level == 1:
        if bare in ("backspace", "escape") or alt:
            return False
        if bare in ("enter", "tab"):
            return True
        if "@" <= code <= "\x7f":
            return False
        return control and (code not in _CONTROLLED or code == "?")
    if bare == "backspace":
        return shift or alt
    if bare in ("enter", "tab", "escape"):
        return True
    return alt or control or (shift and code == " ")

"""What xterm sends for each key in its default modes (xterm ctlseqs, "PC-Style Function Keys")."""

from __future__ import annotations

import string

_MODIFIERS = {
    "shift": 2, "alt": 3, "alt+shift": 4, "ctrl": 5, "ctrl+shift": 6, "ctrl+alt": 7, "ctrl+alt+shift": 8,
}  # fmt: skip
_CURSOR = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_EDITING = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_FUNCTION = {5: 15, 6: 17, 7: 18, 8: 19, 9: 20, 10: 21, 11: 23, 12: 24}

OURS = {"ctrl+\\", "shift+pageup", "shift+pagedown", *(f"alt+{digit}" for digit in string.digits)}
"""The keys the app keeps for itself by default (README, Keys)."""


def xterm_keys() -> dict[str, bytes]:
    """Key name to the bytes xterm sends."""
    table = {
        "tab": b"\t", "shift+tab": b"\x1b[Z", "enter": b"\r", "backspace": b"\x7f", "escape": b"\x1b",
        "ctrl+space": b"\0", "ctrl+]": b"\x1d", "ctrl+^": b"\x1e", "ctrl+_": b"\x1f", "space": b" ",
    }  # fmt: skip
    table |= {f"ctrl+{letter}": bytes([ord(letter) & 0x1F]) for letter in string.ascii_lowercase}
    table |= {f"alt+{letter}": b"\x1b" + letter.encode() for letter in string.ascii_letters + ".,/-_<>=+;'"}
    table |= {name: f"\x1b[{final}".encode() for name, final in _CURSOR.items()}
    table |= {name: f"\x1b[{number}~".encode() for name, number in _EDITING.items()}
    table |= {f"f{number}": f"\x1bO{final}".encode() for number, final in enumerate("PQRS", 1)}
    table |= {f"f{number}": f"\x1b[{code}~".encode() for number, code in _FUNCTION.items()}
    for modifier, code in _MODIFIERS.items():
        table |= {f"{modifier}+{name}": f"\x1b[1;{code}{final}".encode() for name, final in _CURSOR.items()}
        table |= {f"{modifier}+{name}": f"\x1b[{number};{code}~".encode() for name, number in _EDITING.items()}
        table |= {f"{modifier}+f{number}": f"\x1b[1;{code}{final}".encode() for number, final in enumerate("PQRS", 1)}
        table |= {f"{modifier}+f{number}": f"\x1b[{code_};{code}~".encode() for number, code_ in _FUNCTION.items()}
    return {name: data for name, data in table.items() if name not in OURS}

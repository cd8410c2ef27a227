"""What XTGETTCAP may ask for: the capabilities that terminfo gives this terminal, by terminfo's and termcap's names."""

from __future__ import annotations

from collections.abc import Mapping

from sshtui.model.keystrokes import Keystroke, join_name
from sshtui.terminal import keyboard, limits
from sshtui.terminal.modes import Modes
from sshtui.terminal.terminal import Terminal

_FIXED: Mapping[str, str | None] = {
    "TN": "xterm-256color",
    "name": "xterm-256color",
    "Co": "256",
    "colors": "256",
    "RGB": "8",
    **dict.fromkeys(("Tc", "Su", "AX", "XT", "bce", "am", "km", "mir", "msgr", "xenl")),
    "setrgbf": "\x1b[38:2::%p1%d:%p2%d:%p3%dm",
    "setrgbb": "\x1b[48:2::%p1%d:%p2%d:%p3%dm",
    "Smulx": "\x1b[4:%p1%dm",
    "Setulc": "\x1b[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm",
    "indn": "\x1b[%p1%dS",
    "rin": "\x1b[%p1%dT",
    "smxx": "\x1b[9m",
    "rmxx": "\x1b[29m",
    "Smol": "\x1b[53m",
    "Rmol": "\x1b[55m",
    "Ss": "\x1b[%p1%d q",
    "Se": "\x1b[2 q",
    "Cs": "\x1b]12;%p1%s\x07",
    "Cr": "\x1b]112\x07",
    "Sync": "\x1b[?2026%?%p1%{1}%-%tl%eh%;",
    "BE": "\x1b[?2004h",
    "BD": "\x1b[?2004l",
    "PS": "\x1b[200~",
    "PE": "\x1b[201~",
    "fe": "\x1b[?1004h",
    "fd": "\x1b[?1004l",
}
"""None for one that has no value (user_caps(5); terminfo(5); tmux(1), TERMINFO EXTENSIONS)."""

_KEYS: dict[str, str] = {
    "kcuu1": "up", "ku": "up", "kcud1": "down", "kd": "down", "kcuf1": "right", "kr": "right",
    "kcub1": "left", "kl": "left", "khome": "home", "kh": "home", "kend": "end", "@7": "end",
    "kpp": "pageup", "kP": "pageup", "knp": "pagedown", "kN": "pagedown", "kich1": "insert", "kI": "insert",
    "kdch1": "delete", "kD": "delete", "kbs": "backspace", "kb": "backspace", "kcbt": "shift+tab", "kB": "shift+tab",
    "k;": "f10", "F1": "f11", "F2": "f12", "kind": "shift+down", "kri": "shift+up",
    **{f"kf{number}": f"f{number}" for number in range(1, 13)},
    **{f"k{number}": f"f{number}" for number in range(1, 10)},
}  # fmt: skip
_MODIFIED = {
    "kUP": "up", "kDN": "down", "kRIT": "right", "kLFT": "left", "kHOM": "home", "kEND": "end", "kIC": "insert",
    "kDC": "delete", "kPRV": "pageup", "kNXT": "pagedown",
}  # fmt: skip
for _name, _key in _MODIFIED.items():
    for _code in range(2, 8):
        _bits = _code - 1
        _held = {held for bit, held in ((1, "shift"), (2, "alt"), (4, "ctrl")) if _bits & bit}
        _KEYS[f"{_name}{_code}" if _code > 2 else _name] = join_name(_held, _key)


def request_capability(terminal: Terminal, body: str) -> None:
    """XTGETTCAP: an answer for each of the first `limits.CAPABILITIES` names, `DCS 0 + r ST` for an unknown one.

    The keys are those of the keyboard modes of now, as from an xterm.
    """
    for item in body.split(";", limits.CAPABILITIES)[: limits.CAPABILITIES]:
        try:
            name = bytes.fromhex(item).decode("ascii")
        except ValueError:
            name = ""
        if name in _KEYS:
            sent = keyboard.encode(Keystroke(_KEYS[name]), _modes(terminal)).hex()
        elif name in _FIXED:
            sent = (_FIXED[name] or "").encode().hex()
        else:
            terminal.write_process_input("\x1bP0+r\x1b\\")
            continue
        known = name.encode().hex().upper()
        terminal.write_process_input(f"\x1bP1+r{known}{'=' if sent else ''}{sent.upper()}\x1b\\")


def _modes(terminal: Terminal) -> Modes:
    return Modes(application_cursor=terminal.has(1), backarrow_sends_backspace=terminal.has(67))

"""What the terminal around us draws beyond what every terminal does; told by its environment, never by asking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_UNDERLINING = ("kitty", "xterm-kitty", "alacritty", "foot", "wezterm", "contour", "ghostty", "xterm-ghostty", "tmux")
"""Beginnings of TERM whose terminfo has Smulx; tmux takes the styles apart for the terminal around it."""
_UNDERLINING_PROGRAMS = frozenset({"WezTerm", "iTerm.app", "ghostty", "vscode", "mintty", "rio", "contour"})
"""Values of TERM_PROGRAM."""
_UNDERLINING_MARKS = ("TMUX", "KITTY_WINDOW_ID", "ALACRITTY_WINDOW_ID", "WT_SESSION", "WEZTERM_PANE")
_VTE = 5102
"""The VTE that first drew underline styles and colours, as VTE_VERSION counts."""


class Outer(NamedTuple):
    """What may be sent to the terminal around us."""

    underlines: bool = False
    """Underlines of other kinds and colours (SGR 4:n and 58); who does not know them may take the colon amiss."""
    strings: bool = False
    """Operating system commands (OSC): hyperlinks and titles. A console may print what it does not know."""


NOTHING_MORE = Outer()
EVERYTHING = Outer(underlines=True, strings=True)


def outer_terminal(environment: Mapping[str, str]) -> Outer:
    """What the terminal of this environment draws; nothing special without TERM, or on a console."""
    term = environment.get("TERM", "")
    if term in ("", "dumb", "unknown", "linux") or term.startswith(("vt", "sun", "cons")):
        return NOTHING_MORE
    vte = environment.get("VTE_VERSION", "")
    underlines = (
        term.startswith(_UNDERLINING)
        or environment.get("TERM_PROGRAM") in _UNDERLINING_PROGRAMS
        or any(environment.get(mark) for mark in _UNDERLINING_MARKS)
        or (vte.isascii() and vte.isdigit() and int(vte) >= _VTE)
    )
    return Outer(underlines, strings=True)

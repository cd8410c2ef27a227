"""What the encoders need to know of the emulator's modes, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class MouseTracking(IntEnum):
    """Which mouse events the program asked for (xterm ctlseqs, DECSET 9, 1000, 1002, 1003)."""

    OFF = 0
    X10 = 9
    BUTTONS = 1000
    DRAG = 1002
    MOTION = 1003


class MouseEncoding(IntEnum):
    """How mouse events are written (xterm ctlseqs, DECSET 1005, 1006, 1015, 1016)."""

    X10 = 0
    UTF8 = 1005
    SGR = 1006
    URXVT = 1015
    SGR_PIXELS = 1016


class CursorShape(Enum):
    """DECSCUSR's shapes (VT520; xterm ctlseqs, CSI Ps SP q)."""

    BLOCK = "block"
    UNDERLINE = "underline"
    BAR = "bar"

    # There is one of each; Enum's own hash is a call of Python, for every row that is painted.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Modes:
    """The state that keystrokes, paste and mouse depend on. The defaults are a terminal after RIS."""

    application_cursor: bool = False
    """DECCKM, DECSET 1."""
    application_keypad: bool = False
    """DECNKM/DECKPAM."""
    bracketed_paste: bool = False
    """DECSET 2004."""
    mouse_tracking: MouseTracking = MouseTracking.OFF
    mouse_encoding: MouseEncoding = MouseEncoding.X10
    focus_events: bool = False
    """DECSET 1004."""
    alternate_scroll: bool = False
    """DECSET 1007."""
    alternate_screen: bool = False
    newline: bool = False
    """LNM, ECMA-48 mode 20: Enter sends CR LF."""
    backarrow_sends_backspace: bool = False
    """DECBKM, DECSET 67: Backspace sends BS instead of DEL."""
    meta_sends_escape: bool = True
    """DECSET 1036."""
    modify_other_keys: int = 0
    """xterm ctlseqs, CSI > 4 ; Pv m."""
    kitty_flags: int = 0
    """The kitty keyboard protocol's progressive enhancement flags."""
    vt52: bool = False
    """DECANM reset: cursor, function and keypad keys as on a VT52."""
    reverse_video: bool = False
    """DECSCNM, DECSET 5."""
    synchronized: bool = False
    """DECSET 2026: hold repainting."""

"""Mouse and focus events as the bytes a program asked for (xterm ctlseqs, "Mouse Tracking")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from sshtui.model.geometry import Point, Size
from sshtui.model.keystrokes import Keystroke
from sshtui.terminal import keyboard
from sshtui.terminal.limits import CELL
from sshtui.terminal.modes import Modes, MouseEncoding, MouseTracking


class Action(Enum):
    """What the pointer did. A turn of the wheel is a press of a wheel button without a release."""

    PRESS = "press"
    RELEASE = "release"
    MOVE = "move"


class Button(IntEnum):
    """xterm's button numbers as they stand in the code; NONE is a move without a button held."""

    LEFT = 0
    MIDDLE = 1
    RIGHT = 2
    NONE = 3
    WHEEL_UP = 64
    WHEEL_DOWN = 65
    WHEEL_LEFT = 66
    WHEEL_RIGHT = 67


_MOTION = 32
_SHIFT, _META, _CONTROL = 4, 8, 16

# xterm writes a NUL for a coordinate that does not fit (MouseLimit in its button.c).
_X10_LIMIT = 255 - 32
_UTF8_LIMIT = 2047 - 32


@dataclass(frozen=True, slots=True)
class MouseEvent:
    """One event over the screen; `point` is the cell, 0-based, `cell` the size of a cell in pixels.

    `within` is where in the cell, as a fraction of its width and height.
    """

    action: Action
    button: Button
    point: Point
    shift: bool = False
    alt: bool = False
    ctrl: bool = False
    within: tuple[float, float] = (0.0, 0.0)
    cell: Size = CELL


def wants(event: MouseEvent, modes: Modes) -> bool:
    """Whether the program asked to be told of `event`."""
    wheel = event.button >= Button.WHEEL_UP
    match modes.mouse_tracking:
        case MouseTracking.OFF:
            return False
        case MouseTracking.X10:
            return event.action is Action.PRESS and not wheel
        case MouseTracking.BUTTONS:
            return event.action is not Action.MOVE
        case MouseTracking.DRAG:
            return event.action is not Action.MOVE or event.button is not Button.NONE
        case MouseTracking.MOTION:
            return True


def encode_mouse(event: MouseEvent, modes: Modes) -> bytes:
    """The report of `event`, or b"" when the program did not ask for it."""
    if not wants(event, modes):
        return b""
    encoding = modes.mouse_encoding
    released = event.action is Action.RELEASE
    # Only the SGR forms tell which button was released.
    named = not released or encoding in (MouseEncoding.SGR, MouseEncoding.SGR_PIXELS)
    code = int(event.button) if named else int(Button.NONE)
    if event.action is Action.MOVE:
        code += _MOTION
    if modes.mouse_tracking is not MouseTracking.X10:
        code += _SHIFT * event.shift + _META * event.alt + _CONTROL * event.ctrl
    column, row = max(event.point.column, 0), max(event.point.row, 0)
    match encoding:
        case MouseEncoding.SGR:
            return f"\x1b[<{code};{column + 1};{row + 1}{'m' if released else 'M'}".encode()
        case MouseEncoding.SGR_PIXELS:
            x = int((column + event.within[0]) * event.cell.columns)
            y = int((row + event.within[1]) * event.cell.rows)
            return f"\x1b[<{code};{x + 1};{y + 1}{'m' if released else 'M'}".encode()
        case MouseEncoding.URXVT:
            return f"\x1b[{code + 32};{column + 1};{row + 1}M".encode()
        case MouseEncoding.UTF8:
            return b"\x1b[M" + chr(code + 32).encode() + _utf8(column) + _utf8(row)
        case MouseEncoding.X10:
            return b"\x1b[M" + bytes([code + 32, _byte(column), _byte(row)])


def _byte(coordinate: int) -> int:
    return 0 if coordinate >= _X10_LIMIT else coordinate + 33


def _utf8(coordinate: int) -> bytes:
    return b"\0" if coordinate >= _UTF8_LIMIT else chr(coordinate + 33).encode()


def encode_alternate_scroll(button: Button, modes: Modes, lines: int = 3) -> bytes:
    """A turn of the wheel as `lines` presses of an arrow (DECSET 1007).

    b"" unless the mode is on, the alternate screen is shown, and the program did not ask for the mouse itself.
    """
    arrows = {Button.WHEEL_UP: "up", Button.WHEEL_DOWN: "down"}
    if not (modes.alternate_scroll and modes.alternate_screen and button in arrows):
        return b""
    if modes.mouse_tracking is not MouseTracking.OFF:
        return b""
    return keyboard.encode(Keystroke(arrows[button]), modes) * lines


def encode_focus(gained: bool, modes: Modes) -> bytes:
    """FocusIn or FocusOut, b"" unless the program asked (xterm ctlseqs, DECSET 1004)."""
    if not modes.focus_events:
        return b""
    return b"\x1b[I" if gained else b"\x1b[O"

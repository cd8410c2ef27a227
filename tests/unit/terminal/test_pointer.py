"""Mouse reports; expected bytes from xterm ctlseqs, "Mouse Tracking"."""

from __future__ import annotations

import pytest

from sshtui.model.geometry import Point, Size
from sshtui.terminal.modes import Modes, MouseEncoding, MouseTracking
from sshtui.terminal.pointer import Action, Button, MouseEvent, encode_alternate_scroll, encode_focus, encode_mouse

PRESS = MouseEvent(Action.PRESS, Button.LEFT, Point(4, 2))
RELEASE = MouseEvent(Action.RELEASE, Button.LEFT, Point(4, 2))
DRAG = MouseEvent(Action.MOVE, Button.LEFT, Point(4, 2))
HOVER = MouseEvent(Action.MOVE, Button.NONE, Point(4, 2))
WHEEL = MouseEvent(Action.PRESS, Button.WHEEL_UP, Point(4, 2))
EVERY = (PRESS, RELEASE, DRAG, HOVER, WHEEL)


def report(event: MouseEvent, encoding: MouseEncoding, tracking: MouseTracking = MouseTracking.MOTION) -> bytes:
    return encode_mouse(event, Modes(mouse_tracking=tracking, mouse_encoding=encoding))


@pytest.mark.parametrize(("tracking", "told"), [
    (MouseTracking.OFF, ()),
    (MouseTracking.X10, (PRESS,)),
    (MouseTracking.BUTTONS, (PRESS, RELEASE, WHEEL)),
    (MouseTracking.DRAG, (PRESS, RELEASE, DRAG, WHEEL)),
    (MouseTracking.MOTION, EVERY),
])  # fmt: skip
def test_each_mode_tells_its_own_events(tracking: MouseTracking, told: tuple[MouseEvent, ...]) -> None:
    assert tuple(event for event in EVERY if report(event, MouseEncoding.SGR, tracking)) == told


@pytest.mark.parametrize(("encoding", "expected"), [
    (MouseEncoding.X10, (b"\x1b[M #%", b"\x1b[M##%", b"\x1b[M@#%", b"\x1b[MC#%", b"\x1b[M`#%")),
    (MouseEncoding.UTF8, (b"\x1b[M #%", b"\x1b[M##%", b"\x1b[M@#%", b"\x1b[MC#%", b"\x1b[M`#%")),
    (MouseEncoding.SGR, (b"\x1b[<0;3;5M", b"\x1b[<0;3;5m", b"\x1b[<32;3;5M", b"\x1b[<35;3;5M", b"\x1b[<64;3;5M")),
    (MouseEncoding.URXVT, (b"\x1b[32;3;5M", b"\x1b[35;3;5M", b"\x1b[64;3;5M", b"\x1b[67;3;5M", b"\x1b[96;3;5M")),
    (MouseEncoding.SGR_PIXELS,
     (b"\x1b[<0;21;81M", b"\x1b[<0;21;81m", b"\x1b[<32;21;81M", b"\x1b[<35;21;81M", b"\x1b[<64;21;81M")),
])  # fmt: skip
def test_each_encoding_of_each_event(encoding: MouseEncoding, expected: tuple[bytes, ...]) -> None:
    assert tuple(report(event, encoding) for event in EVERY) == expected


def test_modifiers_are_added_but_never_in_the_oldest_mode() -> None:
    event = MouseEvent(Action.PRESS, Button.RIGHT, Point(0, 0), shift=True, alt=True, ctrl=True)
    assert report(event, MouseEncoding.SGR) == b"\x1b[<30;1;1M"
    assert report(event, MouseEncoding.X10, MouseTracking.X10) == b'\x1b[M"!!'


def test_places_beyond_an_encoding_become_nul() -> None:
    far = MouseEvent(Action.PRESS, Button.LEFT, Point(0, 222))
    assert report(far, MouseEncoding.X10) == b"\x1b[M \xff!"
    farther = MouseEvent(Action.PRESS, Button.LEFT, Point(0, 223))
    assert report(farther, MouseEncoding.X10) == b"\x1b[M \x00!"
    assert report(farther, MouseEncoding.UTF8) == b"\x1b[M " + chr(256).encode() + b"!"
    assert report(farther, MouseEncoding.SGR) == b"\x1b[<0;224;1M"


def test_pixels_count_from_the_place_within_the_cell() -> None:
    event = MouseEvent(Action.PRESS, Button.LEFT, Point(1, 2), within=(0.5, 0.25), cell=Size(8, 16))
    assert report(event, MouseEncoding.SGR_PIXELS) == b"\x1b[<0;21;21M"


def test_the_wheel_is_arrows_only_in_the_alternate_screen_and_when_asked() -> None:
    on = Modes(alternate_scroll=True, alternate_screen=True)
    assert encode_alternate_scroll(Button.WHEEL_UP, on) == b"\x1b[A" * 3
    assert encode_alternate_scroll(Button.WHEEL_DOWN, Modes(
        alternate_scroll=True, alternate_screen=True, application_cursor=True), lines=1) == b"\x1bOB"  # fmt: skip
    for modes in (
        Modes(alternate_scroll=True),
        Modes(alternate_screen=True),
        Modes(alternate_scroll=True, alternate_screen=True, mouse_tracking=MouseTracking.BUTTONS),
    ):
        assert encode_alternate_scroll(Button.WHEEL_UP, modes) == b""
    assert encode_alternate_scroll(Button.LEFT, on) == b""


def test_focus_is_told_when_asked() -> None:
    asked = Modes(focus_events=True)
    assert encode_focus(True, asked) + encode_focus(False, asked) == b"\x1b[I\x1b[O"
    assert encode_focus(True, Modes()) == b""

"""Who gets the mouse: the program that asked for it, or our own marking, scrolling and pasting. Shift means ours."""

from __future__ import annotations

import time

from textual import events
from textual.timer import Timer

from sshtui.model.geometry import Point
from sshtui.terminal.modes import MouseEncoding, MouseTracking
from sshtui.terminal.pointer import Action, Button, MouseEvent, encode_alternate_scroll, encode_mouse
from sshtui.ui.terminal.gestures import Marking
from sshtui.ui.terminal.links import link_at
from sshtui.ui.terminal.surface import Surface

WHEEL_LINES = 3

_SCROLLED = {Button.WHEEL_UP: -WHEEL_LINES, Button.WHEEL_DOWN: WHEEL_LINES}

EDGE_PAUSE = 0.05
"""Seconds between two lines while a drag stands beyond the edge."""

_BUTTONS = {0: Button.NONE, 1: Button.LEFT, 2: Button.MIDDLE, 3: Button.RIGHT}


class Mouse:
    """The mouse over one view."""

    def __init__(self, view: Surface) -> None:
        self._view = view
        self.marking = Marking(view.viewport)
        self._edge: Timer | None = None
        self._beyond = (0, 0)
        self._held = Button.NONE
        self._last_told: MouseEvent | None = None

    def down(self, event: events.MouseDown) -> None:
        """A button went down."""
        event.stop()
        if self._programs(event):
            self._view.capture_mouse()
            self._held = _BUTTONS.get(event.button, Button.LEFT)
            self._tell(event, Action.PRESS, self._held)
        elif (
            event.button == 1 and event.ctrl and (target := link_at(self._line_point(event), self._view.viewport.lines))
        ):
            self._view.open_link(target)
        elif event.button == 1:
            self._view.capture_mouse()
            self.marking.press(int(event.y), int(event.x), time.monotonic(), block=event.meta)
            self._view.refresh()
        elif event.button in (2, 3):
            self._view.paste_clipboard()

    def up(self, event: events.MouseUp) -> None:
        """A button went up; what was marked is copied."""
        event.stop()
        self._stop_edge()
        if self._held is not Button.NONE:
            held, self._held = self._held, Button.NONE
            self._view.release_mouse()
            self._tell(event, Action.RELEASE, held)
        elif self.marking.active:
            self._view.release_mouse()
            selection = self.marking.release()
            if selection is not None:
                self._view.copy(selection)
            self._view.refresh()

    def move(self, event: events.MouseMove) -> None:
        """The pointer moved: a drag marks, and beyond the edge it scrolls."""
        if self.marking.active:
            event.stop()
            self._drag(int(event.y), int(event.x))
        elif self._held is not Button.NONE or self._programs(event):
            event.stop()
            self._tell(event, Action.MOVE, self._held)

    def wheel(self, event: events.MouseEvent, button: Button) -> None:
        """A turn of the wheel: the program's, arrows in the alternate screen when asked, else our scrollback."""
        event.stop()
        event.prevent_default()
        modes = self._view.session.emulator.modes
        if self._programs(event):
            self._tell(event, Action.PRESS, button)
        elif modes.alternate_screen and not event.shift:
            self._view.session.send(encode_alternate_scroll(button, modes, WHEEL_LINES))
        elif button in _SCROLLED:
            self._view.scroll_lines(_SCROLLED[button])

    def _programs(self, event: events.MouseEvent) -> bool:
        """Whether the event belongs to the program."""
        view = self._view
        tracking = view.session.emulator.modes.mouse_tracking
        ours = event.shift or view.copying is not None or not view.viewport.live
        return tracking is not MouseTracking.OFF and not ours

    def _tell(self, event: events.MouseEvent, action: Action, button: Button) -> None:
        """Report to the program; a move within a cell is none."""
        view = self._view
        columns, rows = view.session.emulator.size
        x = min(max(event.pointer_x, 0.0), columns - 0.01)
        y = min(max(event.pointer_y, 0.0), rows - 0.01)
        report = MouseEvent(
            action,
            button,
            Point(int(y), int(x)),
            shift=event.shift,
            alt=event.meta,
            ctrl=event.ctrl,
            within=(x % 1, y % 1) if view.session.emulator.modes.mouse_encoding is MouseEncoding.SGR_PIXELS else (0, 0),
        )
        if action is Action.MOVE and report == self._last_told:
            return
        self._last_told = report
        view.session.send(encode_mouse(report, view.session.emulator.modes))

    def _line_point(self, event: events.MouseEvent) -> Point:
        viewport = self._view.viewport
        line = min(viewport.top + int(event.y), viewport.lines.last)
        return Point(line, min(int(event.x), viewport.lines.columns - 1))

    def _drag(self, row: int, column: int) -> None:
        height = self._view.size.height
        if self.marking.drag(min(max(row, 0), height - 1), column):
            self._view.refresh()
        if 0 <= row < height:
            self._stop_edge()
        else:
            self._beyond = (row, column)
            if self._edge is None:
                self._edge = self._view.set_interval(EDGE_PAUSE, self._scroll_edge)

    def _scroll_edge(self) -> None:
        row, column = self._beyond
        height = self._view.size.height
        self._view.scroll_lines(-1 if row < 0 else 1)
        if self.marking.drag(0 if row < 0 else height - 1, column):
            self._view.refresh()

    def _stop_edge(self) -> None:
        if self._edge is not None:
            self._edge.stop()
            self._edge = None

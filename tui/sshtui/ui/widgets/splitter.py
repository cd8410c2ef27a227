"""The line between hosts and terminal, that the mouse can drag."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


class Splitter(Widget):
    """One column; tells where it is dragged to."""

    @dataclass
    class Dragged(Message):
        """It is over screen column `column`; `done` when the button is released."""

        column: int
        done: bool

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._dragging = False

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(" ", self.rich_style)], 1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragging = True
        self.capture_mouse()
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            self.post_message(self.Dragged(int(event.screen_x), done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragging:
            self._dragging = False
            self.release_mouse()
            self.post_message(self.Dragged(int(event.screen_x), done=True))

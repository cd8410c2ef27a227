"""Something to read in a box over everything else."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sshtui.model.text import plain
from sshtui.ui.keys import keystroke


class ReadingScreen(ModalScreen[None]):
    """Shows `text` under `title`; any of the keystrokes in CLOSING closes it.

    It is scrolled as lists and `less` are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll('scroll_down')", show=False),
        Binding("k,up", "scroll('scroll_up')", show=False),
        Binding("space,pagedown,ctrl+f", "scroll('scroll_page_down')", show=False),
        Binding("b,pageup,ctrl+b", "scroll('scroll_page_up')", show=False),
        Binding("g,home", "scroll('scroll_home')", show=False),
        Binding("G,end", "scroll('scroll_end')", show=False),
    ]
    CSS_PATH = "../styles/reading.tcss"
    CLOSING: ClassVar[frozenset[str]] = frozenset({"escape", "enter", "q"})

    def __init__(self, title: str, *, unicode: bool) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._heading = plain(title, 80)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = "Esc closes"
            yield Static(self.text())

    def on_resize(self) -> None:
        self.call_after_refresh(self._hint)

    def _hint(self) -> None:
        """Under the frame: how to see the rest when there is more than fits."""
        box = self.query_one("#box", VerticalScroll)
        box.border_subtitle = "PgUp/PgDn scroll, Esc closes" if box.max_scroll_y else "Esc closes"

    def action_scroll(self, how: str) -> None:
        """Move the text; `how` is one of the box's own methods."""
        getattr(self.query_one("#box", VerticalScroll), how)(animate=False)

    def text(self) -> Content:
        """What stands there now."""
        raise NotImplementedError

    def show(self) -> None:
        """Show the text anew: it is another."""
        self.query_one(Static).update(self.text())
        self.call_after_refresh(self._hint)

    @property
    def columns(self) -> int:
        """The width of the text in cells, as it is with a scrollbar beside it; 0 before the first layout."""
        if not self.is_mounted:
            return 0
        box = self.query_one("#box", VerticalScroll)
        # Not the size of its content: that follows a scrollbar later, when the text is made already.
        return max(box.outer_size.width - box.gutter.width - 1, 0)

    def on_key(self, event: events.Key) -> None:
        if keystroke(event).name in self.CLOSING:
            event.stop()
            self.dismiss()

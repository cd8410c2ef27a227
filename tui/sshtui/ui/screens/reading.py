"""Something to read in a box over everything else."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sshtui.model.text import plain
from sshtui.ui.keys import keystroke


class ReadingScreen(ModalScreen[None]):
    """Shows `text` under `title`; any of the keystrokes in CLOSING closes it."""

    CSS_PATH = "../styles/reading.tcss"
    CLOSING: ClassVar[frozenset[str]] = frozenset({"escape", "enter", "q"})

    def __init__(self, title: str, *, unicode: bool) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._heading = plain(title, 80)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box") as box:
            box.border_title = Content(self._heading)
            box.border_subtitle = "Esc closes"
            yield Static(self.text())

    def text(self) -> Content:
        """What stands there now."""
        raise NotImplementedError

    def show(self) -> None:
        """Show the text anew: it is another."""
        self.query_one(Static).update(self.text())

    @property
    def columns(self) -> int:
        """The width of the text in cells, 0 before the first layout."""
        return self.query_one("#box", VerticalScroll).content_size.width if self.is_mounted else 0

    def on_key(self, event: events.Key) -> None:
        if keystroke(event).name in self.CLOSING:
            event.stop()
            self.dismiss()

"""What dialogs are made of: rows, buttons, and the block for words of a server."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Button, Label, Static

from sshtui.model.text import plain_lines

SERVER_LINES = 200
"""Lines shown of one text of a server."""


class ServerWords(VerticalScroll):
    """A block for words of the other side: a heading of ours, a bar at the left, bounded, only text."""

    DEFAULT_CSS = """
    ServerWords {
        height: auto;
        background: $background;
        border-left: outer $warning;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &:focus { border-left: outer $focus; }
        & > .server-heading { color: $warning; }
    }
    """

    def __init__(self, who: str, text: str) -> None:
        super().__init__(classes="block")
        self._who = who
        self._lines = plain_lines(text, lines=SERVER_LINES)

    def compose(self) -> ComposeResult:
        """The heading and the lines."""
        yield Static(Content(f"{self._who} says:"), classes="server-heading")
        yield Static(Content("\n".join(self._lines)))


class Choice(Button, inherit_css=False):
    """A button of one line; a `loud` one does harm."""

    DEFAULT_CSS = """
    Choice {
        width: auto;
        min-width: 10;
        height: 1;
        margin-left: 2;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        content-align: center middle;
        text-wrap: nowrap;
        &:hover { text-style: underline; }
        &:focus { background: $primary; color: $background; text-style: bold; }
        &.-loud { color: $error; }
        &.-loud:focus { background: $error; color: $background; }
        &:disabled { color: $muted; }
        /* Textual makes what is disabled translucent: too faint to be read. */
        &:disabled:can-focus { opacity: 1; }
    }
    """

    def __init__(self, label: str, id: str, *, loud: bool = False, disabled: bool = False) -> None:
        super().__init__(Content(label), id=id, disabled=disabled, classes="-loud" if loud else None)
        self._columns = Content(label).cell_length

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the label; Textual adds two cells that a narrow screen has not."""
        return self._columns


class Row(Horizontal):
    """A label and something beside it: a text, which wraps under itself, or a field."""

    DEFAULT_CSS = """
    Row {
        height: auto;
        & > .row-label { width: 14; color: $muted; }
        & > .row-value { width: 1fr; }
    }
    """

    def __init__(self, label: str, value: str | Widget, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=f"tight {classes}")
        self._label = label
        self._value = value

    def compose(self) -> ComposeResult:
        """The two."""
        yield Label(Content(self._label), classes="row-label")
        value = Static(Content(self._value)) if isinstance(self._value, str) else self._value
        yield value.add_class("row-value")

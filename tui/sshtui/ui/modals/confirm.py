"""Yes or no, and the look at a paste before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from sshtui.model.questions import Confirm, ConfirmPaste, Quit
from sshtui.model.text import plain, plain_lines, visible_controls
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.parts import Choice

PASTE_LINES = 200
"""Lines of a paste shown; the rest is counted."""


class ConfirmDialog(Dialog[bool]):
    """Yes or no; with danger, no has the focus and yes is loud."""

    def __init__(self, question: Confirm, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)
        self._question = question
        self.set_class(question.danger, "-danger")

    @property
    def heading(self) -> str:
        return plain(self._question.title, limit=100)

    def body(self) -> Iterable[Widget]:
        yield Static(Content("\n".join(plain_lines(self._question.text))), classes="last")

    def buttons(self) -> Iterable[Button]:
        question = self._question
        yield Choice(plain(question.yes, limit=30), "yes", loud=question.danger)
        yield Choice(plain(question.no, limit=30), "no")

    def first_focus(self) -> Widget | None:
        """The safe one when it is dangerous."""
        return self.query_one("#no" if self._question.danger else "#yes")

    @on(Button.Pressed, "#yes")
    def _yes(self) -> None:
        if self.ready:
            self.answer(True)

    @on(Button.Pressed, "#no")
    def _no(self) -> None:
        if self.ready:
            self.answer(False)


class QuitDialog(Dialog[Literal["quit", "detach"]]):
    """Detaching has the focus: nothing ends by it."""

    HEADING = "Quit sshtui?"

    def __init__(self, question: Quit, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)
        self._question = question
        self.add_class("-danger")

    def body(self) -> Iterable[Widget]:
        yield Static(Content("\n".join(plain_lines(self._question.text))), classes="last")

    def buttons(self) -> Iterable[Button]:
        yield Choice("Detach", "detach")
        yield Choice("Quit", "quit", loud=True)
        yield Choice("Cancel", "cancel")

    def first_focus(self) -> Widget | None:
        return self.query_one("#detach")

    @on(Button.Pressed, "#detach")
    def _chosen_detach(self) -> None:
        if self.ready:
            self.answer("detach")

    @on(Button.Pressed, "#quit")
    def _chosen_quit(self) -> None:
        if self.ready:
            self.answer("quit")


class ConfirmPasteDialog(Dialog[bool]):
    """Shows a paste of several lines or with control characters before it goes to a host."""

    HEADING = "Paste"
    HINT = "PgUp/PgDn scroll · Esc cancel"

    def __init__(self, question: ConfirmPaste, *, quiet: float = QUIET) -> None:
        super().__init__(plain(question.name, limit=100), quiet=quiet)
        self._question = question

    def body(self) -> Iterable[Widget]:
        text = self._question.text
        lines = visible_controls(text, lines=PASTE_LINES)
        count = text.count("\n") + text.count("\r") - text.count("\r\n") + (not text.endswith(("\n", "\r")))
        size = f"{_counted(count, 'line')}, {_counted(len(text), 'character')}"
        verb = "goes" if len(text) == 1 else "go"
        yield Static(Content(f"{size} {verb} to {plain(self._question.name, limit=60)}:"), classes="tight")
        yield VerticalScroll(Static(Content("\n".join(lines))), classes="paste block last")

    def buttons(self) -> Iterable[Button]:
        yield Choice("Paste", "paste")
        yield Choice("Cancel", "cancel")

    def first_focus(self) -> Widget | None:
        return self.query_one("#paste")

    @on(Button.Pressed, "#paste")
    def _paste(self) -> None:
        if self.ready:
            self.answer(True)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"

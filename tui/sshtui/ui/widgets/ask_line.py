"""One line at the bottom that takes a short text: an address, a tab's new name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from inspect import isawaitable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from sshtui.ui.completion import completed, paths_like
from sshtui.ui.line_input import LineInput

Accept = Callable[[str], "str | Line | Awaitable[str | Line]"]
"""Takes the text; the answer is why it cannot be taken, "" when it is, or what is asked for next."""


@dataclass(frozen=True)
class Line:
    """What is asked for: `hint` shows while the line is empty, Tab completes it to one of `among`, or as a path.

    `text` stands there at first, and what is typed goes behind it; a `replaced` one is marked: typing takes its place.
    """

    label: str
    accept: Accept
    text: str = ""
    hint: str = ""
    among: Sequence[str] = ()
    is_path: bool = False
    replaced: bool = False


class AskLine(Horizontal):
    """Hidden until something is asked. Enter gives the text, Tab completes it, Esc gives up."""

    class Closed(Message):
        """The line is gone again; the focus is free."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._accept: Accept = lambda _text: ""
        self._among: Sequence[str] = ()
        self._is_path = False

    def compose(self) -> ComposeResult:
        yield Static("", id="ask-label")
        yield LineInput(id="ask-text", compact=True, select_on_focus=False)
        yield Static("", id="ask-problem")

    def ask(self, wanted: Line) -> None:
        """Show the line and take its text."""
        self._accept, self._among, self._is_path = wanted.accept, wanted.among, wanted.is_path
        self.query_one("#ask-label", Static).update(Content(f" {wanted.label} "))
        line = self.query_one(Input)
        line.placeholder = wanted.hint
        line.suggester = SuggestFromList(wanted.among, case_sensitive=False) if wanted.among else None
        line.value = wanted.text
        line.cursor_position = len(wanted.text)
        self._say("")
        self.display = True
        self.screen.set_focus(line)
        if wanted.replaced:
            line.select_all()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self._accept(event.value.strip())
        if isawaitable(problem):
            problem = await problem
        if isinstance(problem, Line):
            self.ask(problem)
        elif problem:
            self._say(problem)
        else:
            self._close()

    async def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self._close()
        elif event.key == "tab" and (self._among or self._is_path):
            event.stop()
            event.prevent_default()
            line = self.query_one(Input)
            # In a thread: the directory may be on a disk that is gone.
            among = await asyncio.to_thread(paths_like, line.value) if self._is_path else self._among
            line.value = completed(line.value, among)
            line.cursor_position = len(line.value)

    def _say(self, problem: str) -> None:
        self.query_one("#ask-problem", Static).update(Content(problem))

    def _close(self) -> None:
        if self.display:
            self.display = False
            self.post_message(self.Closed())

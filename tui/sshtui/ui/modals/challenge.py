"""Keyboard-interactive: whatever a server asks, as many prompts as it likes (RFC 4256)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from sshtui.model.questions import Challenge, Field
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog, Entry
from sshtui.ui.modals.parts import Choice, ServerWords
from sshtui.ui.modals.secrets import SecretInput

PAGE = 8
"""Prompts shown at once; a server may send a thousand."""

PROMPT_LIMIT = 300
"""Characters shown of one prompt."""


class ChallengeDialog(Dialog[tuple[str, ...]]):
    """The server's prompts page by page; echoed or not as the server says.

    Enter goes to the next prompt, and from the last one on. All words of the server stand behind its bar.
    """

    HEADING = "The server asks"
    HINT = "Enter next · Ctrl+R show · Esc cancel"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "reveal", "Show", priority=True)]

    def __init__(self, question: Challenge, *, quiet: float = QUIET) -> None:
        self._host_name = plain(question.name, limit=60)
        super().__init__(f"{self._host_name}, {plain(question.destination, limit=100)}", quiet=quiet)
        self._question = question
        self._page = 0
        self._answers = [""] * len(question.fields)

    @property
    def pages(self) -> int:
        """How many pages of prompts there are, at least one."""
        return max(1, -(-len(self._question.fields) // PAGE))

    def body(self) -> Iterable[Widget]:
        words = "\n".join(part for part in (self._question.title, self._question.instruction) if part.strip())
        if words:
            yield ServerWords(self._host_name, words)
        yield Static("", id="where", classes="muted tight")
        yield Vertical(*self._prompts(), id="prompts", classes="last")

    def buttons(self) -> Iterable[Button]:
        yield Choice("Back", "back")
        yield Choice("Continue", "continue")
        yield Choice("Cancel", "cancel")

    def on_mount(self) -> None:
        """Fill in what depends on the page."""
        self._tell_page()

    def wipe(self) -> None:
        """The answers of other pages as well."""
        super().wipe()
        self._answers = [""] * len(self._answers)

    def action_reveal(self) -> None:
        """Show the dots as letters, or the other way round."""
        for field in self.query(SecretInput):
            field.password = not field.password

    def first_focus(self) -> Widget | None:
        """The first prompt; Continue when there is nothing to fill in."""
        fields = self.query(Entry)
        return fields.first() if fields else self.query_one("#continue")

    def _fields(self) -> tuple[Field, ...]:
        return self._question.fields[self._page * PAGE : (self._page + 1) * PAGE]

    def _prompts(self) -> Iterable[Widget]:
        for field, answer in zip(self._fields(), self._answers[self._page * PAGE :], strict=False):
            yield Static(Content(plain(field.text, limit=PROMPT_LIMIT) or "(no text)"), classes="server-prompt")
            entry = Entry(select_on_focus=False) if field.echo else SecretInput()
            entry.value = answer
            yield entry

    def _tell_page(self) -> None:
        where = self.query_one("#where", Static)
        where.display = self.pages > 1
        where.update(Content(f"Page {self._page + 1} of {self.pages}, {len(self._question.fields)} prompts in all"))
        self.query_one("#back").display = self._page > 0

    def _keep(self) -> None:
        for number, entry in enumerate(self.query(Entry)):
            self._answers[self._page * PAGE + number] = entry.value

    async def _turn(self, by: int) -> None:
        self._keep()
        self._page += by
        prompts = self.query_one("#prompts")
        await prompts.remove_children()
        await prompts.mount_all(self._prompts())
        self._tell_page()
        widget = self.first_focus()
        if widget is not None:
            widget.focus()

    @on(Button.Pressed, "#back")
    async def _back(self) -> None:
        if self.ready and self._page > 0:
            await self._turn(-1)

    @on(Button.Pressed, "#continue")
    async def _continue(self) -> None:
        if not self.ready:
            return
        if self._page + 1 < self.pages:
            await self._turn(1)
            return
        self._keep()
        self.answer(tuple(self._answers))

    def complete(self) -> None:
        """On to the next page, or hand over."""
        self.call_next(self._continue)

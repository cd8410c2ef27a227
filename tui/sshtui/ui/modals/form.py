"""A dialog with fields that one button, or Enter in the last field, accepts; and the shortest one, a single line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from sshtui.ui.modals.base import QUIET, Dialog, Entry
from sshtui.ui.modals.parts import Choice

A = TypeVar("A")


class Form(Dialog[A], Generic[A]):
    """Fields, and one button that does what Enter in the last of them does: `complete`."""

    ACCEPT: ClassVar[str] = "Accept"
    HINT = "Enter next · Esc cancel"

    @property
    def accept(self) -> str:
        """What the button says; "" for no button, since there is nothing to accept."""
        return self.ACCEPT

    def buttons(self) -> Iterable[Button]:
        if self.accept:
            yield Choice(self.accept, "accept")
        yield Choice("Cancel", "cancel")

    def typed(self, name: str) -> str:
        """What stands in the field with the id `name`, without blanks around it."""
        return self.query_one(f"#{name}", Input).value.strip()

    @on(Button.Pressed, "#accept")
    def _accept(self) -> None:
        if self.ready:
            self.complete()


class LineForm(Form[str]):
    """One line of text; an empty one is no answer unless `may_be_empty`."""

    HINT = "Enter accept · Esc cancel"

    def __init__(
        self,
        heading: str,
        accept: str,
        *,
        who: str = "",
        explanation: str = "",
        value: str = "",
        placeholder: str = "",
        may_be_empty: bool = False,
        quiet: float = QUIET,
    ) -> None:
        super().__init__(who, quiet=quiet)
        self._heading, self._says, self._explanation = heading, accept, explanation
        self._entry = Entry(value, placeholder=placeholder, id="line", classes="last")
        self._may_be_empty = may_be_empty

    @property
    def heading(self) -> str:
        return self._heading

    @property
    def accept(self) -> str:
        return self._says

    def body(self) -> Iterable[Widget]:
        if self._explanation:
            yield Static(Content(self._explanation))
        yield self._entry

    def complete(self) -> None:
        """Answer with the line."""
        if (text := self.typed("line")) or self._may_be_empty:
            self.answer(text)

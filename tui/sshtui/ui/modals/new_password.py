"""Another password: the old one, the new one, and the new one again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from sshtui.keys.strength import estimate
from sshtui.model.questions import NewPassword, PasswordChange
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.parts import Choice, Row, ServerWords
from sshtui.ui.modals.secrets import SecretInput


class NewPasswordDialog(Dialog[PasswordChange]):
    """Old, new and repeated password; it can be handed over once the two new ones are equal."""

    HEADING = "Change password"
    HINT = "Enter next · Ctrl+R show · Esc cancel"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "reveal", "Show", priority=True)]

    def __init__(self, question: NewPassword, *, quiet: float = QUIET) -> None:
        self._host_name = plain(question.name, limit=60)
        self._destination = plain(question.destination, limit=100)
        super().__init__(f"{self._host_name}, {self._destination}", quiet=quiet)
        self._question = question

    def body(self) -> Iterable[Widget]:
        question = self._question
        why = "must be changed before you can log in" if question.demanded else "will be changed on the server"
        yield Static(Content(f"The password of {self._destination} {why}."))
        words = "\n".join(part for part in (question.prompt, question.problem) if part.strip())
        if words:
            yield ServerWords(self._host_name, words)
        if question.needs_old:
            yield Row("Old password", SecretInput(id="old"))
        yield Row("New password", SecretInput(id="new"), classes="gap")
        yield Static("", id="strength", classes="tight under muted")
        yield Row("Once more", SecretInput(id="again"))
        yield Static("", id="match", classes="tight under")

    def buttons(self) -> Iterable[Button]:
        yield Choice("Change", "change", disabled=True)
        yield Choice("Cancel", "cancel")

    def action_reveal(self) -> None:
        """Show the dots as letters, or the other way round."""
        for field in self.query(SecretInput):
            field.password = not field.password

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _problem(self) -> str:
        """Why it cannot be handed over yet, or ""."""
        if self._question.needs_old and not self._value("old"):
            return "The old password is needed."
        if not self._value("new"):
            return "A new password is needed."
        if self._question.needs_old and self._value("new") == self._value("old"):
            return "The new password is the old one."
        if self._value("new") != self._value("again"):
            return "The two new passwords differ."
        return ""

    @on(Input.Changed)
    def _typed(self) -> None:
        new, again = self._value("new"), self._value("again")
        self.query_one("#strength", Static).update(Content(estimate(new).said if new else ""))
        match = self.query_one("#match", Static)
        problem = self._problem() if new and again else ""
        match.update(Content(problem or ("The two are equal." if again else "")))
        match.set_class(bool(problem), "problem")
        match.set_class(not problem, "good")
        self.query_one("#change", Button).disabled = bool(self._problem())

    @on(Button.Pressed, "#change")
    def _change(self) -> None:
        if self.ready:
            self.complete()

    def complete(self) -> None:
        """Hand the change over, or say why not yet."""
        problem = self._problem()
        if problem:
            match = self.query_one("#match", Static)
            match.update(Content(problem))
            match.set_class(True, "problem")
            return
        old = self._value("old") if self._question.needs_old else ""
        self.answer(PasswordChange(old=old, new=self._value("new")))

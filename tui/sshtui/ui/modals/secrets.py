"""Passwords, passphrases and the prompts of a server: typed, handed over, wiped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from sshtui.model.questions import Passphrase, Password
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog, Entry
from sshtui.ui.modals.parts import Choice

A = TypeVar("A")


class SecretInput(Entry):
    """A field whose text is shown as dots and never copied."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(password=True, id=id, classes=classes, select_on_focus=False)

    def action_copy(self) -> None:
        """Nothing: a secret stays here."""
        raise SkipAction

    def action_cut(self) -> None:
        """Nothing: a secret stays here."""
        raise SkipAction


class SecretDialog(Dialog[A], Generic[A]):
    """Asks for one secret; Enter hands it over, Ctrl+R shows it while it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "reveal", "Show", priority=True)]
    HINT = "Enter continue · Ctrl+R show · Esc cancel"
    LABEL: ClassVar[str] = "Password"

    def body(self) -> Iterable[Widget]:
        yield from self.explanation()
        yield SecretInput(id="secret", classes="last")

    def explanation(self) -> Iterable[Widget]:
        """What is asked for, and why again."""
        raise NotImplementedError

    def buttons(self) -> Iterable[Button]:
        yield Choice("Continue", "continue")
        yield Choice("Cancel", "cancel")

    def action_reveal(self) -> None:
        """Show the dots as letters, or the other way round."""
        for field in self.query(SecretInput):
            field.password = not field.password

    def complete(self) -> None:
        self.answer(self.given(self.query_one("#secret", Entry).value))

    def given(self, text: str) -> A:
        """The answer that what was typed makes."""
        raise NotImplementedError

    @on(Button.Pressed, "#continue")
    def _continued(self) -> None:
        if self.ready:
            self.complete()


class PlainSecretDialog(SecretDialog[str]):
    """The answer is what was typed."""

    def given(self, text: str) -> str:
        return text


class PasswordDialog(PlainSecretDialog):
    """The login password of a host."""

    HEADING = "Password"

    def __init__(self, question: Password, *, quiet: float = QUIET) -> None:
        self._question = question
        super().__init__(subject(question), quiet=quiet)

    def explanation(self) -> Iterable[Widget]:
        yield from password_words(self._question)


class PassphraseDialog(PlainSecretDialog):
    """The passphrase of a private key or the PIN of a token; it stays on this computer."""

    def __init__(self, question: Passphrase, *, quiet: float = QUIET) -> None:
        self._question = question
        super().__init__(subject(question), quiet=quiet)

    @property
    def heading(self) -> str:
        return self._question.what

    def explanation(self) -> Iterable[Widget]:
        yield from passphrase_words(self._question)


def subject(question: Password | Passphrase) -> str:
    """What the line on top says."""
    if isinstance(question, Passphrase):
        return plain(question.label, limit=100)
    return f"{plain(question.name, limit=60)}, {plain(question.destination, limit=100)}"


def password_words(question: Password) -> Iterable[Widget]:
    """What is asked for, and why again: right above the field, where it is seen on a low screen too."""
    yield Static(Content(f"Password of {plain(question.destination, limit=100)}"))
    if question.attempt > 1:
        name = plain(question.name, limit=60)
        yield Static(
            Content(f"{name} did not accept that password. Attempt {question.attempt}."), classes="problem tight"
        )


def passphrase_words(question: Passphrase) -> Iterable[Widget]:
    """What is asked for, where it goes, and why again."""
    yield Static(Content(f"{question.what} of {plain(question.label, limit=200)}"), classes="tight")
    yield Static(Content("It opens the private key here and is not sent anywhere."), classes="muted")
    if question.problem or question.attempt > 1:
        problem = plain(question.problem, limit=200) or f"The {question.what} does not open it."
        yield Static(Content(f"{problem} Attempt {question.attempt}."), classes="problem tight")

"""A secret that may be kept, and the password of the vault it may be kept in."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Static

from sshtui.model.questions import KEYRING, Password, Place, RememberableSecret, TypedSecret, VaultPassword
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Entry
from sshtui.ui.modals.key_pairs import Tick
from sshtui.ui.modals.parts import Row
from sshtui.ui.modals.secrets import (
    PlainSecretDialog,
    SecretDialog,
    SecretInput,
    passphrase_words,
    password_words,
    subject,
)

_TITLES = {KEYRING: "Remember in the system's keyring", "vault": "Remember in the vault, an encrypted file"}


class RememberableSecretDialog(SecretDialog[TypedSecret]):
    """A password or passphrase with a box to tick for each place; none is ticked at first, one at most later."""

    HINT = "Enter continue · Tab remember · Ctrl+R show · Esc cancel"

    def __init__(self, question: RememberableSecret, *, quiet: float = QUIET) -> None:
        self._question = question
        super().__init__(subject(question.question), quiet=quiet)

    @property
    def heading(self) -> str:
        return "Password" if isinstance(self._question.question, Password) else "Passphrase"

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        for place in self._question.places:
            yield Tick(_TITLES[place], id=place, classes="last")
        yield Static(Content("Safer than any saved secret: a key pair in the agent."), classes="muted last")

    def explanation(self) -> Iterable[Widget]:
        question = self._question.question
        yield from password_words(question) if isinstance(question, Password) else passphrase_words(question)

    def given(self, text: str) -> TypedSecret:
        ticked: list[Place] = [each for each in self._question.places if self.query_one(f"#{each}", Tick).value]
        return TypedSecret(text, ticked[0] if ticked else None)

    @on(Checkbox.Changed)
    def _ticked(self, event: Checkbox.Changed) -> None:
        if event.value:
            for other in self.query(Tick):
                if other is not event.checkbox:
                    other.value = False


class VaultPasswordDialog(PlainSecretDialog):
    """The password of the vault; a new one is typed twice."""

    HEADING = "Vault"

    def __init__(self, question: VaultPassword, *, quiet: float = QUIET) -> None:
        self._question = question
        super().__init__("the vault of saved secrets", quiet=quiet)

    def body(self) -> Iterable[Widget]:
        if not self._question.new:
            yield from super().body()
            return
        yield from self.explanation()
        yield Row("Password", SecretInput(id="secret"))
        yield Row("Once more", SecretInput(id="again"))
        yield Static("", id="match", classes="tight under problem")

    def explanation(self) -> Iterable[Widget]:
        if self._question.new:
            yield Static(Content("Choose the password of the vault. Without it nobody opens the vault, nor do you."))
        else:
            yield Static(Content("Password of the vault on this computer"), classes="tight")
            yield Static(Content("It opens the saved secrets here and is not sent anywhere."), classes="muted")
        if self._question.problem:
            yield Static(Content(plain(self._question.problem, limit=200)), classes="problem tight")

    def complete(self) -> None:
        typed = self.query_one("#secret", Entry).value
        if self._question.new and (not typed or typed != self.query_one("#again", Entry).value):
            words = "The two passwords differ." if typed else "A password is needed."
            self.query_one("#match", Static).update(Content(words))
            return
        super().complete()

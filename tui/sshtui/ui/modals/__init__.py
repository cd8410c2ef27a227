"""One dialog for each question of `model.questions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    ChooseKeyPair,
    Confirm,
    ConfirmPaste,
    NewPassword,
    Passphrase,
    Password,
    Question,
    Quit,
    RememberableSecret,
    UnknownHostKey,
    VaultPassword,
)
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.challenge import ChallengeDialog
from sshtui.ui.modals.confirm import ConfirmDialog, ConfirmPasteDialog, QuitDialog
from sshtui.ui.modals.host_keys import ChangedHostKeyDialog, UnknownHostKeyDialog
from sshtui.ui.modals.key_pairs import ChooseKeyPairDialog
from sshtui.ui.modals.new_password import NewPasswordDialog
from sshtui.ui.modals.remember import RememberableSecretDialog, VaultPasswordDialog
from sshtui.ui.modals.secrets import PassphraseDialog, PasswordDialog

A = TypeVar("A")

_DIALOGS: dict[type[Question[Any]], Callable[..., Dialog[Any]]] = {
    Challenge: ChallengeDialog,
    ChangedHostKey: ChangedHostKeyDialog,
    ChooseKeyPair: ChooseKeyPairDialog,
    Confirm: ConfirmDialog,
    ConfirmPaste: ConfirmPasteDialog,
    NewPassword: NewPasswordDialog,
    Passphrase: PassphraseDialog,
    Password: PasswordDialog,
    Quit: QuitDialog,
    RememberableSecret: RememberableSecretDialog,
    UnknownHostKey: UnknownHostKeyDialog,
    VaultPassword: VaultPasswordDialog,
}


def dialog_for(question: Question[A], *, quiet: float = QUIET) -> Dialog[A]:
    """The dialog that asks `question`, not shown yet. An unknown kind of question is a mistake: KeyError."""
    return cast("Dialog[A]", _DIALOGS[type(question)](question, quiet=quiet))

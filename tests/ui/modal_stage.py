"""A stage for dialogs: an app with a remote's text behind, and one example of each question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from sshtui.model.host_keys import HostKey, KnownEntry, PublicKey
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    ChooseKeyPair,
    Confirm,
    ConfirmPaste,
    Field,
    NewPassword,
    Passphrase,
    Password,
    Prompter,
    Question,
    Quit,
    RememberableSecret,
    UnknownHostKey,
    VaultPassword,
)
from sshtui.ui.modals.base import Dialog
from sshtui.ui.prompter import ModalPrompter
from sshtui.ui.steady import SteadyApp
from tests.waiting import on_stage

QUIET = 0.05


def ed25519(seed: int) -> bytes:
    """A public key in its wire form (RFC 8709 section 4) with 32 bytes of `seed`."""
    kind = b"ssh-ed25519"
    return len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + bytes([seed]) * 32


HOST_KEY = HostKey(ed25519(1))
KNOWN = KnownEntry(HostKey(ed25519(2)), "~/.ssh/known_hosts", 12)
KEY_PAIRS = (
    KeyPair("file", "~/.ssh/id_ed25519", PublicKey(ed25519(3)), "ada@laptop", encrypted=True),
    KeyPair("agent", "", PublicKey(ed25519(4)), "work key", certificate=True),
    KeyPair("file", "~/.ssh/legacy.ppk", None, "", encrypted=True),
)

QUESTIONS: dict[str, Question[Any]] = {
    "unknown": UnknownHostKey("web-1", "10.0.0.5", 22, HOST_KEY),
    "changed": ChangedHostKey("web-1", "10.0.0.5", 2222, HOST_KEY, (KNOWN,)),
    "another-type": ChangedHostKey("web-1", "10.0.0.5", 22, HOST_KEY, (KNOWN,), another_type=True),
    "password": Password("web-1", "root@10.0.0.5", attempt=2),
    "passphrase": Passphrase("~/.ssh/id_ed25519", attempt=2, problem="The passphrase does not open the key."),
    "remember-password": RememberableSecret(Password("web-1", "root@10.0.0.5", attempt=2), ("keyring", "vault")),
    "remember-passphrase": RememberableSecret(Passphrase("~/.ssh/id_ed25519"), ("vault",)),
    "vault": VaultPassword(problem="The vault does not open with this password."),
    "new-vault": VaultPassword(new=True),
    "challenge": Challenge(
        "web-1",
        "root@10.0.0.5",
        "Two-factor login",
        "Enter the code of your token.\nThe code changes every 30 seconds.",
        (Field("User: ", echo=True), Field("Password: ", echo=False), Field("Code: ", echo=True)),
    ),
    "new-password": NewPassword("web-1", "root@10.0.0.5", "Your password has expired.", "BAD PASSWORD: too short"),
    "key-pairs": ChooseKeyPair("web-1", KEY_PAIRS, current="~/.ssh/id_ed25519"),
    "no-key-pairs": ChooseKeyPair("web-1", ()),
    "confirm": Confirm("Close web-1?", "The session is live; closing it ends what runs in it.", yes="Close"),
    "danger": Confirm("Delete prod?", "12 hosts are in it.", yes="Delete", danger=True),
    "quit": Quit("2 tabs are live; what runs in them ends. Detached, everything goes on."),
    "paste": ConfirmPaste("web-1", "cd /srv\nrm -rf ./old\n\x1b[201~echo done\n"),
}


class Stage(SteadyApp[None]):
    """A field and a text behind the dialogs."""

    def __init__(self, *, quiet: float = QUIET, key_workshop: Callable[[Prompter], Screen[None]] | None = None) -> None:
        super().__init__()
        self.prompter = ModalPrompter(self, quiet=quiet, key_workshop=key_workshop)

    def compose(self) -> ComposeResult:
        """What lies behind."""
        yield Input(id="behind")
        yield Static(Content("\n".join(f"ada@web-1:~$ echo line {number}" for number in range(60))))

    @property
    def dialog(self) -> Dialog[Any] | None:
        """The dialog in front."""
        return self.screen if isinstance(self.screen, Dialog) else None

    async def ready(self, pilot: Pilot[None]) -> Dialog[Any]:
        """The dialog in front once it takes keystrokes."""
        await on_stage(pilot, lambda: self.dialog is not None and self.dialog.ready, "dialog that is ready")
        await pilot.pause()
        assert self.dialog is not None
        return self.dialog

    async def no_dialog(self, pilot: Pilot[None]) -> None:
        """Return once no dialog is in front."""
        await on_stage(pilot, lambda: self.dialog is None, "way back")


def start(app: Stage, question: Question[Any]) -> asyncio.Task[Any]:
    """Ask `question`; the task ends with the answer."""
    return asyncio.create_task(app.prompter.ask(question))


def shown(app: Stage) -> str:
    """The text on the screen, line by line."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())

"""Saved secrets as answers: a prompter that asks the person only for what is not saved."""

from __future__ import annotations

import getpass
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar, cast

from sshtui.errors import Declined, SshtuiError
from sshtui.model.hosts import Host
from sshtui.model.questions import (
    Challenge,
    Notice,
    Passphrase,
    Password,
    Place,
    Prompter,
    Question,
    RememberableSecret,
)
from sshtui.secrets.command import command_of, first_line
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.references import PASSPHRASE, PASSWORD, TOTP, reference_of
from sshtui.secrets.totp import asks_for_code, read_totp

A = TypeVar("A")

# Anchored, so that "New password:" and "Retype password:" are nobody's.
_PASSWORD_PROMPT = re.compile(r"(?:\S+'s )?password(?: for \S+)?\s*:?\s*\Z", re.IGNORECASE)


class Codes:
    """One-time codes of all connections: none is handed out twice, as servers take each once (RFC 6238, 5.2)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._used: dict[str, int] = {}

    def next(self, name: str, secret: str) -> str | None:
        """The present code; None when it was handed out already. Raises UsageError for a damaged secret."""
        totp = read_totp(secret)
        counter = totp.counter(self._clock())
        if self._used.get(name, -1) >= counter:
            return None
        self._used[name] = counter
        return totp.code(counter)


class RememberingPrompter:
    """Fits Prompter, for one attempt to connect to `host`: each saved secret answers once, then the person is asked.

    With `offer` a person may ask to keep a typed secret; that happens in `logged_in`, so never with a wrong one.
    Every question it sees comes from a server whose host key is trusted, or from a key file of this computer.
    """

    def __init__(self, prompter: Prompter, keeper: Keeper, codes: Codes, host: Host, *, offer: bool = True) -> None:
        self._prompter = prompter
        self._keeper = keeper
        self._codes = codes
        self._dialled = host
        self._offer = offer
        self._used: set[tuple[str, str]] = set()
        self._filled: set[str] = set()
        self._typed: dict[tuple[str, str], tuple[str, Place]] = {}

    async def ask(self, question: Question[A]) -> A | None:
        """A saved answer, or the person's."""
        answer: object
        if isinstance(question, Password):
            answer = await self._password(question)
        elif isinstance(question, Passphrase):
            answer = await self._passphrase(question)
        elif isinstance(question, Challenge):
            answer = await self._challenge(question)
        else:
            return await self._prompter.ask(question)
        return cast("A | None", answer)

    def tell(self, notice: Notice) -> None:
        """Show it."""
        self._prompter.tell(notice)

    def logged_in(self) -> None:
        """What was typed has served: keep what the person wanted kept, in the background."""
        typed, self._typed = self._typed, {}
        for (name, field), (secret, place) in typed.items():
            self._keeper.keep_later(name, field, place, secret, self._prompter)

    async def _password(self, question: Password) -> str | None:
        host = self._owner(question.name, question.destination)
        if host is None:
            return await self._prompter.ask(question)
        saved = await self._saved_password(host) if question.attempt == 1 else None
        if saved is not None:
            return saved
        if host.name in self._filled:
            self._filled.discard(host.name)
            self.tell(Notice(f"{host.name} did not accept the saved password.", level="warning"))
        return await self._ask_typed(question, host, PASSWORD)

    async def _passphrase(self, question: Passphrase) -> str | None:
        host = self._owner(self._dialled.name, self._dialled.destination)
        if host is None or not _opens(host, question.label):
            return await self._prompter.ask(question)
        if question.attempt == 1 and (saved := await self._saved(host, PASSPHRASE)) is not None:
            return saved
        return await self._ask_typed(question, host, PASSPHRASE)

    async def _challenge(self, question: Challenge) -> tuple[str, ...] | None:
        """A single prompt may be filled from what is saved; of several, a person answers all."""
        host = self._owner(question.name, question.destination)
        if host is not None and len(question.fields) == 1:
            prompt = question.fields[0]
            lines = [line for line in prompt.text.splitlines() if line.strip()]
            last = lines[-1].strip() if lines else ""
            if asks_for_code(last) and (code := await self._code(host)) is not None:
                return (code,)
            if not prompt.echo and _PASSWORD_PROMPT.match(last):
                saved = await self._saved_password(host)
                if saved is not None:
                    return (saved,)
        return await self._prompter.ask(question)

    async def _ask_typed(self, question: Password | Passphrase, host: Host, field: str) -> str | None:
        self._typed.pop((host.name, field), None)
        places = await self._keeper.places() if self._offer else ()
        if not places:
            return await self._prompter.ask(question)
        answer = await self._prompter.ask(RememberableSecret(question, places))
        if answer is None:
            return None
        if answer.place is not None:
            self._typed[host.name, field] = answer.text, answer.place
        return answer.text

    async def _saved_password(self, host: Host) -> str | None:
        """From the keyring or the vault, else from the host's own command."""
        if (PASSWORD, host.name) in self._used:
            return None
        saved = await self._saved(host, PASSWORD)
        if saved is None:
            try:
                command = command_of(host)
                saved = await first_line(command) if command else None
            except SshtuiError as error:
                self._say(error)
        if saved is not None:
            self._filled.add(host.name)
        return saved

    async def _code(self, host: Host) -> str | None:
        secret = await self._saved(host, TOTP)
        if secret is None:
            return None
        try:
            code = self._codes.next(str(reference_of(host, TOTP)), secret)
        except SshtuiError as error:
            self._say(error)
            return None
        if code is None:
            self.tell(Notice(f"The present one-time code of {host.name} was used already; the next one comes soon."))
        else:
            self.tell(Notice(f"sshtui filled in the one-time code of {host.name}."))
        return code

    async def _saved(self, host: Host, field: str) -> str | None:
        """What is saved, at the first call; trouble with it is told, and the person asked instead."""
        if (field, host.name) in self._used:
            return None
        self._used.add((field, host.name))
        try:
            return await self._keeper.recall(host, field, self._prompter)
        except Declined:
            return None
        except SshtuiError as error:
            self._say(error)
            return None

    def _owner(self, name: str, destination: str) -> Host | None:
        """The saved host that a question speaks of: by name and by address, so that no namesake gets its secrets."""
        host = self._keeper.host(name)
        if host is None:
            return None
        user, _, where = destination.rpartition("@")
        # No user means the local one's name, as for ssh: `-l other` must not get what is saved for it.
        same_account = (user or getpass.getuser()) == (host.user or getpass.getuser())
        return host if same_account and where == replace(host, user="").destination else None

    def _say(self, error: SshtuiError) -> None:
        self.tell(Notice(error.told, level="warning"))


def _opens(host: Host, label: str) -> bool:
    """Whether the key file called `label` is the host's own."""
    return bool(host.key_pair) and label in (host.key_pair, os.path.expanduser(host.key_pair))

"""Changes to the saved hosts as a person asks for them: what may be changed, undone, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Literal

from sshtui.errors import SshtuiError
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, Notice, Prompter
from sshtui.ui.asking import told
from sshtui.ui.card_fields import Surrounding
from sshtui.ui.history import History, Step
from sshtui.ui.parts import Parts
from sshtui.ui.widgets.card import Editing


class HostEdits:
    """Carries out changes and tells how they went; no widget is touched."""

    def __init__(self, parts: Parts, prompter: Prompter, replaced: Callable[[Host, Host], None]) -> None:
        """`replaced(before, after)` is told when a saved host is another."""
        self._replaced = replaced
        self._parts = parts
        self._prompter = prompter
        self._history = History(parts.hosts)

    def changeable(self, host: Host | None) -> Host | None:
        """`host` when it is ours to change; says why not otherwise."""
        if host is None:
            self.tell("Choose a host first.")
        if host is not None and not host.editable:
            self.tell(f"{host.name} stands in {host.origin} and is read-only here; c makes an own copy.", "warning")
            return None
        return host

    def adding(self, folder: str) -> Editing:
        """A new host in `folder`."""
        return self._editing(Host(name="", address="", folder=folder), None)

    def editing(self, host: Host) -> Editing:
        """A saved host."""
        return self._editing(host, host.name)

    def cloning(self, host: Host) -> Editing:
        """A copy of any host, under a free name."""
        return self._editing(replace(host, name=_free(host.name, self._names()), origin=""), None)

    def delete(self, host: Host) -> None:
        """Take a host away, and say how to bring it back."""
        if self._try(lambda: self._history.remove(host.name)):
            self.tell(f"{host.name} is deleted. u brings it back.")

    def undo(self) -> Step | None:
        """Undo the newest change; None when nothing was undone."""
        try:
            step = self._history.undo()
        except SshtuiError as error:
            self._prompter.tell(told(error))
            return None
        if step is not None and step.before is not None and step.after is not None:
            self._replaced(step.after, step.before)
        self.tell(step.sentence if step else "There is nothing to undo.")
        return step

    async def choose_key_pair(self, host: Host) -> None:
        """Ask which key pair to offer to a saved host, and keep it there."""

        async def again() -> Sequence[KeyPair]:
            return await self._parts.key_pairs(host)

        pairs = tuple(await again())
        answer = await self._prompter.ask(ChooseKeyPair(host.name, pairs, host.key_pair, again))
        if answer is not None and answer.key_pair.path:
            self._try(lambda: self._save(replace(host, key_pair=answer.key_pair.path), host.name))

    def tell(self, sentence: str, level: Literal["information", "warning"] = "information") -> None:
        """Say something that needs no answer."""
        self._prompter.tell(Notice(sentence, level=level))

    def _editing(self, base: Host, was: str | None) -> Editing:
        around = Surrounding(
            self._names() - ({was} if was else set()), self._parts.themes.keys(), self._parts.parse_destination
        )
        return Editing(base, was, around, self._save)

    def _save(self, host: Host, was: str | None) -> None:
        before = self._parts.hosts.get(was) if was else None
        self._history.save(host, was)
        if before is not None:
            self._replaced(before, host)

    def _names(self) -> set[str]:
        return {host.name for host in self._parts.hosts.hosts()}

    def _try(self, change: Callable[[], None]) -> bool:
        try:
            change()
        except SshtuiError as error:
            self._prompter.tell(told(error))
            return False
        return True


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(free for number in count(2) if (free := f"{name}-{number}") not in used)

"""Changes to the saved hosts as a person asks for them: what may be changed, undone, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sshtui.errors import SshtuiError, UsageError
from sshtui.model.folders import folder_typed, is_below
from sshtui.model.hosts import NOTHING_MORE, Host, folder_problem
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, Confirm
from sshtui.ui.card_fields import (
    CARD_FIELDS,
    FOLDER_FIELDS,
    Surrounding,
    read,
    read_changes,
    read_folder,
    written,
)
from sshtui.ui.history import Edit, History, Step
from sshtui.ui.host_rows import Catalogue
from sshtui.ui.jobs import Jobs
from sshtui.ui.parts import Parts
from sshtui.ui.widgets.card import Editing

MANY = 10
"""Hosts from which a person is asked before all of them are opened or deleted."""


class HostEdits:
    """Carries out changes and tells how they went; no widget is touched."""

    def __init__(self, parts: Parts, jobs: Jobs, replaced: Callable[[Host, Host], None]) -> None:
        """`replaced(before, after)` is told when a saved host is another."""
        self._replaced = replaced
        self._parts = parts
        self._jobs = jobs
        self._history = parts.history or History(parts.hosts)

    def changeable(self, host: Host | None) -> Host | None:
        """`host` when it is ours to change; says why not otherwise."""
        if host is None:
            self._jobs.say("Choose a host first.")
        if host is not None and not host.editable:
            self._jobs.say(
                f"{host.name} stands in {host.origin} and is read-only here; O makes an own copy.", warning=True
            )
            return None
        return host

    def all_changeable(self, hosts: Sequence[Host]) -> Sequence[Host]:
        """Those of `hosts` that are ours to change; says how many are not."""
        if len(hosts) < 2:
            return [host] if (host := self.changeable(next(iter(hosts), None))) else []
        own = [host for host in hosts if host.editable]
        if len(own) < len(hosts):
            left = len(hosts) - len(own)
            self._jobs.say(
                f"{left} of {len(hosts)} are read-only here and stay as they are; O makes own copies.", warning=True
            )
        return own

    # What is typed on the card

    def adding(self, folder: str) -> Editing:
        """A new host in `folder`."""
        return self._editing(Host(name="", address="", folder=folder), new=True)

    def editing(self, host: Host) -> Editing:
        """A saved host."""
        return self._editing(host)

    def cloning(self, host: Host) -> Editing:
        """A copy of any host, under a free name."""
        return self._editing(replace(host, name=_free(host.name, self._names()), origin=""), new=True)

    def editing_all(self, hosts: Sequence[Host]) -> Editing:
        """Several saved hosts at once: every field but the name; only what is typed changes."""
        fields = CARD_FIELDS[1:]
        every = [written(host, fields) for host in hosts]
        mixed = {field.id for field in fields if len({texts[field.id] for texts in every}) > 1}
        before = {field_id: "" if field_id in mixed else text for field_id, text in every[0].items()}

        def save(texts: Mapping[str, str]) -> None:
            changed = [(host, read_changes(texts, before, host)) for host in hosts]
            self._save_all(changed, f"{_many(hosts)} edited.")

        return Editing(fields, before, self._around(), save, mixed)

    def editing_folder(self, path: str, catalogue: Catalogue) -> Editing:
        """What hosts inherit from a folder, and its path."""
        before = written(self._history.folder(path), FOLDER_FIELDS)

        def save(texts: Mapping[str, str]) -> None:
            changes = {name: value for name, value in read_folder(texts).items() if value != read_folder(before)[name]}
            to = texts["path"].strip()
            if to != path:
                self._move_folder(path, to, catalogue, changes)
            elif changes:
                self._history.set_folder(path, changes, f"the settings of {path}.")

        return Editing(FOLDER_FIELDS, before, self._around(), save)

    def _editing(self, base: Host, *, new: bool = False) -> Editing:
        def save(texts: Mapping[str, str]) -> Host:
            host = read(texts, base)
            self._save_all([(None if new else base, host)])
            return host

        guessed = ("name", "folder") if new else ()
        return Editing(CARD_FIELDS, written(base), self._around("" if new else base.name), save, guessed=guessed)

    def _around(self, was: str = "") -> Surrounding:
        names = self._names() - {was}
        return Surrounding(names, self._parts.themes.keys(), self._parts.parse_destination)

    # What is done at once

    async def ask_to_delete(self, hosts: Sequence[Host]) -> None:
        """Take many hosts away, after asking."""
        many = f"{len(hosts)} saved hosts are deleted. u brings them back until sshtui ends."
        if await self._jobs.prompter.ask(Confirm("Delete the marked hosts?", many, yes="Delete", danger=True)):
            self.delete(hosts)

    def delete(self, hosts: Sequence[Host]) -> None:
        """Take hosts away, and say how to bring them back."""
        title = f"{_many(hosts)} deleted." if len(hosts) > 1 else ""
        if self._try(lambda: self._history.remove([host.name for host in hosts], title)):
            self._jobs.say(
                f"{title} u brings them back." if title else f"{hosts[0].name} is deleted. u brings it back."
            )

    def move(self, hosts: Sequence[Host], folder: str) -> str:
        """Put hosts into `folder`; why that cannot be, or ""."""
        folder = folder_typed(folder)
        if problem := folder_problem(folder):
            return problem
        moved: list[Edit] = [(host, replace(host, folder=folder)) for host in hosts if host.folder != folder]
        if moved:
            title = f"{_many([host for _, host in moved])} moved to {folder or 'the top'}."
            return self._told_once(lambda: self._save_all(moved, title), title)
        return ""

    def move_folder(self, path: str, to: str, catalogue: Catalogue) -> str:
        """Give a folder with all that is in it another path; why that cannot be, or ""."""
        to = folder_typed(to)
        if problem := folder_problem(to) if to else "A folder needs a name.":
            return problem
        if to == path:
            return ""
        return self._told_once(lambda: self._move_folder(path, to, catalogue), f"{path} is {to} now.")

    def _move_folder(self, path: str, to: str, catalogue: Catalogue, changes: Mapping[str, Any] = NOTHING_MORE) -> None:
        if is_below(to, path):
            raise UsageError(f"{path} cannot stand inside itself.")
        self._history.move_folder(path, to, catalogue.own_below(path), f"{path} renamed to {to}.", changes)

    def mark_favourites(self, hosts: Sequence[Host]) -> None:
        """Make favourites of them; none any more when all are."""
        wanted = not all(host.favourite for host in hosts)
        changed = [(host, replace(host, favourite=wanted)) for host in hosts if host.favourite != wanted]
        title = (
            f"{_many(hosts)} {'made' if wanted else 'no longer'} {'a favourite' if len(hosts) == 1 else 'favourites'}."
        )
        self._told_once(lambda: self._save_all(changed, title), title)

    def save_own(self, hosts: Sequence[Host]) -> Host | None:
        """Save read-only hosts as ours, under their own names as far as they are free; the first one."""
        names = self._names()
        copies: list[Host] = []
        for host in hosts:
            if host.editable:
                continue
            name = host.name if host.name not in names else _free(host.name, names)
            names.add(name)
            copies.append(replace(host, name=name, origin=""))
        if not copies:
            self._jobs.say("That is a host of yours already; c makes a copy of it.")
            return None
        title = f"{_many(copies)} saved as {'a host' if len(copies) == 1 else 'hosts'} of your own."
        problem = self._told_once(lambda: self._save_all([(None, copy) for copy in copies], title), title)
        return None if problem else copies[0]

    def save_imported(self, edits: Sequence[Edit], source: str) -> None:
        """Save what an import wants, in one step to undo. Raises SshtuiError."""
        self._save_all(edits, f"{_many([host for _, host in edits])} imported from {source}.")

    def undo(self) -> Step | None:
        """Undo the newest change; None when nothing was undone."""
        try:
            step = self._history.undo()
        except SshtuiError as error:
            self._jobs.failed(error)
            return None
        for change in step.changes if step else ():
            if change.before is not None and change.after is not None:
                self._is_now(change.after, change.before)
        self._jobs.say(step.sentence if step else "There is nothing to undo.")
        return step

    async def restore(self) -> None:
        """Put back the last good copy of a file that cannot be read, after asking."""
        hosts = self._parts.hosts
        copy, problem = hosts.last_good, hosts.problem
        if copy is None or problem is None:
            self._jobs.say("There is nothing to put back: the saved hosts can be read, or were never kept.")
            return
        text = f"{problem.sentence}\n\nThere is {copy}. What stands in the file now is kept beside it."
        if await self._jobs.prompter.ask(Confirm("Put back the last good hosts?", text, yes="Put back")):
            try:
                kept = hosts.restore()
            except SshtuiError as error:
                self._jobs.failed(error)
            else:
                self._jobs.say(f"The last good hosts are back. What stood there is in {kept.name}.")

    async def choose_key_pair(self, host: Host) -> None:
        """Ask which key pair to offer to a saved host, and keep it there."""

        async def again() -> Sequence[KeyPair]:
            return await self._parts.key_pairs(host)

        pairs = tuple(await again())
        answer = await self._jobs.prompter.ask(ChooseKeyPair(host.name, pairs, host.key_pair, again))
        if answer is not None and answer.key_pair.path:
            changed = replace(host, key_pair=answer.key_pair.path)
            self._try(lambda: self._save_all([(host, changed)]))

    def _save_all(self, edits: Sequence[Edit], title: str = "") -> None:
        for change in self._history.save(edits, title).changes:
            if change.before is not None and change.after is not None:
                self._is_now(change.before, change.after)

    def _is_now(self, before: Host, after: Host) -> None:
        if before.name != after.name:
            self._parts.recent.rename(before.name, after.name)
        self._replaced(before, after)

    def _names(self) -> set[str]:
        return {host.name for host in self._parts.hosts.hosts()}

    def _told_once(self, change: Callable[[], None], title: str) -> str:
        """Carry out a change and say so; what went wrong, which is told too, or ""."""
        if not self._try(change):
            return "Nothing is changed."
        self._jobs.say(f"{title} u undoes it.")
        return ""

    def _try(self, change: Callable[[], None]) -> bool:
        try:
            change()
        except SshtuiError as error:
            self._jobs.failed(error)
            return False
        return True


def _many(hosts: Sequence[Host]) -> str:
    return hosts[0].name if len(hosts) == 1 else f"{len(hosts)} hosts"


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(free for number in count(2) if (free := f"{name}-{number}") not in used)

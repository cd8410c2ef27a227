"""What was done to the saved hosts, so that it can be undone, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sshtui.errors import NotFound, UsageError
from sshtui.model.folders import FolderSettings, is_below
from sshtui.model.hosts import NOTHING_MORE, Host, carried_over
from sshtui.ui.stores import Hosts

DEPTH = 1000
"""Changes that can be undone; older ones are forgotten."""


@dataclass(frozen=True)
class Change:
    """`before` became `after`; None means that it was not there."""

    before: Host | None
    after: Host | None


Edit = tuple[Host | None, Host]
"""The host as a person saw it, None for a new one, and what they made of it."""


@dataclass(frozen=True)
class FolderChange:
    """Fields of a folder's settings as they were, None for one that was not set."""

    path: str
    before: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What one keystroke did to hosts and folders; `title` says it where more than one host changed."""

    changes: tuple[Change, ...]
    folders: tuple[FolderChange, ...] = ()
    title: str = ""

    @property
    def sentence(self) -> str:
        """What undoing it did."""
        if self.title or len(self.changes) != 1:
            return f"Undone: {self.title}"
        (change,) = self.changes
        if change.before is None:
            return f"{change.after.name if change.after else ''} is taken away again."
        return (
            f"{change.before.name} is back." if change.after is None else f"{change.before.name} is as it was before."
        )

    @property
    def host(self) -> Host | None:
        """A host that is there again after undoing, to point at."""
        return next((change.before for change in self.changes if change.before is not None), None)


class History:
    """Changes hosts and folders and remembers how to undo it, for as long as the app runs."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._steps: list[Step] = []

    def save(self, edits: Sequence[Edit], title: str = "") -> Step:
        """Make each edit to the host as it is saved at present, so that what others changed in it stays; all or none.

        Raises UsageError for a new host whose name is taken, ConfigError.
        """
        if taken := [after.name for before, after in edits if before is None and self._hosts.get(after.name)]:
            raise UsageError(f"There is already a host named {taken[0]}.", hint="Choose another name.")
        step = Step(self._made(edits), (), title)
        self._hosts.change(_saving(edits, step.changes))
        self._note(step)
        return step

    def remove(self, names: Sequence[str], title: str = "") -> None:
        """Take hosts away; all or none. Raises NotFound, ConfigError."""
        self._note(Step(tuple(Change(host, None) for host in self._hosts.change(removed=names)), (), title))

    def set_folder(self, path: str, changes: Mapping[str, Any], title: str) -> None:
        """Set fields of a folder, None taking one away. Raises UsageError, ConfigError."""
        before = {name: _said(self.folder(path), name) for name in changes}
        self._hosts.change(folders=[(path, changes)])
        self._note(Step((), (FolderChange(path, before),), title))

    def folder(self, path: str) -> FolderSettings:
        """What is set for a folder, nothing where the file says nothing of it."""
        return next((each for each in self._hosts.folders if each.path == path), FolderSettings(path))

    def move_folder(
        self,
        path: str,
        to: str,
        hosts: Sequence[Host],
        title: str,
        changes: Mapping[str, Any] = NOTHING_MORE,
    ) -> None:
        """Give a folder, those inside it and `hosts`, all that stand there, the path `to`; settings go with it.

        `changes` are made to its own settings on the way. Settings that `to` has already stay as they are. Raises as
        `set_folder`.
        """
        moved = [(host, replace(host, folder=to + host.folder.removeprefix(path))) for host in hosts]
        taken = [each.path for each in self._hosts.folders]
        renamed = [
            (was, new)
            for was in dict.fromkeys([*([path] if changes else []), *taken])
            if is_below(was, path) and (new := to + was.removeprefix(path)) not in taken
        ]
        before = {name: _said(self.folder(path), name) for name in changes}
        made = self._made(moved)
        first = [(path, changes)] if changes else []
        self._hosts.change(_saving(moved, made), folders=[*first, *((was, {"path": new}) for was, new in renamed)])
        folders = [FolderChange(path, before)] if changes else []
        folders += [FolderChange(new, {"path": was}) for was, new in renamed]
        self._note(Step(made, tuple(folders), title))

    def undo(self) -> Step | None:
        """Undo the newest change in one write and return it, each `before` as it stands there again; None without any.

        What others changed since stays. Raises ConfigError, NotFound for a host that is gone, UsageError for one whose
        name another has.

        A step that another instance made impossible is given up, so that those before it can be undone.
        """
        if not self._steps:
            return None
        # A change is carried over to what is known of the file: it has to be what stands there.
        self._hosts.refresh()
        step = self._steps[-1]
        gone = [change.after.name for change in step.changes if change.before is None and change.after is not None]
        edits = [_back(change) for change in step.changes if change.before is not None]
        back = self._made(edits)
        folders = [(folder.path, folder.before) for folder in reversed(step.folders)]
        try:
            self._check(edits, gone)
            self._hosts.change(_saving(edits, back), removed=gone, folders=folders)
        except (NotFound, UsageError):
            self._steps.pop()
            raise
        self._steps.pop()
        there = iter(back)
        changes = [
            change if change.before is None else Change(next(there).after, change.after) for change in step.changes
        ]
        return replace(step, changes=tuple(changes))

    def _check(self, edits: Sequence[Edit], gone: Sequence[str]) -> None:
        """Raise NotFound or UsageError where the hosts saved at present leave no room for `edits`."""
        for before, after in edits:
            if before and not self._hosts.get(before.name):
                raise NotFound(f"There is no saved host {before.name}.")
            if before is None and after.name not in gone and self._hosts.get(after.name):
                raise UsageError(f"There is already a host named {after.name}.", hint="It stays as it is.")

    def _made(self, edits: Sequence[Edit]) -> tuple[Change, ...]:
        """What `edits` make of the hosts as they are saved at present."""
        nows = [self._hosts.get(before.name) if before else None for before, _ in edits]
        return tuple(
            Change(now, carried_over(before, after, now) if before and now else after)
            for (before, after), now in zip(edits, nows, strict=True)
        )

    def _note(self, step: Step) -> None:
        self._steps = [*self._steps[1 - DEPTH :], step]


def _saving(edits: Sequence[Edit], made: Sequence[Change]) -> list[tuple[Host, str | None]]:
    """The hosts that `made` leads to, each with the name of the one it takes the place of."""
    return [
        (change.after, before.name if before else None)
        for (before, _), change in zip(edits, made, strict=True)
        if change.after
    ]


def _said(settings: FolderSettings, name: str) -> Any:
    """A field as the file has it: None where it is not set."""
    value = getattr(settings, name)
    return None if value == "" else value


def _back(change: Change) -> Edit:
    """The edit by which `before` stands there again."""
    assert change.before is not None
    if change.after is None:
        return None, change.before
    # A field that the file keeps unless it is taken away by name.
    added = {name: None for name in change.after.extra if name not in change.before.extra}
    before = replace(change.before, extra={**change.before.extra, **added}) if added else change.before
    return change.after, before

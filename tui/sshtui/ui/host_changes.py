"""The actions that change saved hosts and folders: add, edit, copy, move, delete, undo; one, or all marked ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sshtui.model.folders import folder_typed
from sshtui.model.hosts import Host
from sshtui.ui.commands import Commands
from sshtui.ui.host_edits import MANY, HostEdits
from sshtui.ui.host_rows import FAVOURITES, FolderRow, HostListRow, HostRow, is_read_only
from sshtui.ui.jobs import Jobs
from sshtui.ui.listing import Listing
from sshtui.ui.selection import Selection
from sshtui.ui.widgets.ask_line import Line
from sshtui.ui.widgets.card import Card
from sshtui.ui.widgets.host_list import HostList


class HostChanges:
    """Carries them out on what `selection` says; `reveal` puts the cursor on a host, wherever it stands now."""

    def __init__(
        self,
        edits: HostEdits,
        jobs: Jobs,
        listing: Listing,
        rows: HostList,
        selection: Selection,
        card: Card,
        ask: Callable[[Line], None],
        reveal: Callable[[Host], None],
    ) -> None:
        self._edits = edits
        self._jobs = jobs
        self._listing = listing
        self._list = rows
        self._selection = selection
        self._card = card
        self._ask = ask
        self._reveal = reveal

    def commands(self) -> Commands:
        """What the actions do here."""
        return {
            "hosts.add": self._add,
            "hosts.edit": self._edit,
            "hosts.clone": self._clone,
            "hosts.save_own": self._save_own,
            "hosts.delete": self._delete,
            "hosts.move": self._move,
            "hosts.favourite": self._favourite,
            "hosts.undo": self._undo,
            "hosts.restore": self._restore,
            "hosts.key_pair": self._choose_key_pair,
        }

    async def _add(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow):
            folder = row.path if _is_own(row) else ""
        else:
            folder = row.host.folder if row is not None and row.host.editable else ""
        await self._card.edit("new host", self._edits.adding(folder))

    async def _edit(self) -> None:
        row = self._list.row
        hosts = self._selection.hosts()
        if not hosts and isinstance(row, FolderRow):
            await self._edit_folder(row)
        elif len(hosts) > 1:
            own = self._edits.all_changeable(hosts)
            if own:
                await self._card.edit(f"edit {len(own)} hosts", self._edits.editing_all(own))
        elif (host := self._edits.changeable(next(iter(hosts), None))) is not None:
            await self._card.edit(f"edit {host.name}", self._edits.editing(host))

    async def _edit_folder(self, row: FolderRow) -> None:
        if _is_own(row):
            editing = self._edits.editing_folder(row.path, self._listing.catalogue)
            await self._card.edit(f"edit the folder {row.title}", editing)
        else:
            self._jobs.say("That is no folder of yours: there is nothing to edit.", warning=True)

    async def _clone(self) -> None:
        row = self._list.row
        if isinstance(row, HostRow):
            await self._card.edit(f"copy of {row.host.name}", self._edits.cloning(row.host))
        else:
            self._jobs.say("Choose a host first.")

    def _save_own(self) -> None:
        first = self._edits.save_own(self._selection.hosts())
        if first is not None:
            self._reveal(first)

    def _delete(self) -> None:
        if not self._selection.marked and isinstance(self._list.row, FolderRow):
            self._jobs.say("A folder goes with its last host. Space marks all that are in it, then d deletes them.")
            return
        hosts = self._edits.all_changeable(self._selection.hosts())
        if len(hosts) > MANY:
            self._list.run_worker(self._edits.ask_to_delete(hosts), group="delete", exclusive=True)
        elif hosts:
            self._edits.delete(hosts)

    def _move(self) -> None:
        """Ask where to, and move the hosts there, or else the folder under the cursor."""
        row = self._list.row
        hosts = self._selection.hosts()
        if not hosts and isinstance(row, FolderRow) and _is_own(row):
            self._move_folder(row.path)
            return
        own = self._edits.all_changeable(hosts)
        if not own:
            return

        def accept(folder: str) -> str:
            problem = self._edits.move(own, folder)
            if not problem:
                self._follow(own)
            return problem

        what = own[0].name if len(own) == 1 else f"{len(own)} hosts"
        before = own[0].folder if len({host.folder for host in own}) == 1 else ""
        hint = "a folder as prod/web; empty is the top"
        self._ask(Line(f"move {what} to", accept, before, hint, self._listing.folders(), replaced=True))

    def _move_folder(self, path: str) -> None:
        def accept(to: str) -> str:
            problem = self._edits.move_folder(path, to, self._listing.catalogue)
            if not problem:
                self._list.move_to_folder(folder_typed(to))
            return problem

        self._ask(Line(f"move the folder {path} to", accept, path, among=self._listing.folders()))

    def drop(self, row: HostListRow, target: HostListRow) -> None:
        """`row` was dragged onto `target`: it goes into that folder, and all that is marked with it."""
        marked = self._selection.marked_hosts()
        ours = _is_own(target) if isinstance(target, FolderRow) else target.host.editable
        folder = target.path if isinstance(target, FolderRow) else target.host.folder
        if not ours:
            self._jobs.say("That is no folder of yours; nothing is moved.", warning=True)
        elif isinstance(row, HostRow):
            with_it = marked if any(host.name == row.host.name for host in marked) else [row.host]
            self._edits.move(self._edits.all_changeable(with_it), folder)
        elif _is_own(row):
            title = row.path.rpartition("/")[2]
            self._edits.move_folder(row.path, f"{folder}/{title}" if folder else title, self._listing.catalogue)

    def _favourite(self) -> None:
        hosts = self._edits.all_changeable(self._selection.hosts())
        if hosts:
            self._edits.mark_favourites(hosts)
            self._follow(hosts)

    def _follow(self, moved: Sequence[Host]) -> None:
        """Keep the cursor on the host it stood on, which stands elsewhere now."""
        row = self._list.row
        names = {host.name for host in moved}
        if isinstance(row, HostRow) and row.host.name in names and (now := self._listing.own(row.host.name)):
            self._reveal(now)

    def _undo(self) -> None:
        step = self._edits.undo()
        if step is not None and step.host is not None:
            self._reveal(step.host)

    def _restore(self) -> None:
        self._list.run_worker(self._edits.restore(), group="restore", exclusive=True)

    def _choose_key_pair(self) -> None:
        row = self._list.row
        host = self._edits.changeable(row.host if isinstance(row, HostRow) else None)
        if host is not None:
            self._list.run_worker(self._edits.choose_key_pair(host), group="choose")


def _is_own(row: FolderRow) -> bool:
    return not is_read_only(row.path) and row.path != FAVOURITES

"""The actions that go about in the list of hosts: the cursor, folders that fold, the order."""

from __future__ import annotations

from collections.abc import Callable

from sshtui.ui.commands import Commands
from sshtui.ui.host_rows import FolderRow, folder_around
from sshtui.ui.jobs import Jobs
from sshtui.ui.listing import Listing
from sshtui.ui.selection import Selection
from sshtui.ui.widgets.host_list import HostList


class ListActions:
    """Moves the cursor of `rows` and changes what `listing` lists; `changed` is told when the rows are others."""

    def __init__(
        self, rows: HostList, listing: Listing, selection: Selection, jobs: Jobs, changed: Callable[[], None]
    ) -> None:
        self._list = rows
        self._listing = listing
        self._selection = selection
        self._jobs = jobs
        self._changed = changed

    def commands(self) -> Commands:
        """What the actions do here."""
        rows, moving = self._list, self._selection.moving
        return {
            "hosts.up": moving(lambda: rows.move(-1)),
            "hosts.down": moving(lambda: rows.move(1)),
            "hosts.page_up": moving(lambda: rows.page(-1)),
            "hosts.page_down": moving(lambda: rows.page(1)),
            "hosts.first": moving(lambda: rows.move_to(0)),
            "hosts.last": moving(lambda: rows.move_to(len(rows.rows) - 1)),
            "hosts.fold": self._fold,
            "hosts.unfold": self._unfold,
            "hosts.toggle_folder": self.toggle,
            "hosts.sort": self._sort,
        }

    def toggle(self) -> None:
        """Fold or unfold the folder under the cursor."""
        row = self._list.row
        if isinstance(row, FolderRow):
            self._set_folded(row.path, folded=not row.folded)

    def _fold(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow) and not row.folded:
            self._set_folded(row.path, folded=True)
        elif row is not None:
            self._list.move_to_folder(folder_around(row))

    def _unfold(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow):
            self._set_folded(row.path, folded=False)

    def _set_folded(self, path: str, *, folded: bool) -> None:
        self._listing.fold(path, folded=folded)
        self._changed()

    def _sort(self) -> None:
        said = self._listing.sort_next()
        self._changed()
        self._jobs.say(f"Sorted {said}.")

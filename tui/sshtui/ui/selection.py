"""Which hosts the next action is for: the marked ones, or else what the cursor stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from sshtui.model.hosts import Host
from sshtui.ui.commands import Commands
from sshtui.ui.host_rows import Catalogue, FolderRow, HostListRow, HostRow
from sshtui.ui.marks import Marks
from sshtui.ui.widgets.host_list import HostList


class Selection:
    """Carries out the actions that mark. `changed` is told when other hosts are marked."""

    def __init__(self, rows: HostList, catalogue: Callable[[], Catalogue], changed: Callable[[], None]) -> None:
        self._list = rows
        self._catalogue = catalogue
        self._changed = changed
        self._marks = Marks()

    def commands(self) -> Commands:
        """What the actions do here."""
        return {
            "hosts.mark": self._mark,
            "hosts.mark_range": self._range,
            "hosts.mark_up": lambda: self._extend(-1),
            "hosts.mark_down": lambda: self._extend(1),
            "hosts.mark_all": self._all,
        }

    def moving(self, move: Callable[[], None]) -> Callable[[], None]:
        """`move` of the cursor as an action: a range of `v` follows it, one of Shift ends."""

        def moved() -> None:
            self._marks.moved()
            move()
            self.follow()

        return moved

    @property
    def marked(self) -> Set[str]:
        """The names of the marked hosts."""
        return self._marks.names

    @property
    def in_range(self) -> bool:
        """Whether a range follows the cursor."""
        return self._marks.in_range

    def hosts(self) -> Sequence[Host]:
        """The marked hosts in the order of the files, else the one under the cursor."""
        row = self._list.row
        return self.marked_hosts() or ([row.host] if isinstance(row, HostRow) else [])

    def marked_hosts(self) -> Sequence[Host]:
        """The marked hosts, in the order of the files."""
        self.follow()
        catalogue = self._catalogue()
        names = self._marks.names
        return [host for host in (*catalogue.own, *catalogue.from_config) if host.name in names] if names else []

    def hosts_or_inside(self) -> Sequence[Host]:
        """The same, and where the cursor stands on a folder those in it."""
        row = self._list.row
        found = self.hosts()
        return self._catalogue().inside(row.path) if not found and isinstance(row, FolderRow) else found

    def follow(self) -> None:
        """Let a range reach to the cursor."""
        if self._marks.in_range:
            self._marks.follow(self._list.rows, self._list.cursor)
            self._changed()

    def clear(self) -> None:
        """Nothing is marked."""
        self._marks.clear()
        self._changed()

    def keep_listed(self) -> None:
        """Forget the marks of hosts that are gone."""
        if self._marks:
            self._marks.keep_only({host.name for host in (*self._catalogue().own, *self._catalogue().from_config)})
            self._changed()

    def toggle(self, row: HostListRow | None) -> None:
        """Mark a row's host, or all of a folder; unmark what is marked."""
        if isinstance(row, HostRow):
            self._marks.toggle([row.host.name])
        elif row is not None:
            self._marks.toggle(host.name for host in self._catalogue().inside(row.path))
        self._changed()

    def _mark(self) -> None:
        in_range = self._marks.in_range
        if in_range:
            self.follow()
            self._marks.end_range()
        else:
            self.toggle(self._list.row)
            self._list.move(1)
        self._changed()

    def _range(self) -> None:
        if self._marks.in_range:
            self.follow()
            self._marks.end_range()
        elif (row := self._list.row) is not None:
            self._marks.begin_range(row, holds=True)
        self._changed()

    def _extend(self, by: int) -> None:
        if (row := self._list.row) is not None:
            self._marks.begin_range(row, holds=False)
        self._list.move(by)
        self.follow()

    def _all(self) -> None:
        self._marks.toggle(row.host.name for row in self._list.rows if isinstance(row, HostRow))
        self._changed()

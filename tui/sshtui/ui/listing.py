"""What of all hosts is listed: their order, the folded folders, the matches of the filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sshtui.errors import BrokenFile
from sshtui.model.folders import way_to
from sshtui.model.hosts import Host
from sshtui.ui.host_rows import FAVOURITES, Catalogue, HostListRow
from sshtui.ui.parts import Parts
from sshtui.ui.stores import Recent

ORDERS: Mapping[str, str] = {"name": "by name", "recent": "by last use", "used": "by how often they are used"}
"""The setting `sort` and how it is said, in the order of the key."""

NOTHING = (" No hosts yet.", "", " a  adds the first one", " I  imports", " C  connects to an address", " ?  helps")


class Listing:
    """Makes the rows; every change of what is listed goes through here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.catalogue = Catalogue(())
        self._folded: frozenset[str] = frozenset()
        self._order = parts.settings.sort if parts.settings.sort in ORDERS else "name"

    def take(self, config: Sequence[Host]) -> None:
        """List the hosts as they are now, with the read-only ones of `config`."""
        self.catalogue = Catalogue(self._parts.hosts.hosts(), config)

    def own(self, name: str) -> Host | None:
        """The saved host of that name."""
        return self._parts.hosts.get(name)

    def problem(self) -> str:
        """What is wrong in our file, and what that costs; "" for nothing."""
        hosts = self._parts.hosts
        if hosts.problem is not None:
            way = " R puts back the last good one." if hosts.last_good else ""
            return f"{_place(hosts.problem)}: {hosts.problem.reason} Nothing is saved until that is mended.{way}"
        if not hosts.bad_entries:
            return ""
        first, *more = hosts.bad_entries
        others = f" {len(more)} more in {', '.join(f'line {bad.line}' for bad in more[:5])}." if more else ""
        return f"{_place(first)}: {first.reason} That host is left out.{others}"

    def rows(self, query: str) -> tuple[Sequence[HostListRow], Sequence[str]]:
        """The rows to show, and what to say where there are none."""
        weights = _weights(self._parts.recent, self._order)
        if query:
            return self.catalogue.matches(query, weights), (" No host matches.", "", " Esc shows all of them.")
        hosts = self._parts.hosts
        unreadable = hosts.problem is not None or hosts.bad_entries
        return self.catalogue.tree(self._folded, weights), (" No host could be read.",) if unreadable else NOTHING

    def fold(self, path: str, *, folded: bool) -> None:
        """Fold or unfold a folder."""
        self._folded = self._folded | {path} if folded else self._folded - {path}

    def unfold_around(self, host: Host) -> bool:
        """Unfold what hides a host; whether anything did."""
        above = {FAVOURITES} if host.favourite else {*way_to(host.folder)}
        hidden = bool(above & self._folded)
        self._folded -= above
        return hidden

    def sort_next(self) -> str:
        """Go to the next order, for the next start too; how it is said."""
        orders = [*ORDERS]
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._parts.save_setting("sort", self._order)
        return ORDERS[self._order]

    def folders(self) -> Sequence[str]:
        """Every folder there is, those above others too."""
        paths = {host.folder for host in self.catalogue.own} | {each.path for each in self._parts.hosts.folders}
        return sorted({above for path in paths for above in way_to(path)}, key=str.casefold)


def _weights(recent: Recent, order: str) -> Mapping[str, float] | None:
    match order:
        case "recent":
            return recent.times()
        case "used":
            return recent.counts()
        case _:
            return None


def _place(broken: BrokenFile) -> str:
    return f"{broken.path.name}, line {broken.line}" if broken.line else broken.path.name

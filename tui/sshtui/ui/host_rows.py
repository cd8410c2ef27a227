"""What the list of hosts shows, row by row: folders with their hosts, or the matches of a filter, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ui.fuzzy import matcher

CONFIG_FOLDER = "~/.ssh/config"
"""The folder of the hosts that are not ours to change."""

_FILE = "//"
"""In front of another file's path, where no folder of ours can have it."""

# Between the ratings of a match in the name and one in the address, user, folder or tags.
_BESIDE_THE_NAME = 10_000


class FolderRow(NamedTuple):
    """A folder: `path` from the top, `title` its last part, how many `hosts` are below it."""

    path: str
    title: str
    depth: int
    folded: bool
    hosts: int


class HostRow(NamedTuple):
    """A host at `depth`; `folder` is shown beside it while filtering."""

    host: Host
    depth: int
    folder: str = ""


HostListRow = FolderRow | HostRow


class _Candidate(NamedTuple):
    name: str
    rest: str
    row: HostRow


@dataclass(slots=True)
class _Folder:
    folders: dict[str, _Folder]
    hosts: list[Host]


class Catalogue:
    """All hosts, prepared for showing and filtering. Immutable but for a memory of the last filter."""

    def __init__(self, own: Iterable[Host], from_config: Iterable[Host] = ()) -> None:
        self.own = tuple(own)
        self.from_config = tuple(from_config)
        self._candidates: list[_Candidate] | None = None
        self._used: Mapping[str, float] | None = None
        self._last: tuple[str, list[_Candidate]] = ("", [])

    def __len__(self) -> int:
        return len(self.own) + len(self.from_config)

    def tree(self, folded: frozenset[str] = frozenset(), used: Mapping[str, float] | None = None) -> list[HostListRow]:
        """Every row that is not inside a `folded` folder; folders before hosts, by name.

        With `used` (name → time) hosts that were used last come first within their folder.
        """
        rows: list[HostListRow] = []
        _flatten(_as_tree(self.own), "", 0, folded, used, rows)
        for heading in dict.fromkeys(map(folder_of, self.from_config)):
            hosts = [host for host in self.from_config if folder_of(host) == heading]
            is_folded = heading in folded
            rows.append(FolderRow(heading, heading.removeprefix(_FILE), 0, is_folded, len(hosts)))
            if not is_folded:
                rows += [HostRow(host, 1) for host in _in_order(hosts, used)]
        return rows

    def matches(self, query: str, used: Mapping[str, float] | None = None) -> list[HostListRow]:
        """The hosts that match `query`, best first; several words must all match.

        The name counts most; address, user, folder and tags count too. Among equals the last used come first
        where `used` is given, then the name decides.
        """
        found = self._narrowed(query, used)
        ratings = [0] * len(found)
        for word in query.split():
            found, ratings = _rated(found, ratings, matcher(word))
        self._last = (query, found)
        best_first = sorted(zip(ratings, found, strict=True), key=_by_rating)
        return [candidate.row for _, candidate in best_first]

    def _narrowed(self, query: str, used: Mapping[str, float] | None) -> list[_Candidate]:
        """What can match at all, in order: a longer query only matches what the shorter one matched."""
        if self._candidates is None or used != self._used:
            self._candidates = [_candidate(host) for host in _in_order(self.own + self.from_config, used)]
            self._used = used
            self._last = ("", [])
        before, fitting = self._last
        return fitting if before and query.startswith(before) else self._candidates


def folder_of(host: Host) -> str:
    """Where a host stands in the list: its folder, or for a read-only one the file it comes from."""
    if host.editable:
        return host.folder
    _, colon, line = host.origin.rpartition(":")
    return CONFIG_FOLDER if colon and line.isdigit() else _FILE + plain(host.origin, 60)


def is_read_only(folder: str) -> bool:
    """Whether a row's path is no folder of ours but a file."""
    return folder == CONFIG_FOLDER or folder.startswith(_FILE)


def _rated(
    candidates: list[_Candidate], ratings: list[int], rate: Callable[[str], int | None]
) -> tuple[list[_Candidate], list[int]]:
    """Those of `candidates` that match, with what the match adds to their rating."""
    fitting, sums = [], []
    for candidate, so_far in zip(candidates, ratings, strict=True):
        rating = rate(candidate.name)
        if rating is None:
            rating = rate(candidate.rest)
            if rating is None:
                continue
            rating += _BESIDE_THE_NAME
        fitting.append(candidate)
        sums.append(so_far + rating)
    return fitting, sums


def _by_rating(entry: tuple[int, _Candidate]) -> int:
    return entry[0]


def _candidate(host: Host) -> _Candidate:
    rest = " ".join((host.address, host.user, host.folder, *host.tags))
    return _Candidate(host.name.lower(), rest.lower(), HostRow(host, 0, folder_of(host).removeprefix(_FILE)))


def _as_tree(hosts: Iterable[Host]) -> _Folder:
    top = _Folder({}, [])
    for host in hosts:
        folder = top
        for part in host.folder.split("/") if host.folder else ():
            folder = folder.folders.setdefault(part, _Folder({}, []))
        folder.hosts.append(host)
    return top


def _flatten(
    folder: _Folder,
    path: str,
    depth: int,
    folded: frozenset[str],
    used: Mapping[str, float] | None,
    rows: list[HostListRow],
) -> int:
    """Append the rows of `folder` and say how many hosts are in it."""
    count = len(folder.hosts)
    for title in sorted(folder.folders, key=str.casefold):
        below = f"{path}/{title}" if path else title
        place = len(rows)
        inner: list[HostListRow] = []
        inside = _flatten(folder.folders[title], below, depth + 1, folded, used, inner)
        rows.insert(place, FolderRow(below, title, depth, below in folded, inside))
        if below not in folded:
            rows += inner
        count += inside
    rows += [HostRow(host, depth) for host in _in_order(folder.hosts, used)]
    return count


def _in_order(hosts: Iterable[Host], used: Mapping[str, float] | None) -> list[Host]:
    if used is None:
        return sorted(hosts, key=lambda host: host.name.casefold())
    return sorted(hosts, key=lambda host: (-used.get(host.name, 0.0), host.name.casefold()))

"""What the list of hosts shows, row by row: favourites, folders with their hosts, or the matches of a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sshtui.model.folders import is_below
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ui.fuzzy import matcher

CONFIG_FOLDER = "~/.ssh/config"
"""The folder of the hosts that are not ours to change."""

FAVOURITES = "/favourites"
"""The path of the group at the top; no folder of ours can have it."""

_FILE = "//"
"""In front of another file's path, where no folder of ours can have it."""

# Between the ratings of a match in the name and one in the address, user, folder or tags.
_BESIDE_THE_NAME = 10_000

_TAG_WORDS = ("#", "tag:")


class FolderRow(NamedTuple):
    """A folder: `path` from the top, `title` its last part, how many `hosts` are below it."""

    path: str
    title: str
    depth: int
    folded: bool
    hosts: int


class HostRow(NamedTuple):
    """A host at `depth`; `folder` is shown beside it where it does not stand in that folder."""

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
    """All hosts, prepared for showing and filtering. Immutable but for a memory of the last filter.

    A read-only host whose name one of ours has is left out: the name means ours everywhere.
    """

    def __init__(self, own: Iterable[Host], from_config: Iterable[Host] = ()) -> None:
        self.own = tuple(own)
        names = {host.name for host in self.own}
        self.from_config = tuple(host for host in from_config if host.name not in names)
        self._candidates: list[_Candidate] | None = None
        self._weights: Mapping[str, float] | None = None
        self._last: tuple[str, list[_Candidate]] = ("", [])

    def __len__(self) -> int:
        return len(self.own) + len(self.from_config)

    def tree(
        self, folded: frozenset[str] = frozenset(), weights: Mapping[str, float] | None = None
    ) -> list[HostListRow]:
        """Every row that is not inside a `folded` folder: favourites, then folders before hosts, by name.

        With `weights` (name → when or how often it was used) the heaviest hosts come first within their folder.
        """
        rows: list[HostListRow] = []
        favourites = [host for host in self.own if host.favourite]
        if favourites:
            is_folded = FAVOURITES in folded
            rows.append(FolderRow(FAVOURITES, FAVOURITES[1:], 0, is_folded, len(favourites)))
            if not is_folded:
                rows += [HostRow(host, 1, host.folder) for host in _in_order(favourites, weights)]
        _flatten(_as_tree(self.own), "", 0, folded, weights, rows)
        for heading in dict.fromkeys(map(folder_of, self.from_config)):
            hosts = [host for host in self.from_config if folder_of(host) == heading]
            is_folded = heading in folded
            rows.append(FolderRow(heading, heading.removeprefix(_FILE), 0, is_folded, len(hosts)))
            if not is_folded:
                rows += [HostRow(host, 1) for host in _in_order(hosts, weights)]
        return rows

    def matches(self, query: str, weights: Mapping[str, float] | None = None) -> list[HostListRow]:
        """The hosts that match `query`, best first; several words must all match.

        The name counts most; address, user, folder and tags count too. A word `#eu` or `tag:eu` asks for a tag that
        begins so, and for nothing else. Among equals the heaviest come first where `weights` are given, then the
        name decides.
        """
        found = self._narrowed(query, weights)
        ratings = [0] * len(found)
        for word in query.split():
            tag = _tag(word)
            if tag is None:
                found, ratings = _rated(found, ratings, matcher(word))
            else:
                ratings = [r for r, each in zip(ratings, found, strict=True) if _has_tag(each.row.host, tag)]
                found = [each for each in found if _has_tag(each.row.host, tag)]
        self._last = (query, found)
        best_first = sorted(zip(ratings, found, strict=True), key=_by_rating)
        return [candidate.row for _, candidate in best_first]

    def inside(self, path: str) -> tuple[Host, ...]:
        """The hosts below a folder's row, folded or not, in the order of the files."""
        if path == FAVOURITES:
            return tuple(host for host in self.own if host.favourite)
        if is_read_only(path):
            return tuple(host for host in self.from_config if folder_of(host) == path)
        return tuple(host for host in self.own if not host.favourite and is_below(host.folder, path))

    def own_below(self, path: str) -> tuple[Host, ...]:
        """Every host of ours in the folder `path` and inside it, favourites too."""
        return tuple(host for host in self.own if is_below(host.folder, path))

    def _narrowed(self, query: str, weights: Mapping[str, float] | None) -> list[_Candidate]:
        """What can match at all, in order: a longer query only matches what the shorter one matched."""
        if self._candidates is None or weights != self._weights:
            ordered = _in_order(self.own + self.from_config, weights)
            # Among equals favourites come first, as in the tree.
            ordered.sort(key=lambda host: not host.favourite)
            self._candidates = [_candidate(host) for host in ordered]
            self._weights = weights
            self._last = ("", [])
        before, fitting = self._last
        # "tag" is any word, until a colon follows.
        longer = bool(before) and query.startswith(before) and _asks_for_tags(before) == _asks_for_tags(query)
        return fitting if longer else self._candidates


def name_words(query: str) -> tuple[str, ...]:
    """The words of a query that look for letters, not for tags."""
    return tuple(word for word in query.split() if _tag(word) is None)


def folder_of(host: Host) -> str:
    """Where a host stands in the list: its folder, or for a read-only one the file it comes from."""
    if host.editable:
        return host.folder
    _, colon, line = host.origin.rpartition(":")
    return CONFIG_FOLDER if colon and line.isdigit() else _FILE + plain(host.origin, 60)


def folder_around(row: HostListRow) -> str:
    """The path of the folder's row that a row stands under, "" at the top."""
    if isinstance(row, FolderRow):
        return "" if is_read_only(row.path) or row.path == FAVOURITES else row.path.rpartition("/")[0]
    return FAVOURITES if row.host.favourite and row.depth else folder_of(row.host)


def is_read_only(folder: str) -> bool:
    """Whether a row's path is no folder of ours but a file."""
    return folder == CONFIG_FOLDER or folder.startswith(_FILE)


def _tag(word: str) -> str | None:
    """The beginning of the tag a word asks for; None for a word that looks for letters."""
    for lead in _TAG_WORDS:
        if word.startswith(lead):
            return word.removeprefix(lead).casefold()
    return None


def _asks_for_tags(query: str) -> int:
    return sum(_tag(word) is not None for word in query.split())


def _has_tag(host: Host, start: str) -> bool:
    return any(tag.casefold().startswith(start) for tag in host.tags)


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
    """The folders of all hosts, with those that do not stand among the favourites."""
    top = _Folder({}, [])
    for host in hosts:
        folder = top
        for part in host.folder.split("/") if host.folder else ():
            folder = folder.folders.setdefault(part, _Folder({}, []))
        if not host.favourite:
            folder.hosts.append(host)
    return top


def _flatten(
    folder: _Folder,
    path: str,
    depth: int,
    folded: frozenset[str],
    weights: Mapping[str, float] | None,
    rows: list[HostListRow],
) -> int:
    """Append the rows of `folder` and say how many hosts are in it."""
    count = len(folder.hosts)
    for title in sorted(folder.folders, key=str.casefold):
        below = f"{path}/{title}" if path else title
        place = len(rows)
        inner: list[HostListRow] = []
        inside = _flatten(folder.folders[title], below, depth + 1, folded, weights, inner)
        rows.insert(place, FolderRow(below, title, depth, below in folded, inside))
        if below not in folded:
            rows += inner
        count += inside
    rows += [HostRow(host, depth) for host in _in_order(folder.hosts, weights)]
    return count


def _in_order(hosts: Iterable[Host], weights: Mapping[str, float] | None) -> list[Host]:
    if weights is None:
        return sorted(hosts, key=lambda host: host.name.casefold())
    return sorted(hosts, key=lambda host: (-weights.get(host.name, 0.0), host.name.casefold()))

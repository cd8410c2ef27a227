"""How a row of the list of hosts is painted: lead, shape, name, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from sshtui.model.reachability import Reachability
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.ui.fuzzy import positions
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.host_rows import FAVOURITES, FolderRow, HostRow

STATE_WORDS = {State.LIVE: "live", State.CONNECTING: "connecting", State.LOST: "lost", State.FAILED: "failed"}
"""The word beside a host's shape; no word where no tab is open or all have ended."""

NAME_LIMIT = 80

NEEDED = 8
"""Cells of a name that what stands beside it leaves."""

_STATE_PARTS = {State.LIVE: "live", State.CONNECTING: "connecting", State.LOST: "lost", State.FAILED: "lost"}


@dataclass(frozen=True)
class HostFacts:
    """What the list shows of hosts and does not hold itself, by name."""

    state: Callable[[str], State | None]
    marked: Callable[[], Set[str]] = frozenset
    reach: Callable[[str], Reachability | None] = lambda _name: None


class RowPainter:
    """Paints rows with the styles that `part` gives for a component's name."""

    def __init__(self, glyphs: Glyphs, facts: HostFacts, part: Callable[[str], Style]) -> None:
        self._glyphs = glyphs
        self._facts = facts
        self._part = part

    def folder(self, row: FolderRow, ground: Style, *, on_cursor: bool) -> list[Segment]:
        """A folder: shape, name and how many are in it."""
        mark = self._glyphs.folded if row.folded else self._glyphs.unfolded
        style = ground if on_cursor else ground + self._part("folder")
        quiet = ground if on_cursor else ground + self._part("quiet")
        star = f"{self._glyphs.favourite} " if row.path == FAVOURITES else ""
        return [
            Segment(f" {'  ' * row.depth}{mark} {star}{plain(row.title, NAME_LIMIT)}", style),
            Segment(f" {row.hosts}", quiet),
        ]

    def host(self, row: HostRow, ground: Style, words: Sequence[str], *, on_cursor: bool, width: int) -> list[Segment]:
        """A host on `width` cells: mark, shape, name with the letters of `words` marked; state, reach or folder."""
        host = row.host
        state = self._facts.state(host.name)
        tint = ground if on_cursor else ground + self._part(_STATE_PARTS.get(state, "ended") if state else "quiet")
        marked = host.name in self._facts.marked()
        lead = f"{self._glyphs.marked if marked else ' '}{'  ' * row.depth}"
        segments = [
            Segment(lead, ground + self._part("marked") if marked and not on_cursor else ground),
            Segment(self._glyphs.state(state) + " ", tint),
        ]
        room = width - cell_len(lead) - 2
        name = plain(host.name, NAME_LIMIT)
        # Among the matches of a filter no heading says it.
        star = f" {self._glyphs.favourite}" if host.favourite and not row.depth else ""
        beside, part = self._beside(row, state, room - min(cell_len(name), NEEDED))
        room -= cell_len(star) + (cell_len(beside) + 2 if beside else 1)
        if cell_len(name) > room:
            name = set_cell_size(name, max(room - 1, 0)) + self._glyphs.ellipsis
        segments += [*self._with_hits(name, words, ground), Segment(star, tint)]
        room -= cell_len(name)
        if beside:
            tint = ground if on_cursor else ground + self._part(part)
            return [*segments, Segment(" " * (room + 1), ground), Segment(beside + " ", tint)]
        if row.folder and room > 3:
            folder = plain(row.folder, NAME_LIMIT)
            if cell_len(folder) > room - 2:
                folder = set_cell_size(folder, room - 3) + self._glyphs.ellipsis
            quiet = ground if on_cursor else ground + self._part("quiet")
            segments += [Segment(" " * (room - cell_len(folder)), ground), Segment(folder + " ", quiet)]
        return segments

    def _beside(self, row: HostRow, state: State | None, room: int) -> tuple[str, str]:
        """The word at the right, as long as `room` allows, and its component."""
        if state and (word := STATE_WORDS.get(state)):
            return word, _STATE_PARTS[state]
        reach = self._facts.reach(row.host.name)
        if reach is None:
            return "", ""
        shape = self._glyphs.reach(reach.verdict)
        part = {"reachable": "live", "not checked": "quiet"}.get(reach.verdict, "lost")
        long = f"{shape} {plain(reach.words, NAME_LIMIT)}"
        return (long if cell_len(long) + 2 <= room else f"{shape} {reach.short}"), part

    def _with_hits(self, name: str, words: Sequence[str], ground: Style) -> list[Segment]:
        """The name with the letters of the filter marked."""
        hits = {at for word in words for at in positions(word, name)}
        if not hits:
            return [Segment(name, ground)]
        mark = ground + self._part("match")
        return [Segment(letter, mark if at in hits else ground) for at, letter in enumerate(name)]

"""Which hosts a person has marked: single ones, and a range that follows the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from sshtui.ui.host_rows import HostListRow, HostRow


class Marks:
    """Names of marked hosts. A range reaches from where it began to the cursor, until it is ended."""

    def __init__(self) -> None:
        self._kept: frozenset[str] = frozenset()
        self._range: frozenset[str] = frozenset()
        self._anchor: HostListRow | None = None
        self._holds = False
        self.names: Set[str] = frozenset()
        """All that are marked."""

    @property
    def in_range(self) -> bool:
        """Whether a range follows the cursor."""
        return self._anchor is not None

    def __bool__(self) -> bool:
        return bool(self.names)

    def toggle(self, names: Iterable[str]) -> None:
        """Mark these; unmark them when all of them are marked already."""
        self.end_range()
        wanted = frozenset(names)
        self._kept = self._kept - wanted if wanted <= self._kept else self._kept | wanted
        self._join()

    def begin_range(self, row: HostListRow, *, holds: bool) -> None:
        """Mark from a row on, wherever the cursor goes. Without `holds` a plain move ends the range."""
        if self._anchor is None:
            self._anchor, self._range = row, _names([row])
            self._join()
        self._holds = holds

    def follow(self, rows: Sequence[HostListRow], cursor: int) -> None:
        """The cursor stands on row `cursor` of `rows`: the range reaches there."""
        start = next((at for at, row in enumerate(rows) if _identity(row) == _identity(self._anchor)), None)
        if start is not None:
            self._range = _names(rows[min(start, cursor) : max(start, cursor) + 1])
            self._join()

    def moved(self) -> None:
        """A plain move, which a range that does not hold ends."""
        if not self._holds:
            self.end_range()

    def end_range(self) -> None:
        """Keep what the range marked; the cursor is free again."""
        self._kept |= self._range
        self._range, self._anchor, self._holds = frozenset(), None, False

    def clear(self) -> None:
        """Nothing is marked."""
        self._kept = self._range = frozenset()
        self._anchor, self._holds = None, False
        self._join()

    def keep_only(self, names: Set[str]) -> None:
        """Forget the marks of hosts that are gone."""
        self._kept &= names
        self._range &= names
        self._join()

    def _join(self) -> None:
        # Kept: every painted row asks.
        self.names = self._kept | self._range


def _identity(row: HostListRow | None) -> tuple[bool, str]:
    """What a row is known by when it is listed anew."""
    return (True, row.host.name) if isinstance(row, HostRow) else (False, row.path if row else "")


def _names(rows: Sequence[HostListRow]) -> frozenset[str]:
    return frozenset(row.host.name for row in rows if isinstance(row, HostRow))

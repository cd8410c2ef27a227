"""The list of hosts: a tree or the matches of a filter, painted line by line so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.ui.fuzzy import positions
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.host_rows import FolderRow, HostListRow, HostRow

STATE_WORDS = {State.LIVE: "live", State.CONNECTING: "connecting", State.LOST: "lost", State.FAILED: "failed"}
"""The word beside a host's shape; no word where no tab is open or all have ended."""

NAME_LIMIT = 80

NEAR = 20
"""Rows on either side in which the cursor looks for another place when its row is gone."""


class HostList(ScrollView, can_focus=True):
    """Rows of folders and hosts with a cursor. What a row's host is doing comes from `state_of`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "host-list--cursor", "host-list--folder", "host-list--match", "host-list--quiet",
        "host-list--live", "host-list--connecting", "host-list--lost", "host-list--ended",
    }  # fmt: skip

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, None when there is none."""

        row: HostListRow | None

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        row: HostListRow

    def __init__(self, glyphs: Glyphs, state_of: Callable[[str], State | None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._state_of = state_of
        self._rows: Sequence[HostListRow] = ()
        self.query_text = ""
        self._words: tuple[str, ...] = ()
        self._cursor = 0
        self._empty: Sequence[str] = ()

    @property
    def rows(self) -> Sequence[HostListRow]:
        """What is listed."""
        return self._rows

    @property
    def row(self) -> HostListRow | None:
        """Where the cursor stands."""
        return self._rows[self._cursor] if self._rows else None

    def show(
        self, rows: Sequence[HostListRow], *, query: str = "", cursor: int | None = None, empty: Sequence[str] = ()
    ) -> None:
        """List `rows`, marking the letters of `query`; the cursor goes to `cursor`, else stays on its host or folder.

        `empty` is said when there is nothing to list.
        """
        before = self.row
        if cursor is None:
            cursor = self._place_of(before, rows)
        if cursor is None:
            cursor = next((at for row in self._neighbours() if (at := self._place_of(row, rows)) is not None), 0)
        self._rows, self.query_text, self._words, self._empty = rows, query, tuple(query.split()), empty
        self._cursor = min(max(cursor, 0), max(len(rows) - 1, 0))
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        self._reveal()
        self.refresh()
        if self.row != before:
            self.post_message(self.Moved(self.row))

    def move(self, by: int) -> None:
        """Put the cursor `by` rows further down, stopping at the ends."""
        self.move_to(self._cursor + by)

    def move_to(self, place: int) -> None:
        """Put the cursor on row `place`, clamped."""
        place = min(max(place, 0), max(len(self._rows) - 1, 0))
        if place != self._cursor:
            before, self._cursor = self._cursor, place
            self._refresh_row(before)
            self._refresh_row(place)
            self._reveal()
            self.post_message(self.Moved(self.row))

    def page(self, by: int) -> None:
        """Move by `by` pages."""
        self.move(by * max(self.scrollable_content_region.height - 1, 1))

    def move_to_host(self, name: str) -> bool:
        """Put the cursor on a host; False when it is not listed."""
        for place, row in enumerate(self._rows):
            if isinstance(row, HostRow) and row.host.name == name:
                self.move_to(place)
                return True
        return False

    def move_to_folder(self, path: str) -> None:
        """Put the cursor on a folder's row, when it is listed."""
        for place, row in enumerate(self._rows):
            if isinstance(row, FolderRow) and row.path == path:
                self.move_to(place)
                return

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        ground = self.rich_style
        if place >= len(self._rows):
            text = self._empty[y] if not self._rows and y < len(self._empty) else ""
            quiet = ground + self.get_component_rich_style("host-list--quiet", partial=True)
            return Strip([Segment(set_cell_size(text, width), quiet)], width)
        row = self._rows[place]
        on_cursor = place == self._cursor
        if on_cursor:
            ground += self.get_component_rich_style("host-list--cursor", partial=True)
        segments = (
            self._folder(row, ground, on_cursor)
            if isinstance(row, FolderRow)
            else self._host(row, ground, on_cursor, width)
        )
        return Strip(segments).adjust_cell_length(width, ground)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self._reveal()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self._rows):
            self.move_to(place)
            row = self._rows[place]
            if isinstance(row, FolderRow) or event.chain == 2:
                self.post_message(self.Chosen(row))

    def _folder(self, row: FolderRow, ground: Style, on_cursor: bool) -> list[Segment]:
        mark = self._glyphs.folded if row.folded else self._glyphs.unfolded
        style = ground if on_cursor else ground + self._part("folder")
        quiet = ground if on_cursor else ground + self._part("quiet")
        return [
            Segment(f" {'  ' * row.depth}{mark} {plain(row.title, NAME_LIMIT)}", style),
            Segment(f" {row.hosts}", quiet),
        ]

    def _host(self, row: HostRow, ground: Style, on_cursor: bool, width: int) -> list[Segment]:
        state = self._state_of(row.host.name)
        role = {State.LIVE: "live", State.CONNECTING: "connecting", State.LOST: "lost", State.FAILED: "lost"}
        part = role.get(state, "ended") if state else "quiet"
        tint = ground if on_cursor else ground + self._part(part)
        lead = f" {'  ' * row.depth}"
        segments = [Segment(lead, ground), Segment(self._glyphs.state(state) + " ", tint)]
        beside = STATE_WORDS.get(state, "") if state else ""
        name = plain(row.host.name, NAME_LIMIT)
        room = width - cell_len(lead) - 2 - (cell_len(beside) + 2 if beside else 1)
        if cell_len(name) > room:
            name = set_cell_size(name, max(room - 1, 0)) + self._glyphs.ellipsis
        segments += self._marked(name, ground)
        room -= cell_len(name)
        if beside:
            segments += [Segment(" " * (room + 1), ground), Segment(beside + " ", tint)]
        elif self._words and row.folder and room > 3:
            folder = plain(row.folder, NAME_LIMIT)
            if cell_len(folder) > room - 2:
                folder = set_cell_size(folder, room - 3) + self._glyphs.ellipsis
            quiet = ground if on_cursor else ground + self._part("quiet")
            segments += [Segment(" " * (room - cell_len(folder)), ground), Segment(folder + " ", quiet)]
        return segments

    def _marked(self, name: str, ground: Style) -> list[Segment]:
        """The name with the letters of the filter marked."""
        hits = {at for word in self._words for at in positions(word, name)}
        if not hits:
            return [Segment(name, ground)]
        mark = ground + self._part("match")
        return [Segment(letter, mark if at in hits else ground) for at, letter in enumerate(name)]

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"host-list--{name}", partial=True)

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - self.scroll_offset.y, self.size.width, 1))

    def _reveal(self) -> None:
        self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True, immediate=True)

    @staticmethod
    def _place_of(wanted: HostListRow | None, rows: Sequence[HostListRow]) -> int | None:
        if isinstance(wanted, HostRow):
            for place, row in enumerate(rows):
                if isinstance(row, HostRow) and row.host.name == wanted.host.name:
                    return place
        elif wanted is not None:
            for place, row in enumerate(rows):
                if isinstance(row, FolderRow) and row.path == wanted.path:
                    return place
        return None

    def _neighbours(self) -> Iterator[HostListRow]:
        """Where the cursor goes from a row that is gone: its folder's next and previous host, then the row above."""
        gone = self.row
        at = self._cursor
        below, above = self._rows[at + 1 : at + NEAR], self._rows[max(at - NEAR, 0) : at][::-1]
        if isinstance(gone, HostRow):
            for row in (*below, *above):
                if isinstance(row, HostRow) and row.host.folder == gone.host.folder:
                    yield row
        yield from above

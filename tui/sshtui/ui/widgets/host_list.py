"""The list of hosts: a tree or the matches of a filter, painted line by line so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sshtui.ui.glyphs import Glyphs
from sshtui.ui.host_rows import FolderRow, HostListRow, HostRow, name_words
from sshtui.ui.widgets.host_painting import HostFacts, RowPainter

NEAR = 20
"""Rows on either side in which the cursor looks for another place when its row is gone."""


class HostList(ScrollView, can_focus=True):
    """Rows of folders and hosts with a cursor. What is shown of a host beside its name comes from `facts`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "host-list--cursor", "host-list--folder", "host-list--match", "host-list--quiet",
        "host-list--live", "host-list--connecting", "host-list--lost", "host-list--ended", "host-list--marked",
        "host-list--drop",
    }  # fmt: skip

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, None when there is none."""

        row: HostListRow | None

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        row: HostListRow

    @dataclass
    class Picked(Message):
        """A row was clicked while Ctrl was held."""

        row: HostListRow

    @dataclass
    class Dropped(Message):
        """`row` was dragged onto `target`."""

        row: HostListRow
        target: HostListRow

    def __init__(self, glyphs: Glyphs, facts: HostFacts, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painter = RowPainter(glyphs, facts, self._part)
        self._pressed: int | None = None
        self._drop_at: int | None = None
        self._dragged = False
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
    def cursor(self) -> int:
        """The place of the row where the cursor stands."""
        return self._cursor

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
        self._rows, self.query_text, self._words, self._empty = rows, query, name_words(query), empty
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
        elif place == self._drop_at:
            ground += self.get_component_rich_style("host-list--drop", partial=True)
        segments = (
            self._painter.folder(row, ground, on_cursor=on_cursor)
            if isinstance(row, FolderRow)
            else self._painter.host(row, ground, self._words, on_cursor=on_cursor, width=width)
        )
        return Strip(segments).adjust_cell_length(width, ground)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self._reveal()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self._pressed = self._place_at(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed is not None:
            here = self._place_at(event)
            self._drop_on(here if here != self._pressed else None)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        pressed, target = self._pressed, self._drop_at
        self._pressed = None
        self._drop_on(None)
        self.release_mouse()
        if pressed is not None and target is not None and max(pressed, target) < len(self._rows):
            self._dragged = True
            self.post_message(self.Dropped(self._rows[pressed], self._rows[target]))

    def on_click(self, event: events.Click) -> None:
        dragged, self._dragged = self._dragged, False
        place = self._place_at(event)
        if place is None or dragged:
            return
        self.move_to(place)
        row = self._rows[place]
        if event.ctrl:
            self.post_message(self.Picked(row))
        elif isinstance(row, FolderRow) or event.chain == 2:
            self.post_message(self.Chosen(row))

    def _place_at(self, event: events.MouseEvent) -> int | None:
        """The row under the mouse."""
        place = int(event.y) + self.scroll_offset.y
        return place if 0 <= place < len(self._rows) and 0 <= event.y < self.size.height else None

    def _drop_on(self, place: int | None) -> None:
        """Show where what is dragged would go."""
        if place != self._drop_at:
            before, self._drop_at = self._drop_at, place
            for at in (before, place):
                if at is not None:
                    self._refresh_row(at)

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

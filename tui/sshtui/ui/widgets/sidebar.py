"""The hosts: filter, list and card, and everything that is done to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from sshtui.errors import BrokenFile
from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.ui.commands import Commands
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.host_edits import HostEdits
from sshtui.ui.host_rows import Catalogue, FolderRow, HostListRow, HostRow, folder_of, is_read_only
from sshtui.ui.line_input import LineInput
from sshtui.ui.parts import Parts
from sshtui.ui.widgets.card import Card
from sshtui.ui.widgets.host_facts import facts_of_folder, facts_of_host
from sshtui.ui.widgets.host_list import HostList

REFRESH_SECONDS = 1.0
"""How often the files are looked at for changes made elsewhere."""

CONFIG_REST = 20
"""Reading ~/.ssh/config rests this many times as long as it takes."""

_WORTH = (State.LIVE, State.CONNECTING, State.LOST, State.FAILED, State.ENDED)


class Sidebar(Widget):
    """Owns what is listed and where the cursor is. `open_host(host, another)` connects, `leave` goes to the tabs."""

    def __init__(
        self,
        parts: Parts,
        glyphs: Glyphs,
        roster: Roster,
        prompter: Prompter,
        open_host: Callable[[Host, bool], Awaitable[None]],
        leave: Callable[[], Awaitable[None]],
        *,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self._open_host = open_host
        self._leave_hosts = leave
        self._parts = parts
        self._roster = roster
        self._edits = HostEdits(parts, prompter, self._replaced)
        self._config: tuple[Host, ...] = ()
        self._config_due = 0.0
        self._catalogue = Catalogue(())
        self._folded: frozenset[str] = frozenset()
        self._recent_first = parts.settings.sort == "recent"
        self._glyphs = glyphs
        self._list = HostList(glyphs, self.state_of, id="host-list")
        self._card = Card(id="card")
        self._filter = LineInput(placeholder="/ filter", id="filter", compact=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        yield self._filter
        yield Static("", id="hosts-problem")
        yield self._list
        yield self._card

    async def on_mount(self) -> None:
        self.border_title = "hosts"
        self._unsubscribe = self._parts.hosts.subscribe(self.reload)
        self.set_interval(REFRESH_SECONDS, self._look_for_changes)
        self.reload()
        self._look_for_changes()

    def on_unmount(self) -> None:
        self._unsubscribe()

    def commands(self) -> Commands:
        """What the actions do here."""
        rows = self._list
        return {
            "hosts.up": lambda: rows.move(-1),
            "hosts.down": lambda: rows.move(1),
            "hosts.page_up": lambda: rows.page(-1),
            "hosts.page_down": lambda: rows.page(1),
            "hosts.first": lambda: rows.move_to(0),
            "hosts.last": lambda: rows.move_to(len(rows.rows) - 1),
            "hosts.fold": self._fold,
            "hosts.unfold": self._unfold,
            "hosts.toggle_folder": self._toggle,
            "hosts.connect": self._connect,
            "hosts.connect_again": partial(self._connect, another=True),
            "hosts.filter": lambda: self.screen.set_focus(self._filter),
            "hosts.leave": self._leave,
            "hosts.add": self._add,
            "hosts.edit": self._edit,
            "hosts.clone": self._clone,
            "hosts.delete": self._delete,
            "hosts.undo": self._undo,
            "hosts.sort": self._sort,
            "hosts.key_pair": self._choose_key_pair,
            "card.next": lambda: self._card.move(1),
            "card.previous": lambda: self._card.move(-1),
            "card.save": self._card.save,
            "card.cancel": self._card.give_up,
        }

    # What others ask

    @property
    def editing(self) -> bool:
        """Whether the card's fields are open."""
        return self._card.editing

    @property
    def filtering(self) -> bool:
        """Whether the filter has the focus."""
        return self.screen.focused is self._filter

    @property
    def hosts(self) -> Sequence[Host]:
        """Every host there is, ours first."""
        return (*self._catalogue.own, *self._catalogue.from_config)

    @property
    def host(self) -> Host | None:
        """The host under the cursor."""
        row = self._list.row
        return row.host if isinstance(row, HostRow) else None

    def take_focus(self) -> None:
        """Put the focus on the list, or on the card while it is edited."""
        if self._card.editing:
            self._card.move(0)
        else:
            self.screen.set_focus(self._list)

    def state_of(self, name: str) -> State | None:
        """The best state of the tabs on a host; None where none is open."""
        states = {session.state for session in self._roster.for_host(name)}
        return next((state for state in _WORTH if state in states), None)

    def point_at(self, host: Host) -> None:
        """Put the cursor on `host` when it is listed, unless a person is busy here."""
        if not self.has_focus_within:
            self._list.move_to_host(host.name)

    def show_states(self) -> None:
        """Paint the states again: a session is in another one."""
        self._list.refresh()
        self._show_card()

    def reload(self) -> None:
        """List the hosts as they are now."""
        for before in self._catalogue.own:
            after = self._parts.hosts.get(before.name)
            if after is not None and after is not before and after != before:
                self._replaced(before, after)
        self._catalogue = Catalogue(self._parts.hosts.hosts(), self._config)
        self._list_rows()
        sentence = self._file_problem()
        line = self.query_one("#hosts-problem", Static)
        line.update(Content(plain(sentence, 300)))
        line.set_class(bool(sentence), "shown")

    def _file_problem(self) -> str:
        """What is wrong in our file, and what that costs; "" for nothing."""
        hosts = self._parts.hosts
        if hosts.problem is not None:
            return f"{_place(hosts.problem)}: {hosts.problem.reason} Nothing is saved until that is mended."
        if not hosts.bad_entries:
            return ""
        first, *more = hosts.bad_entries
        others = f" {len(more)} more in {', '.join(f'line {bad.line}' for bad in more[:5])}." if more else ""
        return f"{_place(first)}: {first.reason} That host is left out.{others}"

    def _replaced(self, before: Host, after: Host) -> None:
        """Let tabs on a saved host reconnect to what is saved now; a tab with wishes of its own keeps them."""
        for session in self._roster.sessions:
            if session.host == before:
                session.host = after

    # Listing

    def _look_for_changes(self) -> None:
        self._parts.hosts.refresh()
        if time.monotonic() >= self._config_due:
            self._config_due = float("inf")
            self._read_config()

    @work(group="config")
    async def _read_config(self) -> None:
        """Read ~/.ssh/config in a thread: it may be long, and it may be on a slow disk."""
        before = time.monotonic()
        config = tuple(await asyncio.to_thread(self._parts.config_hosts))
        now = time.monotonic()
        self._config_due = now + (now - before) * CONFIG_REST
        if config != self._config:
            self._config = config
            self.reload()

    def _list_rows(self, *, first: bool = False) -> None:
        used = self._parts.recent.times() if self._recent_first else None
        query = self._filter.value.strip()
        if query:
            rows = self._catalogue.matches(query, used)
            empty = [" No host matches.", "", " Esc shows all of them."]
        elif self._parts.hosts.problem is not None or self._parts.hosts.bad_entries:
            rows = self._catalogue.tree(self._folded, used)
            empty = [" No host could be read."]
        else:
            rows = self._catalogue.tree(self._folded, used)
            empty = [" No hosts yet.", "", " a  adds the first one", " C  connects to an address", " ?  helps"]
        self._list.show(rows, query=query, cursor=0 if first else None, empty=empty)
        self._show_card()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list_rows(first=bool(event.value))

    @on(HostList.Moved)
    def _moved(self, event: HostList.Moved) -> None:
        event.stop()
        self._show_card()

    @on(HostList.Chosen)
    async def _chosen(self, event: HostList.Chosen) -> None:
        event.stop()
        if isinstance(event.row, FolderRow):
            self._toggle()
        else:
            await self._connect()

    def _show_card(self) -> None:
        row = self._list.row
        if isinstance(row, HostRow):
            state = self.state_of(row.host.name)
            word = state.value if state else "not open"
            self._card.show(f"{row.host.name} {self._glyphs.state(state)} {word}", facts_of_host(row.host))
        elif isinstance(row, FolderRow):
            self._card.show(row.title, facts_of_folder(row))
        else:
            self._card.show("", ())

    def _fold(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow) and not row.folded:
            self._set_folded(row.path, folded=True)
        elif row is not None:
            self._list.move_to_folder(_folder_around(row))

    def _unfold(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow):
            self._set_folded(row.path, folded=False)

    def _toggle(self) -> None:
        row = self._list.row
        if isinstance(row, FolderRow):
            self._set_folded(row.path, folded=not row.folded)

    def _set_folded(self, path: str, *, folded: bool) -> None:
        self._folded = self._folded | {path} if folded else self._folded - {path}
        self._list_rows()

    def _sort(self) -> None:
        self._recent_first = not self._recent_first
        self._parts.save_setting("sort", "recent" if self._recent_first else "name")
        self._list_rows()
        self._edits.tell("Sorted by last use." if self._recent_first else "Sorted by name.")

    async def _leave(self) -> None:
        if self.filtering or self._filter.value:
            self._filter.value = ""
            self.screen.set_focus(self._list)
        else:
            await self._leave_hosts()

    # Connecting

    async def _connect(self, *, another: bool = False) -> None:
        row = self._list.row
        if isinstance(row, FolderRow):
            self._toggle()
        elif row is not None:
            self._clear_filter()
            self._list.move_to_host(row.host.name)
            await self._open_host(row.host, another)

    # Changing

    @work(group="choose")
    async def _choose_key_pair(self) -> None:
        host = self._edits.changeable(self.host)
        if host is not None:
            await self._edits.choose_key_pair(host)

    async def _add(self) -> None:
        row = self._list.row
        folder = row.path if isinstance(row, FolderRow) else _folder_around(row) if row else ""
        await self._card.edit("new host", self._edits.adding("" if is_read_only(folder) else folder))

    async def _edit(self) -> None:
        host = self._edits.changeable(self.host)
        if host is not None:
            await self._card.edit(f"edit {host.name}", self._edits.editing(host))

    async def _clone(self) -> None:
        host = self.host
        if host is not None:
            await self._card.edit(f"copy of {host.name}", self._edits.cloning(host))

    def _delete(self) -> None:
        host = self._edits.changeable(self.host)
        if host is not None:
            self._edits.delete(host)

    def _undo(self) -> None:
        step = self._edits.undo()
        if step is not None and step.before is not None:
            self._unhide(step.before)
            self._list.move_to_host(step.before.name)

    @on(Card.Closed)
    def _card_closed(self, event: Card.Closed) -> None:
        event.stop()
        self.screen.set_focus(self._list)
        if event.saved is not None:
            self._unhide(event.saved)
            self._list.move_to_host(event.saved.name)
        self._show_card()

    def _unhide(self, host: Host) -> None:
        """Open what hides a host: the filter when it does not match, the folders around it."""
        above = {host.folder[:at] for at in range(1, len(host.folder) + 1) if host.folder[at : at + 1] in ("", "/")}
        if above & self._folded:
            self._folded -= above
            self._list_rows()
        if self._filter.value and not any(isinstance(r, HostRow) and r.host.name == host.name for r in self._list.rows):
            self._clear_filter()

    def _clear_filter(self) -> None:
        if self._filter.value:
            with self.prevent(Input.Changed):
                self._filter.value = ""
            self._list_rows()


def _place(broken: BrokenFile) -> str:
    return f"{broken.path.name}, line {broken.line}" if broken.line else broken.path.name


def _folder_around(row: HostListRow) -> str:
    if isinstance(row, FolderRow):
        return "" if is_read_only(row.path) else row.path.rpartition("/")[0]
    return folder_of(row.host)

"""The hosts: filter, list and card, and everything that is done to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from sshtui.model.folders import is_dangerous
from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.session.roster import Roster
from sshtui.ui.commands import Commands
from sshtui.ui.config_hosts import ConfigHosts
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.host_actions import HostActions
from sshtui.ui.host_changes import HostChanges
from sshtui.ui.host_edits import HostEdits
from sshtui.ui.host_rows import FolderRow, HostRow
from sshtui.ui.jobs import Jobs
from sshtui.ui.line_input import LineInput
from sshtui.ui.list_actions import ListActions
from sshtui.ui.listing import Listing
from sshtui.ui.parts import Parts
from sshtui.ui.reach_checks import ReachChecks
from sshtui.ui.selection import Selection
from sshtui.ui.tab_hosts import TabHosts
from sshtui.ui.widgets.ask_line import Line
from sshtui.ui.widgets.card import Card
from sshtui.ui.widgets.host_facts import facts_of_folder, facts_of_host
from sshtui.ui.widgets.host_list import HostList
from sshtui.ui.widgets.host_painting import HostFacts

REFRESH_SECONDS = 1.0
"""How often the files are looked at for changes made elsewhere."""

ANSWER_SECONDS = 0.1
"""What a check found is shown that much later, together with what it finds meanwhile."""

_WORTH = (State.LIVE, State.CONNECTING, State.LOST, State.FAILED, State.ENDED)


class Sidebar(Widget):
    """Owns where the cursor is and what has the focus; what is listed, marked and done has owners of its own."""

    class Said(Message):
        """`summary` is another one, or there is something else under the cursor."""

    class TabsDiffer(Message):
        """Tabs have another host now: one that was saved anew, or inherits something else."""

    def __init__(
        self,
        parts: Parts,
        glyphs: Glyphs,
        roster: Roster,
        prompter: Prompter,
        open_host: Callable[[Host, bool], Awaitable[None]],
        leave: Callable[[], Awaitable[None]],
        ask: Callable[[Line], None],
        *,
        id: str,
    ) -> None:
        """`open_host(host, another)` connects, `leave` goes to the tabs, `ask` takes a line of text."""
        super().__init__(id=id)
        self._open_host = open_host
        self._leave_hosts = leave
        self._parts = parts
        self._roster = roster
        self._glyphs = glyphs
        self._config = ConfigHosts(parts.config_hosts)
        self._tab_hosts = TabHosts(parts, roster, lambda: self.post_message(self.TabsDiffer()))
        self._answers_due: Timer | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._jobs = Jobs(prompter)
        self._edits = HostEdits(parts, self._jobs, self._tab_hosts.replaced)
        self._listing = Listing(parts)
        self._checks = ReachChecks(parts.reach, self._checked)
        facts = HostFacts(self.state_of, lambda: self._selection.marked, self._checks.found)
        self._list = HostList(glyphs, facts, id="host-list")
        self._selection = Selection(self._list, lambda: self._listing.catalogue, self._marked)
        self._card = Card(id="card")
        self._going = ListActions(self._list, self._listing, self._selection, self._jobs, self._list_rows)
        self._actions = HostActions(parts, self._edits, self._jobs, open_host, self._push)
        self._changes = HostChanges(
            self._edits, self._jobs, self._listing, self._list, self._selection, self._card, ask, self._reveal
        )
        self._filter = LineInput(placeholder="/ filter", id="filter", compact=True, select_on_focus=False)

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
        if self._parts.hosts.last_good is not None:
            # Once the screen is there: a question before it would be asked of nobody.
            self.call_after_refresh(lambda: self.run_worker(self._edits.restore(), group="restore"))

    def on_unmount(self) -> None:
        self._unsubscribe()

    def commands(self) -> Commands:
        """What the actions do here."""
        return {
            **self._going.commands(),
            **self._selection.commands(),
            **self._changes.commands(),
            "hosts.connect": self._connect,
            "hosts.connect_again": partial(self._connect, another=True),
            "hosts.filter": self._start_filter,
            "hosts.filter_tag": self._filter_tag,
            "hosts.leave": self._leave,
            "hosts.why": lambda: self._actions.why(self.host),
            "hosts.check": self._check,
            "hosts.check_listed": self._check_listed,
            "hosts.export": lambda: self._actions.start_export(self._selection.marked_hosts()),
            "app.import": self._actions.start_import,
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
        return (*self._listing.catalogue.own, *self._listing.catalogue.from_config)

    @property
    def marking(self) -> bool:
        """Whether hosts are marked."""
        return bool(self._selection.marked)

    @property
    def summary(self) -> str:
        """What the last line says of the list: marked hosts, a check that runs; "" for nothing."""
        marked = len(self._selection.marked)
        said = [f"{marked} marked" + (", range" if self._selection.in_range else "")] if marked else []
        progress = self._checks.progress
        if progress is not None:
            said.append(f"checking {progress[0]} of {progress[1]}, Esc ends it")
        return f" {self._glyphs.dot} ".join(said)

    @property
    def host(self) -> Host | None:
        """The host under the cursor."""
        row = self._list.row
        return row.host if isinstance(row, HostRow) else None

    @property
    def folder(self) -> FolderRow | None:
        """The folder under the cursor."""
        row = self._list.row
        return row if isinstance(row, FolderRow) else None

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
        for before in self._tab_hosts.changed(self._listing.catalogue.own):
            self._look_again(before)
        self._listing.take(self._config.hosts)
        self._selection.keep_listed()
        self._list_rows()
        sentence = self._listing.problem()
        line = self.query_one("#hosts-problem", Static)
        line.update(Content(plain(sentence, 300)))
        line.set_class(bool(sentence), "shown")

    def _look_again(self, host: Host) -> None:
        """Forget what a check found where the host was."""
        after = self._parts.hosts.get(host.name)
        if after is None or after.destination != host.destination:
            self._checks.forget(host.name)

    # Listing

    def _look_for_changes(self) -> None:
        self._parts.hosts.refresh()
        if self._config.due:
            self._read_config()

    @work(group="config")
    async def _read_config(self) -> None:
        if await self._config.read():
            self.reload()

    def _list_rows(self, *, first: bool = False) -> None:
        query = self._filter.value.strip()
        rows, empty = self._listing.rows(query)
        self._list.show(rows, query=query, cursor=0 if first else None, empty=empty)
        self._show_card()
        self.post_message(self.Said())

    def _marked(self) -> None:
        """Other hosts are marked."""
        self._list.refresh()
        self.post_message(self.Said())

    def _checked(self) -> None:
        """A check of reachability knows more; thousands of answers may come in a second."""
        if self._answers_due is None and self.is_attached:
            self._answers_due = self.set_timer(ANSWER_SECONDS, self._show_answers)

    def _show_answers(self) -> None:
        self._answers_due = None
        self._list.refresh()
        self._show_card()
        self.post_message(self.Said())

    def _push(self, screen: Screen[None]) -> None:
        self.app.push_screen(screen)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list_rows(first=bool(event.value))

    @on(HostList.Moved)
    def _moved(self, event: HostList.Moved) -> None:
        event.stop()
        self._show_card()
        self.post_message(self.Said())

    @on(HostList.Picked)
    def _picked(self, event: HostList.Picked) -> None:
        event.stop()
        self._selection.toggle(event.row)

    @on(HostList.Dropped)
    def _dropped(self, event: HostList.Dropped) -> None:
        event.stop()
        self._changes.drop(event.row, event.target)

    @on(HostList.Chosen)
    async def _chosen(self, event: HostList.Chosen) -> None:
        event.stop()
        if isinstance(event.row, FolderRow):
            self._going.toggle()
        else:
            await self._connect_to(event.row.host)

    def _show_card(self) -> None:
        row = self._list.row
        if isinstance(row, HostRow):
            host = row.host
            state = self.state_of(host.name)
            word = state.value if state else "not open"
            reach = self._checks.found(host.name)
            danger = is_dangerous(self._parts.effective(host))
            facts = facts_of_host(host, reach, danger=danger)
            self._card.show(f"{host.name} {self._glyphs.state(state)} {word}", facts)
        elif isinstance(row, FolderRow):
            settings = next((each for each in self._parts.hosts.folders if each.path == row.path), None)
            self._card.show(row.title, facts_of_folder(row, settings))
        else:
            self._card.show("", ())

    def _start_filter(self) -> None:
        """Type into the filter; what stands there is replaced."""
        self.screen.set_focus(self._filter)
        self._filter.select_all()

    def _filter_tag(self) -> None:
        """Begin a filter by a tag."""
        self.screen.set_focus(self._filter)
        text = self._filter.value.rstrip()
        self._filter.value = f"{text} #" if text else "#"
        self._filter.cursor_position = len(self._filter.value)

    async def _leave(self) -> None:
        """One step back: out of the filter, out of a check, out of the marks, to the tabs."""
        if self.filtering or self._filter.value:
            self._filter.value = ""
            self.screen.set_focus(self._list)
        elif self._checks.cancel():
            self._jobs.say("The check is ended; what it found stays.")
        elif self._selection.marked:
            self._selection.clear()
        else:
            await self._leave_hosts()

    # Connecting

    async def _connect(self, *, another: bool = False) -> None:
        row = self._list.row
        # Who types a name and Enter means the match, whatever is marked elsewhere.
        if self._selection.marked and not self.filtering:
            self._open_marked(self._selection.hosts(), another=another)
        elif isinstance(row, FolderRow):
            self._going.toggle()
        elif row is not None:
            await self._connect_to(row.host, another=another)

    async def _connect_to(self, host: Host, *, another: bool = False) -> None:
        self._clear_filter()
        self._list.move_to_host(host.name)
        await self._open_host(host, another)

    @work(group="open", exclusive=True)
    async def _open_marked(self, hosts: Sequence[Host], *, another: bool) -> None:
        if await self._actions.open_all(hosts, another=another):
            self._selection.clear()

    def _check(self) -> None:
        self._check_all(self._selection.hosts_or_inside())

    def _check_listed(self) -> None:
        self._check_all([row.host for row in self._list.rows if isinstance(row, HostRow)])

    @work(group="reach")
    async def _check_all(self, hosts: Sequence[Host]) -> None:
        await self._actions.check(self._checks, hosts)

    @on(Card.Closed)
    def _card_closed(self, event: Card.Closed) -> None:
        event.stop()
        self.screen.set_focus(self._list)
        if event.saved is not None:
            self._reveal(event.saved)
        self._show_card()

    def _reveal(self, host: Host) -> None:
        """Put the cursor on a host; open what hides it: the folders around it, the filter when it does not match."""
        if self._listing.unfold_around(host):
            self._list_rows()
        if not self._list.move_to_host(host.name) and self._filter.value:
            self._clear_filter()
            self._list.move_to_host(host.name)

    def _clear_filter(self) -> None:
        if self._filter.value:
            with self.prevent(Input.Changed):
                self._filter.value = ""
            self._list_rows()

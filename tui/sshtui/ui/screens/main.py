"""The main screen: hosts at the left, tabs at the right, one line below; here keystrokes become actions."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from sshtui.errors import SshtuiError
from sshtui.model.folders import is_dangerous
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Prompter
from sshtui.model.themes import Palette
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.ui.actions import BY_ID, Scope
from sshtui.ui.commands import Commands, carry_out
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.jobs import Jobs
from sshtui.ui.keymap import Keymap
from sshtui.ui.keys import keystroke
from sshtui.ui.leader import HOLD_BEFORE_MENU, Leader, Meaning
from sshtui.ui.parts import Parts
from sshtui.ui.queues import dealt_with
from sshtui.ui.screens.last_line import LastLine
from sshtui.ui.screens.layout import SMALLEST, layout, sidebar_columns
from sshtui.ui.screens.openings import Openings
from sshtui.ui.tab_actions import TabActions
from sshtui.ui.terminal.colours import FALLBACK
from sshtui.ui.widgets.ask_line import AskLine, Line
from sshtui.ui.widgets.leader_menu import LeaderMenu
from sshtui.ui.widgets.sidebar import Sidebar
from sshtui.ui.widgets.splitter import Splitter
from sshtui.ui.widgets.status_line import StatusLine
from sshtui.ui.widgets.tab_bar import TabBar
from sshtui.ui.widgets.terminal_view import TerminalView
from sshtui.ui.widgets.workspace import Workspace

PROBLEMS_SHOWN = 4
"""Problems of our files that are told at the start, each in a notice of its own."""

# While a text is typed only these of the lists' own keystrokes count; the others belong to the text.
_BESIDE_TEXT = frozenset({"up", "down", "pageup", "pagedown", "enter", "shift+enter", "escape", "tab", "shift+tab"})


CATCH_UP = 0.5
"""Seconds a widget may take to deal with earlier keystrokes before the next one counts all the same."""

LOW = 16
"""Rows below which the menu goes without its line at the top."""


class MainScreen(Screen[None], inherit_bindings=False):
    """Turns keystrokes into actions and decides what has the focus; the widgets do the rest."""

    ALLOW_SELECT = False
    AUTO_FOCUS = "HostList"
    """Not the filter, which comes first on the screen: it would swallow the first keystrokes."""

    def __init__(
        self, parts: Parts, keymap: Keymap, glyphs: Glyphs, roster: Roster, prompter: Prompter, *, unicode: bool
    ) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._parts = parts
        self._keymap = keymap
        self.roster = roster
        self._unicode = unicode
        self._prompter = prompter
        self._jobs = Jobs(prompter)
        self._leader = Leader(keymap)
        self._menu_timer: Timer | None = None
        self._sidebar_wanted = True
        self._sidebar_columns = parts.settings.sidebar_columns
        self._asked_among_hosts = False
        self.sidebar = Sidebar(
            parts, glyphs, roster, prompter, self.open, self.show_terminal, self._ask_for, id="sidebar"
        )
        self.workspace = Workspace(roster, keymap, glyphs, self._make_view, unicode=unicode, id="workspace")
        self._splitter = Splitter(id="splitter")
        self._status = StatusLine(keymap, glyphs, unicode=unicode, id="status")
        self._last_line = LastLine(self._status, self.sidebar, roster, self._leader)
        self._ask = AskLine(id="ask")
        self._menu = LeaderMenu(keymap, unicode=unicode, id="menu")
        openings = Openings(parts, keymap, prompter, self, self, lambda: self.scope, unicode=unicode)
        tabs = TabActions(roster, prompter, self, self._ask_for, parts.transfer_dir)
        self._commands: Commands = {
            **self.sidebar.commands(),
            **self.workspace.commands(),
            **openings.commands(),
            **tabs.commands(),
            "hosts.show": self.show_hosts,
            "app.sidebar": self._toggle_sidebar,
            "app.quick_connect": self._quick_connect,
            "terminal.lock": self._lock,
        }

    def compose(self) -> ComposeResult:
        with Container(id="body"):
            yield self.sidebar
            yield self._splitter
            yield self.workspace
            yield self._menu
        yield self._status
        yield self._ask
        yield Static(f"Too small: {SMALLEST.columns}x{SMALLEST.rows} is the least.", id="too-small")

    async def on_mount(self) -> None:
        self._arrange()
        self.sidebar.take_focus()
        self._show_status()
        problems = (*self._parts.problems, *self._keymap.problems)
        for problem in problems[:PROBLEMS_SHOWN]:
            self._jobs.say(problem, warning=True)
        if len(problems) > PROBLEMS_SHOWN:
            self._jobs.say(f"{len(problems) - PROBLEMS_SHOWN} more problems in the settings.", warning=True)
        if self._parts.open_at_start is not None:
            await self.open(self._parts.open_at_start)

    def _make_view(self, session: Session) -> TerminalView:
        themes, own = self._parts.themes, session.host.theme

        def palette() -> Palette:
            theme = themes.get(own) or themes.get(self.app.theme)
            return theme.palette if theme else FALLBACK

        return TerminalView(
            session,
            prompter=self._prompter,
            palette=palette,
            confirm_paste=lambda: self._parts.settings.confirm_paste or is_dangerous(session.host),
            may_offer=True if session.host.terminal.clipboard == "allow" else None,
            unicode=self._unicode,
        )

    # Keystrokes

    @property
    def scope(self) -> Scope:
        """Where a keystroke counts at this moment."""
        focused = self.focused
        if focused is not None and self.workspace in focused.ancestors_with_self:
            return self.workspace.scope
        return Scope.CARD if self.sidebar.editing and isinstance(focused, Input) else Scope.HOSTS

    async def take(self, event: events.Key) -> bool:
        """Whether a keystroke is ours; what it asks for is done when this returns. Others go to the focus."""
        if self._ask.display:
            return False
        pressed = keystroke(event)
        press = self._leader.press(pressed.name, time.monotonic())
        match press.meaning:
            case Meaning.NOT_OURS:
                return await self._take_own(pressed)
            case Meaning.LITERAL if self.workspace.has_focus_within and self.roster.front is not None:
                self.roster.front.press(pressed)
            case Meaning.ACTION:
                self._show_leader()
                await self.perform(press.action)
        self._show_leader()
        return True

    def take_at_once(self, pressed: Keystroke) -> bool:
        """Whether a keystroke was for the terminal in focus and nobody else, and is there by now."""
        view = self.focused
        if not isinstance(view, TerminalView) or self._leader.pending or pressed.name == self._keymap.leader:
            return False
        if self._bound(pressed.name, self.workspace.scope) or not view.take_at_once(pressed):
            return False
        # A lock counts how quickly leaders follow each other, with nothing between them.
        self._leader.press(pressed.name, time.monotonic())
        return True

    async def _take_own(self, pressed: Keystroke) -> bool:
        """The same as `take` for a keystroke that has nothing to do with the leader."""
        if isinstance(self.focused, Input) and pressed.name not in _BESIDE_TEXT and not pressed.name.startswith("alt+"):
            return False
        action = self._bound(pressed.name, self.scope)
        if action is not None:
            await self._caught_up()
            await self.perform(action)
        return action is not None

    def _bound(self, name: str, scope: Scope) -> str | None:
        """The action of a keystroke that has nothing to do with the leader; None while all is passed on."""
        return None if self._leader.locked and scope is Scope.TERMINAL else self._keymap.find(scope, name)

    async def _caught_up(self) -> None:
        """Return when the text field in focus, and all above it, know what was typed before.

        Widgets have queues of their own; without this a fast Enter would save or connect to what stood there earlier.
        """
        if not isinstance(self.focused, Input):
            return
        # The field twice: its word of a change comes behind the keystroke in its own queue.
        for widget in (self.focused, *self.focused.ancestors_with_self):
            if isinstance(widget, Widget):
                await dealt_with(widget, CATCH_UP)
            if widget is self:
                break

    async def perform(self, action_id: str) -> None:
        """Carry out an action, whoever asked for it: a keystroke, the menu, the palette."""
        command = self._commands.get(action_id)
        if self.roster.front is None and BY_ID[action_id].needs_tab:
            self._jobs.say("No tab is open: Enter on a host opens one.")
        elif command is not None:
            await carry_out(command)

    def _show_leader(self) -> None:
        pending = self._leader.pending
        self._show_status()
        if self._menu_timer is not None:
            self._menu_timer.stop()
            self._menu_timer = None
        if pending:
            self._menu_timer = self.set_timer(HOLD_BEFORE_MENU, self._show_menu)
        else:
            self._menu.remove_class("shown")

    def on_screen_suspend(self) -> None:
        """A dialog comes: what follows is not for the leader."""
        if self._leader.pending:
            self._leader.cancel()
            self._show_leader()

    def _show_menu(self) -> None:
        if self._leader.pending:
            self._menu.set_class(self.size.height < LOW, "low")
            self._menu.add_class("shown")

    @on(StatusLine.Clicked)
    def _status_clicked(self) -> None:
        if self._leader.locked:
            self._leader.unlock()
            self._show_leader()
        else:
            self.run_worker(self.perform("app.palette"))

    def _lock(self) -> None:
        if not self._keymap.leader:
            self._jobs.say("Without a leader the lock could not be opened again.", warning=True)
            return
        self._leader.lock()
        self._show_leader()

    # Going about

    @property
    def hosts(self) -> Sequence[Host]:
        """Every host there is, ours first."""
        return self.sidebar.hosts

    async def open(self, host: Host, another: bool = True) -> None:
        """Bring a tab on `host` to the front; a new one with `another` or where none is open."""
        already = self.roster.for_host(host.name)
        if already and not another:
            self.roster.show(already[-1])
        else:
            self._parts.recent.touch(host.name)
            self.roster.open(self._parts.effective(host))
        await self.show_terminal()

    async def show_tab(self, session: Session) -> None:
        """Bring a tab to the front and put the focus on it."""
        self.roster.show(session)
        await self.show_terminal()

    async def show_terminal(self) -> None:
        """Put the focus on the front tab, when there is one."""
        if self.roster.front is not None:
            await self.workspace.take_focus()
            self._arrange()

    def show_hosts(self) -> None:
        """Put the focus on the hosts."""
        self.sidebar.display = True
        self.sidebar.take_focus()
        self._arrange()

    async def _toggle_sidebar(self) -> None:
        if self.sidebar.display and self.sidebar.has_focus_within:
            self._sidebar_wanted = False
            await self.show_terminal()
        elif self.sidebar.display:
            self._sidebar_wanted = False
            self._arrange()
        else:
            self._sidebar_wanted = True
            self._arrange()
            if not self.sidebar.display:
                self.show_hosts()

    def on_resize(self) -> None:
        self._arrange()
        self._show_status()

    def on_descendant_focus(self) -> None:
        self._arrange()
        self._show_status()

    def _arrange(self) -> None:
        """Decide whether the hosts stand beside the terminal, over it, or not at all."""
        found = layout(
            Size(*self.app.size),
            tabs=bool(self.roster.sessions),
            among_hosts=self.sidebar.has_focus_within,
            sidebar_wanted=self._sidebar_wanted,
        )
        self.sidebar.display = found.hosts
        self.sidebar.set_class(found.drawer, "drawer")
        self.sidebar.styles.width = "100%" if found.full else self._sidebar_columns
        self._splitter.display = found.splitter
        self.set_class(found.tiny, "tiny")

    @on(Splitter.Dragged)
    def _splitter_dragged(self, event: Splitter.Dragged) -> None:
        columns = sidebar_columns(event.column, Size(*self.size))
        self._sidebar_columns = columns
        self._arrange()
        if event.done:
            self._parts.save_setting("sidebar_columns", columns)

    @on(TabBar.Picked)
    async def _tab_picked(self, event: TabBar.Picked) -> None:
        await self.show_tab(event.session)
        if event.close:
            await self.perform("tab.close")

    @on(Workspace.Changed)
    async def _tabs_changed(self, event: Workspace.Changed) -> None:
        if event.front_taken:
            await self.show_terminal()
            if self.roster.front is not None:
                self.sidebar.point_at(self.roster.front.host)
        if not self.roster.sessions and self._leader.locked:
            self._leader.unlock()
            self._show_leader()
        if not self.roster.sessions and not self.sidebar.has_focus_within and not self._ask.has_focus_within:
            self.show_hosts()
        self._arrange()
        self.sidebar.show_states()
        self._show_status()

    def _show_status(self) -> None:
        self._last_line.show(self.scope)

    @on(Sidebar.TabsDiffer)
    def _tabs_differ(self, event: Sidebar.TabsDiffer) -> None:
        event.stop()
        self.workspace.show_hosts()
        self._show_status()

    @on(Sidebar.Said)
    def _hosts_said(self, event: Sidebar.Said) -> None:
        event.stop()
        self._show_status()

    # What asks

    def _quick_connect(self) -> None:
        async def accept(text: str) -> str:
            try:
                host = self._parts.parse_destination(text)
            except SshtuiError as error:
                return error.sentence
            await self.open(host)
            self._asked_among_hosts = False
            return ""

        self._ask_for(Line("connect to", accept, hint="user@address:port"))

    def _ask_for(self, line: Line) -> None:
        """Take a text in the line below; afterwards the focus goes back to where it was."""
        self._asked_among_hosts = self.sidebar.has_focus_within
        self._ask.ask(line)

    @on(AskLine.Closed)
    async def _asked(self) -> None:
        if self.roster.front is None or self._asked_among_hosts:
            self.show_hosts()
        else:
            await self.show_terminal()

"""The tabs with their terminals; follows the roster."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import AwaitMount, Widget
from textual.widgets import Static

from sshtui.model.geometry import Size
from sshtui.session.changes import Change, Marked, State, StateChanged
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.ui.actions import Scope
from sshtui.ui.commands import Commands
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.keymap import Keymap
from sshtui.ui.widgets.pane import Pane
from sshtui.ui.widgets.tab_bar import TabBar
from sshtui.ui.widgets.terminal_view import TerminalView

WELCOMING = 44
"""Columns that the first words need."""

QUIET_AFTER_END = 0.5
"""Seconds in which Enter does not reconnect: it may have been typed for the program that just ended."""


def may_reconnect(state: State, seconds: float) -> bool:
    """Whether a press means to reconnect a session that is in `state` for `seconds`."""
    return state.over and seconds >= QUIET_AFTER_END


class Workspace(Widget):
    """One pane for each session of the roster, the front one shown."""

    @dataclass
    class Changed(Message):
        """A tab opened, closed, moved or is in another state; `front_taken`: another one came to the front."""

        front_taken: bool

    def __init__(
        self,
        roster: Roster,
        keymap: Keymap,
        glyphs: Glyphs,
        make_view: Callable[[Session], TerminalView],
        *,
        unicode: bool,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self._roster = roster
        self._keymap = keymap
        self._glyphs = glyphs
        self._make_view = make_view
        self._unicode = unicode
        self._panes: dict[Session, Pane] = {}
        self._endings: dict[Session, Callable[[], None]] = {}
        self._shown: Session | None = None
        self._bar = TabBar(glyphs, id="tabs")
        self._stack = Container(id="panes")
        self._mounting: AwaitMount | None = None

    def compose(self) -> ComposeResult:
        yield self._bar
        yield self._stack
        yield Static(self._welcome(), id="welcome")

    def on_mount(self) -> None:
        self._endings_of_roster = self._roster.subscribe(self._follow)
        self.set_interval(1.0, self._roster.look_at_clocks)
        self._follow()

    def on_unmount(self) -> None:
        self._endings_of_roster()
        for end in self._endings.values():
            end()

    def on_resize(self, event: events.Resize) -> None:
        # Half a sentence helps nobody.
        self.set_class(event.size.width < WELCOMING, "cramped")
        # A session that opens starts at the size its pane will have: all but the line of tabs.
        self._roster.size = Size(event.size.width, max(event.size.height - 1, 1))

    def commands(self) -> Commands:
        """What the actions do here."""
        view = self._on_view
        return {
            **{f"tab.show_{place}": self._showing(place) for place in range(1, 10)},
            "tab.next": lambda: self._roster.step(1),
            "tab.previous": lambda: self._roster.step(-1),
            "tab.move_left": lambda: self._on_front(lambda session: self._roster.move(session, -1)),
            "tab.move_right": lambda: self._on_front(lambda session: self._roster.move(session, 1)),
            "tab.duplicate": lambda: self._on_front(lambda session: self._roster.open(session.host)),
            "tab.reconnect": lambda: self._on_front(self._reconnect),
            "tab.cancel": lambda: self._on_front(Session.cancel),
            "tab.stay": lambda: self._on_front(Session.cancel),
            "terminal.scroll_up": view(TerminalView.scroll_page_up),
            "terminal.scroll_down": view(TerminalView.scroll_page_down),
            "terminal.copy": view(TerminalView.start_copy_mode),
            "terminal.search": view(TerminalView.start_search),
            "terminal.paste": view(TerminalView.paste_clipboard),
            "terminal.mouse": view(TerminalView.toggle_mouse),
        }

    @property
    def scope(self) -> Scope:
        """Where a keystroke counts when the front tab has the focus."""
        front = self._roster.front
        if front is None or front.state is State.LIVE or (self.pane is not None and self.pane.view.copying is not None):
            return Scope.TERMINAL
        return Scope.CONNECTING if front.state is State.CONNECTING else Scope.ENDED

    @property
    def pane(self) -> Pane | None:
        """The front tab's pane."""
        return self._panes.get(self._roster.front) if self._roster.front is not None else None

    async def take_focus(self) -> None:
        """Put the focus on the front terminal, waiting until it is there."""
        if self._mounting is not None:
            await self._mounting
        if self.pane is not None:
            self.screen.set_focus(self.pane.view)

    def _follow(self) -> None:
        """Have a pane for every session of the roster, and the front one shown."""
        sessions = self._roster.sessions
        for session in [gone for gone in self._panes if gone not in sessions]:
            self._endings.pop(session)()
            self._panes.pop(session).remove()
        for session in sessions:
            if session not in self._panes:
                pane = Pane(self._make_view(session), session, self._keymap, self._glyphs, unicode=self._unicode)
                self._panes[session] = pane
                self._endings[session] = session.subscribe(partial(self._told, session))
                self._mounting = self._stack.mount(pane)
        front = self._roster.front
        for session, pane in self._panes.items():
            pane.display = session is front
        self.set_class(not sessions, "empty")
        self._bar.show(sessions, front)
        taken = front is not None and front is not self._shown
        self._shown = front
        self.post_message(self.Changed(taken))

    def _told(self, session: Session, change: Change) -> None:
        if isinstance(change, StateChanged | Marked):
            self._bar.refresh()
            if isinstance(change, StateChanged) and self._panes[session].is_mounted:
                self._panes[session].show_state()
            self.post_message(self.Changed(False))

    def show_hosts(self) -> None:
        """Show what is known of the tabs' hosts again: a saved one is another now."""
        for pane in self._panes.values():
            pane.show_danger()
        self._bar.refresh()
        self.post_message(self.Changed(False))

    def _showing(self, place: int) -> Callable[[], None]:
        def show() -> None:
            if place <= len(self._roster.sessions):
                self._roster.show(self._roster.sessions[place - 1])
                self.post_message(self.Changed(True))

        return show

    def _on_front(self, do: Callable[[Session], object]) -> None:
        if self._roster.front is not None:
            do(self._roster.front)

    def _reconnect(self, session: Session) -> None:
        if may_reconnect(session.state, time.monotonic() - session.since):
            session.reconnect()

    def _on_view(self, do: Callable[[TerminalView], object]) -> Callable[[], object]:
        return lambda: do(self.pane.view) if self.pane is not None else None

    def _welcome(self) -> Content:
        def line(action_id: str, words: str) -> Content:
            label = self._keymap.label(action_id, unicode=self._unicode)
            return Content.assemble((f"{label:>8}", "bold $accent"), f"  {words}")

        return Content("\n").join(
            [
                Content.assemble(("sshtui", "bold $primary")),
                Content(""),
                line("hosts.connect", "connects to the selected host"),
                line("app.quick_connect", "connects to any address"),
                line("hosts.add", "adds a host"),
                line("hosts.filter", "finds one"),
                line("app.palette", "everything by name"),
                line("app.help", "all keystrokes"),
            ]
        )

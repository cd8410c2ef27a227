"""The title of the terminal around us: which tab is in front, and what its program calls itself."""

from __future__ import annotations

from collections.abc import Callable

from sshtui.model.folders import is_dangerous
from sshtui.model.text import plain
from sshtui.session.changes import Change, Marked, Noticed, State, StateChanged
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.terminal.events import TitleChanged
from sshtui.ui.widgets.tab_bar import DANGER_WORD

PAUSE = 0.1
"""Seconds between two titles at least; a program may change its own a thousand times a second."""


def window_title(front: Session | None) -> str:
    """One plain line: `sshtui`, or the tab's name and its program's title, after a warning where a host is marked."""
    if front is None:
        return "sshtui"
    danger = f"{DANGER_WORD} " if is_dangerous(front.host) else ""
    program = front.emulator.title if front.state is State.LIVE else front.state.value
    return danger + plain(f"{front.label}: {program}" if program else front.label, limit=200)


class WindowTitle:
    """Keeps the title true. `show` sets it, `later` calls back after some seconds."""

    def __init__(
        self, roster: Roster, show: Callable[[str], None], later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self._roster = roster
        self._show = show
        self._later = later
        self._front: Session | None = None
        self._leave: Callable[[], None] = lambda: None
        self._shown = ""
        self._waiting = False
        roster.subscribe(self._follow)
        self._follow()

    def _follow(self) -> None:
        front = self._roster.front
        if front is not self._front:
            self._leave()
            self._front = front
            self._leave = front.subscribe(self._changed) if front is not None else lambda: None
        self._soon()

    def _changed(self, change: Change) -> None:
        match change:
            case StateChanged() | Marked() | Noticed(TitleChanged()):
                self._soon()

    def _soon(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._later(PAUSE, self._now)

    def _now(self) -> None:
        self._waiting = False
        title = window_title(self._front)
        if title != self._shown:
            self._shown = title
            self._show(title)

"""What the palette offers: the registry's actions, the open tabs, the hosts, the themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from sshtui.model.hosts import Host
from sshtui.model.themes import Theme
from sshtui.session.roster import Roster
from sshtui.session.session import Session
from sshtui.ui.actions import ACTIONS, Action, Scope
from sshtui.ui.keymap import Keymap
from sshtui.ui.screens.palette import Entry


class Destinations(Protocol):
    """Where the palette leads."""

    roster: Roster

    @property
    def hosts(self) -> Sequence[Host]:
        """Every host there is."""
        ...

    async def perform(self, action_id: str) -> None:
        """Carry out an action."""
        ...

    async def show_tab(self, session: Session) -> None:
        """Bring a tab to the front."""
        ...

    async def open(self, host: Host, another: bool = True) -> None:
        """Bring a tab on `host` to the front; a new one with `another` or where none is open."""
        ...


def palette_entries(
    to: Destinations,
    keymap: Keymap,
    themes: Mapping[str, Theme],
    theme: str,
    use_theme: Callable[[str], None],
    *,
    unicode: bool,
) -> Iterator[Entry]:
    """Actions first, in the registry's order; the rest as it stands on the screen. `theme`: the one in use."""
    for action in ACTIONS:
        if action.palette and _possible(action, to.roster.front):
            labels = keymap.labels(action.id, unicode=unicode)
            yield Entry(action.title, "action", labels, partial(to.perform, action.id))
    for place, session in enumerate(to.roster.sessions, 1):
        yield Entry(f"{place} {session.label}", "tab", session.state.value, partial(to.show_tab, session))
    for host in to.hosts:
        yield Entry(host.name, "host", host.destination, partial(to.open, host, another=False))
    for name, each in themes.items():
        here = "in use" if name == theme else ""
        yield Entry(f"Theme: {each.title}", "theme", here, partial(use_theme, name))


def _possible(action: Action, front: Session | None) -> bool:
    """Whether an action has something to act on: a tab in front, one that ended."""
    if action.scope is Scope.ENDED:
        return front is not None and front.state.over
    return front is not None or not action.needs_tab

"""What the palette offers: the registry's actions, the open tabs, the hosts, the themes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sshtui.ui.actions import ACTIONS
from sshtui.ui.screens.palette import Entry

if TYPE_CHECKING:
    from sshtui.ui.app import SshtuiApp
    from sshtui.ui.screens.main import MainScreen


def palette_entries(app: SshtuiApp, main: MainScreen, *, unicode: bool) -> Iterator[Entry]:
    """Actions first, in the registry's order; the rest as it stands on the screen."""
    for action in ACTIONS:
        if action.palette:
            labels = app.keymap.labels(action.id, unicode=unicode)
            yield Entry(action.title, "action", labels, partial(main.perform, action.id))
    for place, session in enumerate(main.roster.sessions, 1):
        yield Entry(f"{place} {session.label}", "tab", session.state.value, partial(main.show_tab, session))
    for host in main.sidebar.hosts:
        yield Entry(host.name, "host", host.destination, partial(main.open, host, another=False))
    for name, theme in app.themes.items():
        here = "in use" if name == app.theme else ""
        yield Entry(f"Theme: {theme.title}", "theme", here, partial(app.use_theme, name))

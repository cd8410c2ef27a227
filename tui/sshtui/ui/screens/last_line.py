"""What the last line says: what can be done where the focus is, or how the front tab is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sshtui.session.roster import Roster
from sshtui.ui.actions import Scope
from sshtui.ui.leader import Leader
from sshtui.ui.widgets.sidebar import Sidebar
from sshtui.ui.widgets.status_line import StatusLine

_FILTERING = frozenset({"hosts.connect", "hosts.leave"})
_MARKED = frozenset(
    {"hosts.connect", "hosts.edit", "hosts.delete", "hosts.move", "hosts.favourite", "hosts.check", "hosts.undo"}
)
_ON_FOLDER = frozenset(
    {"hosts.connect", "hosts.filter", "hosts.add", "hosts.edit", "app.help", "app.quit", "app.palette"}
    | {"hosts.mark", "hosts.move", "hosts.check", "hosts.undo"}
)
_ON_NOTHING = frozenset({"hosts.filter", "hosts.add", "app.help", "app.quit", "app.palette", "app.quick_connect"})


class LastLine:
    """Chooses for `status` what it shows."""

    def __init__(self, status: StatusLine, sidebar: Sidebar, roster: Roster, leader: Leader) -> None:
        self._status = status
        self._sidebar = sidebar
        self._roster = roster
        self._leader = leader

    def show(self, scope: Scope) -> None:
        """Show what counts in `scope`, where a keystroke counts now, and whether the leader waits."""
        self._status.show_leader(pending=self._leader.pending, locked=self._leader.locked)
        front = self._roster.front
        if scope in (Scope.HOSTS, Scope.CARD) or front is None:
            only, words = self._offer(scope)
            self._status.show_scope(scope, only=only, words=words, lead=self._sidebar.summary)
        else:
            self._status.show_session(front)

    def _offer(self, scope: Scope) -> tuple[Collection[str], Mapping[str, str]]:
        """The actions that do something now, none for all of `scope`; and what they do, where it is another word."""
        sidebar = self._sidebar
        if sidebar.filtering:
            return _FILTERING, {}
        if scope is Scope.HOSTS and sidebar.marking:
            return _MARKED, {}
        if scope is Scope.HOSTS and (folder := sidebar.folder) is not None:
            return _ON_FOLDER, {"hosts.connect": "unfold" if folder.folded else "fold"}
        if scope is Scope.HOSTS and sidebar.host is None:
            return _ON_NOTHING, {}
        return (), {}

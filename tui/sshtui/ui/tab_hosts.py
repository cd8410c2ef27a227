"""Which host a tab reconnects to: the saved one as it is now, unless the tab has wishes of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sshtui.model.folders import FolderSettings, inherited
from sshtui.model.hosts import Host
from sshtui.session.roster import Roster
from sshtui.ui.parts import Parts


class TabHosts:
    """Hands saved hosts on to their tabs; `differ` is told when a tab got another one."""

    def __init__(self, parts: Parts, roster: Roster, differ: Callable[[], object]) -> None:
        self._parts = parts
        self._roster = roster
        self._differ = differ
        self._folders: tuple[FolderSettings, ...] = parts.hosts.folders

    def replaced(self, before: Host, after: Host) -> None:
        """A saved host is another, maybe under another name."""
        self._follow((before, self._parts.effective(before)), after)

    def changed(self, listed: Iterable[Host]) -> list[Host]:
        """Those of the hosts `listed` before that are another or gone; tabs follow them and what they inherit."""
        folders, self._folders = self._folders, self._parts.hosts.folders
        in_tabs = {session.host.name for session in self._roster.sessions} if folders != self._folders else ()
        found = []
        for before in listed:
            after = self._parts.hosts.get(before.name)
            differs = after is not before and after != before
            if differs:
                found.append(before)
            if after is not None and (differs or before.name in in_tabs):
                self._follow((before, inherited(before, folders)), after)
        return found

    def _follow(self, befores: Collection[Host], after: Host) -> None:
        for session in self._roster.sessions:
            if session.host in befores and session.host != (now := self._parts.effective(after)):
                session.host = now
                self._differ()

"""Which host a name or a typed destination means, as it is used: our own with what their folders add, then ssh's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sshtui.errors import BrokenFile, UsageError
from sshtui.model.destination import parse_destination
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.store.hosts import HostStore
from sshtui.store.machine import SILENT, Machine
from sshtui.store.ssh_config import ConfigHosts
from sshtui.store.team_hosts import TeamHosts
from sshtui.store.why import Explanation, explain


class Lookup:
    """Asks the saved hosts first, then those of included files, then what `config` reads."""

    def __init__(self, hosts: HostStore, config: Callable[[], ConfigHosts], machine: Machine = SILENT) -> None:
        """`machine` may be asked when a connection is about to be made, and never before."""
        self._hosts = hosts
        self._machine = machine
        self._config = config
        self._team = TeamHosts(hosts)

    def named(self, name: str) -> Host | None:
        """The host of exactly that name."""
        team = (host for host in self._team.hosts() if host.name == name)
        ours = self._hosts.get(name) or next(team, None)
        return self._hosts.effective(ours) if ours else self._config().get(name)

    def read_only(self) -> tuple[Host, ...]:
        """The hosts that are not ours to change, those of included files first."""
        return (*self._team.hosts(), *self._config().hosts)

    def why(self, name: str, settings: Settings, home: Path) -> Explanation:
        """Every option in force for that name, and where it comes from. May take seconds. Raises Unreachable."""
        return explain(name, self._hosts, self._team.hosts(), self._config(), settings, home, self._machine)

    @property
    def problems(self) -> tuple[BrokenFile, ...]:
        """What is wrong with included files."""
        return self._team.problems

    def destination(self, text: str) -> Host:
        """The unsaved host at `[user@]address[:port]` with what ssh_config says of it. Raises UsageError."""
        return self._config().resolved(parse_destination(text))

    def connecting(self, host: Host) -> tuple[Host, tuple[str, ...]]:
        """`host` as ssh would go to it at this moment, and sentences about what of its configuration is not followed.

        Only a host of ~/.ssh/config, or a typed destination, may become another. May take seconds. Raises Unreachable.
        """
        if not host.origin and self._hosts.get(host.name):
            return host, ()
        return self._config().asked(host, self._machine)

    def hop(self, text: str) -> Host | None:
        """A jump host by name or destination; None for what is neither."""
        try:
            return self.named(text) or self.destination(text)
        except UsageError:
            return None

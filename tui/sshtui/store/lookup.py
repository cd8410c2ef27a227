"""Which host a name or a typed destination means, as it is used: saved ones with what their folders add, then ssh's."""

from __future__ import annotations

from collections.abc import Callable

from sshtui.errors import UsageError
from sshtui.model.destination import parse_destination
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from sshtui.store.ssh_config import ConfigHosts


class Lookup:
    """Asks the saved hosts first, then what `config` reads."""

    def __init__(self, hosts: HostStore, config: Callable[[], ConfigHosts]) -> None:
        self._hosts = hosts
        self._config = config

    def named(self, name: str) -> Host | None:
        """The host of exactly that name."""
        saved = self._hosts.get(name)
        return self._hosts.effective(saved) if saved else self._config().get(name)

    def destination(self, text: str) -> Host:
        """The unsaved host at `[user@]address[:port]` with what ssh_config says of it. Raises UsageError."""
        return self._config().resolved(parse_destination(text))

    def hop(self, text: str) -> Host | None:
        """A jump host by name or destination; None for what is neither."""
        try:
            return self.named(text) or self.destination(text)
        except UsageError:
            return None

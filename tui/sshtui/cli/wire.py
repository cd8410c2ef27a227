"""Connections for commands without the app: the same host keys, key pairs and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sshtui.cli.opening import config_hosts
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.machine import this_machine
from sshtui.store.paths import Paths
from sshtui.store.settings import load_settings

if TYPE_CHECKING:
    from sshtui.ssh.dialer import SshDialer


def dialer(paths: Paths) -> SshDialer:
    """A dialer as the app has one; jump hosts are found among the saved ones and in ~/.ssh/config."""
    from sshtui.wiring.wire import build_wire

    settings, _problems = load_settings(paths.settings_file)
    store, config = HostStore(paths.hosts_file), config_hosts(paths)
    lookup = Lookup(store, lambda: config, this_machine(match_exec=settings.match_exec))
    return build_wire(paths, settings, lookup, store, lambda before, after: store.put(after, was=before.name)).dialer

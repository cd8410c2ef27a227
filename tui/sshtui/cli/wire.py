"""Connections for commands without the app: the same host keys, key pairs and settings."""

from __future__ import annotations

import os
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
    from sshtui.keys.identities import FileAndAgentIdentities
    from sshtui.ssh.dialer import SshDialer
    from sshtui.ssh.known_hosts import KnownHosts, read_only

    settings, _problems = load_settings(paths.settings_file)
    store, config = HostStore(paths.hosts_file), config_hosts(paths)
    identities = FileAndAgentIdentities(paths.ssh_dir, os.environ.get("SSH_AUTH_SOCK") or None)
    lookup = Lookup(store, lambda: config, this_machine(match_exec=settings.match_exec))
    return SshDialer(
        KnownHosts(paths.known_hosts, read_only(paths.known_hosts)),
        identities,
        settings,
        lookup.hop,
        prepare=lookup.connecting,
    )

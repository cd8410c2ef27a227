"""From what stands on the command line to the host that a tab opens on; our files are read only where one is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sshtui.cli.numbers import PORT
from sshtui.errors import NotFound, UsageError
from sshtui.model.destination import Wanted
from sshtui.store.paths import CONFIG_DIR_VARIABLE, Paths

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from sshtui.model.hosts import Host
    from sshtui.store.ssh_config import ConfigHosts


F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("-p", "--port", type=PORT, metavar="PORT", help="Port on the server."),
    click.option("-i", "--identity", metavar="FILE", help="Private key to offer first."),
    click.option("-l", "--login", metavar="USER", help="User to log in as."),
    click.option("-J", "--jump", metavar="HOSTS", help="Go through these hosts, separated by commas."),
)


def opening_options(command: F) -> F:
    """The options of ssh that say how to get to a host."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def config_hosts(paths: Paths) -> ConfigHosts:
    """What OpenSSH's configuration names."""
    from sshtui.store.ssh_config import SYSTEM_CONFIG, read_hosts

    return read_hosts(paths.ssh_config, system=SYSTEM_CONFIG)


def destination_host(
    paths: Paths,
    destination: str | None,
    *,
    port: int | None = None,
    identity: str | None = None,
    login: str | None = None,
    jump: str | None = None,
) -> Host | None:
    """The host meant by `destination`: a saved name, a name of ~/.ssh/config, or an address, in this order.

    The options win over what is saved. Raises NotFound, naming near names, and UsageError.
    """
    if destination is None:
        if port or identity or login or jump:
            raise UsageError("These options need a host.", hint="As in: sshtui -p 2222 root@10.0.0.5")
        return None
    return host_for(paths, Wanted(destination, port, identity or "", login or "", jump or ""))


def host_for(paths: Paths, wanted: Wanted) -> Host:
    """The host that is meant, as `store.wanted.wanted_host` finds it among our files. Raises NotFound, UsageError."""
    from sshtui.store.hosts import HostStore
    from sshtui.store.wanted import wanted_host

    return wanted_host(wanted, HostStore(paths.hosts_file), lambda: config_hosts(paths))


def unknown(paths: Paths, name: str, config: ConfigHosts | None = None) -> NotFound:
    """The error that says which saved names, and those of `config`, come near; for a command that goes nowhere."""
    from sshtui.store.hosts import HostStore
    from sshtui.store.wanted import unknown_host

    names = [host.name for host in (*HostStore(paths.hosts_file).hosts(), *(config.hosts if config else ()))]
    error = unknown_host(name, names, saved_only=config is None)
    near = error.hint.startswith("Did you mean")
    return error if config is None or near else NotFound(error.sentence, hint="sshtui hosts list --all shows them.")


def complete_names(ctx: click.Context, _parameter: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    """Names of hosts that start with `incomplete`. Completion never complains."""
    from click.shell_completion import CompletionItem

    from sshtui.store.hosts import HostStore

    chosen = ctx.find_root().params.get("config_dir") or os.environ.get(CONFIG_DIR_VARIABLE)
    paths = Paths.default(Path(chosen) if chosen else None)
    hosts = (*HostStore(paths.hosts_file).hosts(), *config_hosts(paths).hosts)
    return [CompletionItem(host.name, help=host.destination) for host in hosts if host.name.startswith(incomplete)]

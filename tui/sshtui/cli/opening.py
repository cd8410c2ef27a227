"""From what stands on the command line to the host that a tab opens on."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sshtui.errors import NotFound, UsageError
from sshtui.model.destination import is_destination, parse_destination, parse_hops
from sshtui.model.hosts import Host, name_problem, user_problem
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.paths import CONFIG_DIR_VARIABLE, Paths
from sshtui.store.ssh_config import SYSTEM_CONFIG, ConfigHosts, read_hosts

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("-p", "--port", type=click.IntRange(1, 65535), metavar="PORT", help="Port on the server."),
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
    config = config_hosts(paths)
    host = Lookup(HostStore(paths.hosts_file), lambda: config).named(destination)
    if host is None:
        if not is_destination(destination) and not (port or login):
            raise unknown_host(paths, destination, config)
        host = parse_destination(destination)
        host = config.resolved(replace(host, port=port or host.port, user=login or host.user))
    if login and (problem := user_problem(login)):
        raise UsageError(f"The user {login!r} cannot be one. {problem}")
    return replace(
        host,
        port=port or host.port,
        user=login or host.user,
        key_pair=stored_path(identity) if identity else host.key_pair,
        jump=checked_jump(jump) if jump else host.jump,
    )


def unknown_host(paths: Paths, name: str, config: ConfigHosts | None = None) -> NotFound:
    """The error that says which names come near."""
    names = [host.name for host in (*HostStore(paths.hosts_file).hosts(), *(config.hosts if config else ()))]
    lower = {each.lower(): each for each in names}
    near = [lower[each] for each in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)]
    if near:
        return NotFound(f"There is no host {name!r}.", hint=f"Did you mean {' or '.join(near)}?")
    if config is None:
        return NotFound(f"There is no saved host {name!r}.", hint="sshtui hosts list shows them.")
    hint = f"To go to a machine of that name, write ssh://{name} or user@{name}." if not name_problem(name) else ""
    return NotFound(f"There is no host {name!r}, neither saved nor in ~/.ssh/config.", hint=hint)


def checked_jump(text: str) -> str:
    """Jump hosts separated by commas, each a saved host's name or a destination. Raises UsageError."""
    for hop in text.split(","):
        if name_problem(hop) or is_destination(hop):
            parse_hops(hop)
    return text


def stored_path(text: str) -> str:
    """A file's full path, the home directory as `~`, so that the saved host works from anywhere."""
    path = os.path.abspath(os.path.expanduser(text))
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def complete_names(ctx: click.Context, _parameter: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    """Names of hosts that start with `incomplete`. Completion never complains."""
    from click.shell_completion import CompletionItem

    chosen = ctx.find_root().params.get("config_dir") or os.environ.get(CONFIG_DIR_VARIABLE)
    paths = Paths.default(Path(chosen) if chosen else None)
    hosts = (*HostStore(paths.hosts_file).hosts(), *config_hosts(paths).hosts)
    return [CompletionItem(host.name, help=host.destination) for host in hosts if host.name.startswith(incomplete)]

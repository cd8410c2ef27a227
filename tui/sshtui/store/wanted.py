"""From what a person asks for, by name, address or link and with ssh's options, to the host that a tab opens on."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable
from dataclasses import replace

from sshtui.errors import NotFound, UsageError
from sshtui.model.destination import Wanted, is_destination, parse_destination, parse_hops
from sshtui.model.hosts import Host, name_problem, port_problem, user_problem
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.ssh_config import ConfigHosts


def wanted_host(wanted: Wanted, hosts: HostStore, config: Callable[[], ConfigHosts]) -> Host:
    """The host that is meant: a saved name, a name of ~/.ssh/config, or an address, in this order.

    Raises NotFound, naming near names, and UsageError.
    """
    read = config()
    destination, port, login = wanted.destination, wanted.port, wanted.login
    if port is not None and (problem := port_problem(str(port))):
        raise UsageError(f"The port: {problem}")
    host = Lookup(hosts, lambda: read).named(destination)
    if host is None:
        if not is_destination(destination) and not (port or login):
            raise unknown_host(destination, (host.name for host in (*hosts.hosts(), *read.hosts)))
        host = parse_destination(destination)
        host = read.resolved(replace(host, port=port or host.port, user=login or host.user))
    if login and (problem := user_problem(login)):
        raise UsageError(f"The user {login!r} cannot be one. {problem}")
    return replace(
        host,
        port=port or host.port,
        user=login or host.user,
        key_pair=stored_path(wanted.identity) if wanted.identity else host.key_pair,
        jump=checked_jump(wanted.jump) if wanted.jump else host.jump,
    )


def unknown_host(name: str, known: Iterable[str], *, saved_only: bool = False) -> NotFound:
    """The error that says which of the `known` names come near; `saved_only` when only saved hosts were meant."""
    if not name.strip():
        return NotFound("The name of the host is empty.", hint="Without any name, sshtui opens the list of hosts.")
    lower = {each.lower(): each for each in known}
    near = [lower[each] for each in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)]
    if near:
        return NotFound(f"There is no host {name!r}.", hint=f"Did you mean {' or '.join(near)}?")
    if saved_only:
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

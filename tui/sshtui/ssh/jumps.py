"""The way to a host through others: which hop comes last, and where its own way leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sshtui.errors import NotFound, UsageError
from sshtui.model.hosts import DEFAULT_PORT, Host, address_problem, port_problem, user_problem

MOST_HOPS = 16
"""Longer chains are a mistake: a host that jumps through itself by way of others."""


def last_hop(host: Host, resolve: Callable[[str], Host | None]) -> Host | None:
    """The host next to `host` on the way there, with the hops before it as its own way; None without a jump.

    A saved host's own jump counts when it is the first of the chain, as in OpenSSH. Raises NotFound for
    a name nobody saved that is no destination either.
    """
    hops = [hop.strip() for hop in host.jump.split(",") if hop.strip()]
    if not hops or hops == ["none"]:
        return None
    *before, nearest = hops
    hop = resolve(nearest) or destination(nearest, host.name)
    return replace(hop, jump=",".join(before)) if before else hop


def destination(text: str, wanted_by: str) -> Host:
    """`[user@]address[:port]` or `ssh://` of it, as a host that nobody saved; IPv6 in brackets before a port."""
    user, _, where = text.removeprefix("ssh://").rpartition("@")
    if where.startswith("["):
        address, _, port = where[1:].partition("]")
        port = port.removeprefix(":")
    elif where.count(":") > 1:
        address, port = where, ""
    else:
        address, _, port = where.partition(":")
    problem = user_problem(user) or address_problem(address) or (port_problem(port) if port else "")
    if problem:
        raise NotFound(
            f"{wanted_by} is reached through {text}, which is no saved host and no address.",
            hint=f"{problem} Edit the jump field of {wanted_by}.",
        )
    return Host(text, address, int(port) if port else DEFAULT_PORT, user)


def check_length(trail: tuple[str, ...]) -> None:
    """Raises UsageError when the way has become longer than any real one."""
    if len(trail) > MOST_HOPS:
        raise UsageError(
            f"The way to {trail[0]} leads through more than {MOST_HOPS} hosts.",
            hint="A host among them jumps through itself: look at the jump fields.",
        )

"""The way to a host through others: which hop comes last, and where its own way leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sshtui.errors import NotFound, UsageError
from sshtui.model.destination import parse_destination
from sshtui.model.hosts import Host

MOST_HOPS = 16
"""Longer ways are a mistake: a host that jumps through itself by way of others."""

Resolve = Callable[[str], Host | None]


def last_hop(host: Host, resolve: Resolve) -> Host | None:
    """The host next to `host` on the way there, with the hops before it as its own way; None without a jump.

    A saved host's own jump counts when it is the first of the chain, as in OpenSSH. Raises NotFound for
    a name nobody saved that is no destination either.
    """
    hops = [hop.strip() for hop in host.jump.split(",") if hop.strip()]
    if not hops or hops == ["none"]:
        return None
    *before, nearest = hops
    hop = resolve(nearest) or _destination(nearest, host.name)
    return replace(hop, jump=",".join(before)) if before else hop


def check_way(host: Host, resolve: Resolve) -> None:
    """Raises UsageError when the way to `host` never begins, NotFound when a hop on it is nowhere."""
    here = host
    for _ in range(MOST_HOPS + 1):
        hop = last_hop(here, resolve)
        if hop is None:
            return
        here = hop
    raise UsageError(
        f"The way to {host.name} leads through more than {MOST_HOPS} hosts.",
        hint="A host among them jumps through itself: look at the jump fields.",
    )


def _destination(text: str, wanted_by: str) -> Host:
    try:
        return parse_destination(text)
    except UsageError as error:
        raise NotFound(
            f"{wanted_by} is reached through {text}, which is no saved host and no address.",
            hint=f"{error.hint or error.sentence} Edit the jump field of {wanted_by}.",
        ) from error

"""Whether a connection outlived the sleep of the computer."""

from __future__ import annotations

import time

from sshtui.session.protocols import Channel

WAKING_TRIES = 4
"""Pings without an answer after the computer slept until the connection counts as lost; the network comes back late."""

NO_PING = 0.05
"""Seconds within which a ping without an answer was never sent: this server answers none, which means nothing."""


async def still_there(channel: Channel) -> bool:
    """Ask the server until it answers; False when it does not. A channel that ended meanwhile tells so itself."""
    for _ in range(WAKING_TRIES):
        asked = time.monotonic()
        answer = await channel.ping()
        if answer is not None or channel.end is not None or time.monotonic() - asked < NO_PING:
            return True
    return False

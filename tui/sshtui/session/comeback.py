"""A lost tab that dials again by itself: when, how often, and after which failures not at all."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from sshtui.errors import ConnectionFailed, NoCommonAlgorithm, SshtuiError
from sshtui.model.further_fields import RECONNECT
from sshtui.model.hosts import Host

LONGEST_PAUSE = 60.0
"""Seconds between two tries at most."""

JITTER = 0.2
"""The part of a pause by which it is longer or shorter, so that many tabs do not come at once."""

STEADY = 10.0
"""Seconds a connection must stand before the pauses begin anew."""


def worth_another_try(host: Host, error: SshtuiError | None) -> bool:
    """Whether a tab on `host` dials again after `error`, None for a connection that was lost.

    Only what the network did can be over by the next try: a refused host key or login stays refused, and would
    lock an account; what a person declined is declined.
    """
    if host.extra.get(RECONNECT) is not True:
        return False
    return error is None or (isinstance(error, ConnectionFailed) and not isinstance(error, NoCommonAlgorithm))


class Comeback:
    """Waits before each further try: `first_pause` seconds, then twice as long each time, up to LONGEST_PAUSE."""

    def __init__(self, first_pause: float = 1.0, chance: Callable[[], float] = random.random) -> None:
        self.at: float | None = None
        """Monotonic time of the next try; None while none is planned."""
        self._first_pause = first_pause
        self._chance = chance
        self._tries = 0
        self._timer: asyncio.TimerHandle | None = None

    def plan(self, again: Callable[[], None]) -> None:
        """Have `again` called after the next pause."""
        self.cancel()
        pause = min(LONGEST_PAUSE, self._first_pause * 2 ** min(self._tries, 16))
        pause *= 1 + JITTER * (2 * self._chance() - 1)
        self._tries += 1
        self.at = time.monotonic() + pause
        self._timer = asyncio.get_running_loop().call_later(pause, self._go, again)

    def cancel(self) -> None:
        """Plan nothing; does nothing when nothing is planned."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.at = None

    def begin_anew(self) -> None:
        """The next pause is the first one again."""
        self._tries = 0

    def _go(self, again: Callable[[], None]) -> None:
        self._timer = self.at = None
        again()

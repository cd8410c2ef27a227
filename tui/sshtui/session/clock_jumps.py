"""A computer that slept is seen by its clocks: the wall clock went on, the monotonic one stood still."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_STEP = 5.0
"""Seconds the clocks may part between two looks before it counts as sleep; someone may set the wall clock, too."""


class ClockJumps:
    """Compares the two clocks at each look. Setting the clock forward looks like sleep, and does no harm."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._apart = wall() - monotonic()

    def slept(self) -> float:
        """Seconds the computer slept since the last look; 0 when it did not."""
        before, self._apart = self._apart, self._wall() - self._monotonic()
        step = self._apart - before
        return step if step > LONGEST_STEP else 0.0

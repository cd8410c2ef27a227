"""Cuts a flood into slices short enough that the event loop stays free."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

TURN = 0.004
"""Seconds one turn of the loop may be held."""

SMALLEST, LARGEST = 1_024, 32_768


class Slicer:
    """Learns how fast bytes are fed and cuts so that one slice takes about `TURN`."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._started = 0.0
        self._slice = SMALLEST * 8

    def cut(self, data: bytes) -> Iterator[bytes]:
        """`data` in order, in pieces; the size follows what `fed` learnt meanwhile."""
        at = 0
        while at < len(data):
            piece = data[at : at + self._slice]
            at += len(piece)
            yield piece

    def begin(self) -> None:
        """A turn begins."""
        self._started = self._clock()

    def over(self) -> bool:
        """Whether the turn has taken long enough."""
        return self._clock() - self._started > TURN

    def fed(self, length: int) -> None:
        """Learn that feeding `length` bytes took from `begin` until now."""
        spent = self._clock() - self._started
        if spent > TURN:
            self._slice = max(SMALLEST, int(min(self._slice, length) * TURN / spent))
        elif length >= self._slice and spent < TURN / 2:
            self._slice = min(LARGEST, self._slice * 2)

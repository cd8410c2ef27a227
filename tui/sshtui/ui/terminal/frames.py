"""When the view paints: at once after a quiet spell, seldom enough under a flood, not while a program holds it back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

FULL_FRAME = 1 / 30
"""Seconds between frames that change most of the screen."""

SHARE = 8
"""How many times as long as such a frame took to paint the next one waits at least: a flood is there to be read."""

SLOWEST = 1 / 15
"""Seconds after which it comes in any case: the prompt after Ctrl+C is such a frame too."""

RATE = 60
"""Frames a second, whatever they change."""

BURST = 6
"""Frames that may follow each other at once, as when a shell draws its line in several pieces."""

HOLD_LIMIT = 0.15
"""Seconds a program may hold painting back (DECSET 2026)."""

Rows = frozenset[int] | None
"""Rows of the screen; None for all."""


class Alarm(Protocol):
    """A timer that can be stopped, as asyncio's."""

    def cancel(self) -> None:
        """Do not ring."""
        ...


class Frames:
    """Gathers rows and calls `paint` with them. `later(seconds, do)` is a timer, `clock` counts its seconds."""

    def __init__(
        self,
        paint: Callable[[Rows], None],
        later: Callable[[float, Callable[[], None]], Alarm],
        clock: Callable[[], float],
    ) -> None:
        self._paint = paint
        self._later = later
        self._clock = clock
        self._rows: set[int] | None = set()
        self._full = False
        self._next_full = float("-inf")
        self._recent: deque[float] = deque([float("-inf")] * BURST, BURST)
        self._held_since: float | None = None
        self._alarm: Alarm | None = None
        self._due = float("inf")

    def note(self, rows: Rows, *, height: int, held: bool) -> None:
        """`rows` of a screen of `height` rows changed; `held`: the program is in the middle of a frame of its own."""
        self._rows = None if rows is None or self._rows is None else self._rows | rows
        now = self._clock()
        self._full = self._rows is None or 2 * len(self._rows) > height
        if held:
            if self._held_since is None:
                self._held_since = now
            due = self._held_since + HOLD_LIMIT
        else:
            self._held_since = None
            due = max(self._recent[0] + BURST / RATE, self._next_full if self._full else now)
        if due <= now:
            self._now()
        elif self._alarm is None or due < self._due:
            self._stop()
            self._due = due
            self._alarm = self._later(due - now, self._now)

    def stop(self) -> None:
        """Paint no more."""
        self._stop()
        self._rows = set()

    def _now(self) -> None:
        self._stop()
        self._held_since = None
        rows, self._rows = self._rows, set()
        started = self._clock()
        self._paint(None if rows is None else frozenset(rows))
        self._recent.append(started)
        if self._full:
            self._next_full = started + min(max(FULL_FRAME, SHARE * (self._clock() - started)), SLOWEST)

    def _stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None
        self._due = float("inf")

"""The cursor that blinks, where a program asked for one (DECSCUSR, DECSET 12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

HALF = 0.53
"""Seconds that it is seen, and not seen; about what terminals have always had."""

ENOUGH = 18
"""Changes after which it rests, seen, until something stirs: an idle tab costs nothing."""


class Ticking(Protocol):
    """What stops a timer."""

    def stop(self) -> None:
        """No more calls."""
        ...


class Blinking:
    """Whether the cursor is seen now. `wanted` tells whether it blinks, `paint` shows a change of ours.

    `every` calls back again and again until what it gives is stopped.
    """

    def __init__(
        self,
        wanted: Callable[[], bool],
        paint: Callable[[], None],
        every: Callable[[float, Callable[[], None]], Ticking],
    ) -> None:
        self._wanted = wanted
        self._paint = paint
        self._every = every
        self._timer: Ticking | None = None
        self._changes = 0
        self.seen = True

    def stir(self) -> None:
        """Something was typed or printed, or came into focus: it is seen, and begins to blink anew."""
        self._changes = 0
        self.seen = True
        if self._timer is None and self._wanted():
            self._timer = self._every(HALF, self._tick)

    def stop(self) -> None:
        """Blink no more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.seen = True

    def _tick(self) -> None:
        if self._wanted() and self._changes < ENOUGH:
            self._changes += 1
            self.seen = not self.seen
        else:
            self.stop()
        self._paint()

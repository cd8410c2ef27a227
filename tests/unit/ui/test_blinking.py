"""A cursor blinks while a program wants it to and someone may look, then rests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sshtui.ui.terminal.blinking import ENOUGH, HALF, Blinking


class Clock:
    """A timer that a test turns on, and what was painted."""

    def __init__(self) -> None:
        self.call: Callable[[], None] | None = None
        self.painted: list[bool] = []
        self.wanted = True
        self.blinking = Blinking(lambda: self.wanted, self._paint, self._every)

    def _paint(self) -> None:
        self.painted.append(self.blinking.seen)

    def _every(self, seconds: float, call: Callable[[], None]) -> Clock:
        assert seconds == HALF
        assert self.call is None, "one timer is enough"
        self.call = call
        return self

    def stop(self) -> None:
        self.call = None

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            if self.call is not None:
                self.call()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_it_goes_and_comes(clock: Clock) -> None:
    clock.blinking.stir()
    clock.tick(4)
    assert clock.painted == [False, True, False, True]


def test_what_stirs_shows_it_at_once(clock: Clock) -> None:
    clock.blinking.stir()
    clock.tick()
    clock.blinking.stir()
    assert clock.blinking.seen


def test_it_rests_seen_when_nothing_stirs(clock: Clock) -> None:
    clock.blinking.stir()
    clock.tick(ENOUGH + 5)
    assert clock.call is None
    assert clock.blinking.seen
    assert len(clock.painted) == ENOUGH + 1


def test_a_program_that_wants_it_steady_gets_it(clock: Clock) -> None:
    clock.blinking.stir()
    clock.tick()
    clock.wanted = False
    clock.tick()
    assert clock.call is None
    assert clock.blinking.seen
    clock.blinking.stir()
    assert clock.call is None


def test_an_end_amid_a_blink_leaves_it_seen(clock: Clock) -> None:
    clock.blinking.stir()
    clock.tick()
    clock.blinking.stop()
    assert clock.blinking.seen
    assert clock.call is None

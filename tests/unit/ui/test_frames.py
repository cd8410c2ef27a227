"""When frames are painted; time is a number here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sshtui.ui.terminal.frames import BURST, FULL_FRAME, HOLD_LIMIT, RATE, SHARE, SLOWEST, Frames, Rows


class Ring:
    """A timer that only the clock below rings."""

    def __init__(self, at: float, do: Callable[[], None]) -> None:
        self.at = at
        self.do = do
        self.stopped = False

    def cancel(self) -> None:
        self.stopped = True


class Clockwork:
    """Frames on a clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.painted: list[tuple[float, Rows]] = []
        self.cost = 0.0
        self._rings: list[Ring] = []
        self.frames = Frames(self._paint, self._later, lambda: self.now)

    def note(self, *rows: int, everything: bool = False, held: bool = False) -> None:
        self.frames.note(None if everything else frozenset(rows), height=10, held=held)

    def turn(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [ring for ring in self._rings if not ring.stopped and ring.at <= end]:
            ring = min(due, key=lambda each: each.at)
            self._rings.remove(ring)
            self.now = ring.at
            ring.do()
        self.now = end

    def _paint(self, rows: Rows) -> None:
        self.painted.append((self.now, rows))
        self.now += self.cost

    def _later(self, seconds: float, do: Callable[[], None]) -> Ring:
        ring = Ring(self.now + seconds, do)
        self._rings.append(ring)
        return ring


@pytest.fixture
def clock() -> Clockwork:
    return Clockwork()


def test_an_echo_is_painted_at_once_every_time(clock: Clockwork) -> None:
    clock.note(1)
    clock.note(1, 2)
    assert [rows for _, rows in clock.painted] == [frozenset({1}), frozenset({1, 2})]


def test_the_first_full_frame_comes_at_once_and_a_flood_makes_30_a_second(clock: Clockwork) -> None:
    for _ in range(1000):
        clock.note(everything=True)
        clock.turn(0.001)
    clock.turn(1)
    assert clock.painted[0][0] == 100.0
    assert 28 <= len(clock.painted) <= 32
    assert clock.painted[-1][0] >= 100.999, "the last change is painted"


def test_a_stream_of_small_changes_makes_60_frames_a_second(clock: Clockwork) -> None:
    for _ in range(2000):
        clock.note(1)
        clock.turn(0.001)
    assert 110 <= len(clock.painted) <= 2 * RATE + BURST
    clock.turn(1)
    assert clock.painted[-1][0] >= 101.99, "the last change is painted"


def test_a_quiet_spell_makes_room_for_a_line_drawn_in_pieces(clock: Clockwork) -> None:
    for _ in range(BURST):
        clock.note(1)
    assert [at for at, _ in clock.painted] == [100.0] * BURST
    clock.note(1)
    assert len(clock.painted) == BURST
    clock.turn(1)
    for _ in range(BURST):
        clock.note(1)
    assert len(clock.painted) == 2 * BURST + 1


def test_frames_that_take_long_to_paint_leave_most_of_the_time_to_the_flood(clock: Clockwork) -> None:
    clock.cost = 0.008
    for _ in range(1000):
        clock.note(everything=True)
        clock.turn(0.001)
    painting = len(clock.painted) * clock.cost
    assert painting <= 1.1 * (clock.now - 100.0) / SHARE


def test_the_next_frame_comes_soon_however_long_the_last_one_took(clock: Clockwork) -> None:
    clock.cost = 0.05
    clock.note(everything=True)
    clock.note(everything=True)
    clock.turn(SLOWEST)
    assert [at for at, _ in clock.painted] == [100.0, pytest.approx(100.0 + SLOWEST)]


def test_rows_that_wait_are_painted_together(clock: Clockwork) -> None:
    clock.note(everything=True)
    clock.note(*range(6))
    clock.note(9)
    assert len(clock.painted) == 1
    clock.turn(FULL_FRAME)
    assert clock.painted[1][1] == frozenset({0, 1, 2, 3, 4, 5, 9})


def test_a_held_frame_waits_for_its_end(clock: Clockwork) -> None:
    clock.note(1, held=True)
    clock.turn(HOLD_LIMIT / 2)
    clock.note(2, held=True)
    assert clock.painted == []
    clock.note(3)
    assert [rows for _, rows in clock.painted] == [frozenset({1, 2, 3})]


def test_a_hold_without_end_is_painted_all_the_same(clock: Clockwork) -> None:
    for _ in range(100):
        clock.note(1, held=True)
        clock.turn(0.01)
    assert 5 <= len(clock.painted) <= 7


def test_nothing_is_painted_after_the_end(clock: Clockwork) -> None:
    clock.note(1, held=True)
    clock.frames.stop()
    clock.turn(1)
    assert clock.painted == []

"""Slices stay short in time and lose nothing."""

from __future__ import annotations

from sshtui.session.slices import LARGEST, SMALLEST, TURN, Slicer


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def feed(slicer: Slicer, clock: Clock, data: bytes, seconds_a_byte: float) -> list[bytes]:
    pieces = []
    for piece in slicer.cut(data):
        slicer.begin()
        clock.now += len(piece) * seconds_a_byte
        slicer.fed(len(piece))
        pieces.append(piece)
    return pieces


def test_the_pieces_are_the_data() -> None:
    clock, data = Clock(), bytes(range(256)) * 1000
    assert b"".join(feed(Slicer(clock), clock, data, 1e-7)) == data


def test_a_slow_emulator_gets_slices_of_one_turn() -> None:
    clock = Clock()
    slow = 1e-6  # 1 MB/s, as pyte
    pieces = feed(Slicer(clock), clock, b"x" * 200_000, slow)
    assert max(len(piece) for piece in pieces[3:]) * slow <= TURN * 1.01


def test_a_fast_emulator_gets_whole_windows() -> None:
    clock = Clock()
    pieces = feed(Slicer(clock), clock, b"x" * 1_000_000, 1e-9)
    assert max(len(piece) for piece in pieces) == LARGEST


def test_a_slice_never_shrinks_to_nothing() -> None:
    clock = Clock()
    pieces = feed(Slicer(clock), clock, b"x" * 100_000, 1e-3)
    assert min(len(piece) for piece in pieces[:-1]) == SMALLEST


def test_a_turn_is_over_when_its_time_is() -> None:
    clock = Clock()
    slicer = Slicer(clock)
    for _ in range(2):
        slicer.begin()
        clock.now += TURN / 2
        assert not slicer.over()
        clock.now += TURN
        assert slicer.over()

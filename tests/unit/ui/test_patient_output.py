"""Writing to a terminal that may not read: never waits, drops frames only, and says when it has caught up."""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Iterator

import pytest

from sshtui.attach.own_terminal import patient
from sshtui.ui.driver import BACKLOG, PatientOutput

FRAME = "\x1b[1;1H" + "x" * 4000
MODE = "\x1b[?2004h"


class Pair:
    """A pseudo-terminal whose other end reads on demand."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.own = patient(self.slave)
        self.caught_up = threading.Event()
        self.output = PatientOutput(self.own, self.caught_up.set)

    def read_all(self) -> bytes:
        """What arrives until the output has nothing left."""
        seen = b""
        os.set_blocking(self.master, False)
        for _ in range(1000):
            done = self.output.wait(0.01)
            try:
                while True:
                    seen += os.read(self.master, 65536)
            except BlockingIOError:
                if done:
                    return seen
        raise AssertionError("never done")


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.output.discard()
    made.output.wait(1)
    for descriptor in {made.master, made.slave, made.own}:
        os.close(descriptor)


def test_everything_arrives_in_order_while_the_terminal_reads(pair: Pair) -> None:
    for number in range(10):
        pair.output.write(f"\x1b[{number};1Hline {number}")
        pair.output.write(MODE)
    expected = "".join(f"\x1b[{number};1Hline {number}{MODE}" for number in range(10))
    assert pair.read_all() == expected.encode()
    assert not pair.caught_up.is_set()


def test_a_terminal_that_reads_has_it_before_writing_returns(pair: Pair) -> None:
    os.set_blocking(pair.master, False)
    pair.output.write("echo")
    assert os.read(pair.master, 100) == b"echo"


def test_what_the_terminal_cannot_take_at_once_follows_in_order(pair: Pair) -> None:
    pieces = [f"{number:04}" * 1000 for number in range(12)]
    for piece in pieces:
        pair.output.write(piece)
    assert pair.read_all() == "".join(pieces).encode()


def test_writing_does_not_wait_and_keeps_at_most_a_backlog_of_frames(pair: Pair) -> None:
    for _ in range(2000):
        pair.output.write(FRAME)
    seen = pair.read_all()
    assert BACKLOG / 2 < len(seen) < BACKLOG * 4
    assert len(seen) % len(FRAME) == 0
    assert pair.caught_up.wait(5)


def test_modes_and_the_newest_clipboard_text_arrive_though_frames_are_dropped(pair: Pair) -> None:
    for _ in range(100):
        pair.output.write(FRAME)
    for number in range(50):
        pair.output.write(f"\x1b]52;c;{number}\x07")
        pair.output.write(f"\x1b[?{number}l")
    seen = pair.read_all()
    assert [number for number in range(50) if f"\x1b[?{number}l".encode() not in seen] == []
    assert b"\x1b]52;c;49\x07" in seen
    assert seen.count(b"\x1b]52;") <= 2


def test_a_dropped_frame_leaves_no_half_of_a_synchronised_update(pair: Pair) -> None:
    for _ in range(200):
        for part in ("\x1b[?2026h", FRAME, "\x1b[?2026l"):
            pair.output.write(part)
    seen = pair.read_all()
    assert seen.count(b"\x1b[?2026h") == seen.count(b"\x1b[?2026l") == seen.count(b"\x1b[1;1H")


def test_after_a_hang_up_writing_goes_nowhere_and_does_not_wait() -> None:
    master, slave = pty.openpty()
    own = patient(slave)
    output = PatientOutput(own, lambda: None)
    os.close(master)
    for _ in range(100):
        output.write(FRAME)
    assert output.wait(5)
    os.close(slave)
    os.close(own)

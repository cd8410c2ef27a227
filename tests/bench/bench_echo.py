"""End to end: from a key to its echo through a real sshd, in the app and in ssh inside tmux, in turn."""

from __future__ import annotations

import statistics
import time

from tests.bench.table import Result
from tests.bench.terminals import Terminal, stage

LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
"""Nothing that a control sequence or a line of ours has."""

ROUNDS = 8


def run() -> list[Result]:
    """Median and 99th percentile of both."""
    ours: list[float] = []
    theirs: list[float] = []
    with stage() as found, found.app() as (app, size), found.tmux(size) as tmux:
        for terminal in (app, tmux):
            terminal.type(b"cat\r")
            time.sleep(0.3)
        for _ in range(ROUNDS):
            ours += _echoes(app)
            theirs += _echoes(tmux)
    return [
        _compared("median", statistics.median(ours), statistics.median(theirs)),
        _compared("99th percentile", _late(ours), _late(theirs)),
    ]


def _echoes(terminal: Terminal) -> list[float]:
    """Seconds each of the letters takes on a fresh line."""
    took = []
    for letter in LETTERS:
        terminal.type(letter.encode())
        took.append(terminal.wait_for(letter))
        time.sleep(0.03)
    terminal.type(b"\r")
    time.sleep(0.2)
    return took


def _compared(name: str, ours: float, theirs: float) -> Result:
    rival = f"x the speed of ssh in tmux ({theirs * 1000:.1f} ms)"
    return Result(f"key to echo, {name}", ours * 1000, "ms", theirs / ours, rival, 0.5)


def _late(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]

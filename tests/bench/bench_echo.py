"""End to end: from a key to its echo through a real sshd, in the app and in ssh inside tmux, in turn."""

from __future__ import annotations

import statistics
import time

from tests.bench.table import Result
from tests.bench.terminals import Terminal, stage

LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
"""Nothing that a control sequence or a line of ours has."""

ROUNDS = 8

BEHIND = 20
"""Milliseconds that the slowest echoes may come later than those of ssh in tmux."""


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
    median, their_median = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    rival = f"x the speed of ssh in tmux ({their_median:.2f} ms)"
    late, their_late = _late(ours) * 1000, _late(theirs) * 1000
    behind = max(late - their_late, 0.1)
    return [
        Result("key to echo, median", median, "ms", their_median / median, rival, 0.5),
        Result("key to echo, 99th percentile", late, "ms", BEHIND / behind, f"x under {BEHIND} ms behind it", 1.0),
    ]


def _echoes(terminal: Terminal) -> list[float]:
    """Seconds each of the letters takes on a fresh line."""
    took = []
    for letter in LETTERS:
        terminal.type(letter.encode(), letter)
        took.append(terminal.wait_for(letter))
        time.sleep(0.03)
    terminal.type(b"\r")
    time.sleep(0.2)
    return took


def _late(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]

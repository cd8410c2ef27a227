"""End to end: a large file through a real sshd into the app, against ssh inside tmux of the same size, in turn."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tests.bench.bench_emulator import coloured_lines, plain_lines
from tests.bench.table import Result
from tests.bench.terminals import PROMPT, Stage, Terminal, stage

MEGABYTES = 50
ROUNDS = 3
PRESSES = 20

_numbers = count(1000)
"""An end of its own for each file, so that none is taken for the next one's."""


def run() -> Iterator[Result]:
    """Rates of both and their ratio; then what a person feels during `yes`."""
    with stage() as found:
        files = {}
        for name, make in (("plain", plain_lines), ("coloured", coloured_lines)):
            files[name] = found.directory / f"{name}.txt"
            # The terminal of the server puts the carriage returns in.
            files[name].write_text(make(1_000_000, random.Random(7)).replace("\r\n", "\n") * MEGABYTES)
        with found.app() as (app, size), found.tmux(size) as tmux:
            for name, file in files.items():
                before = resident(app.pid)
                times = [(_cat(app, file), _cat(tmux, file)) for _ in range(ROUNDS)]
                grown = resident(app.pid) - before
                ours, theirs = (MEGABYTES / statistics.median(took) for took in zip(*times, strict=True))
                # A round's two runs lie side by side: what else the machine does slows both.
                ratio = statistics.median(their_time / our_time for our_time, their_time in times)
                rival = f"x ssh in tmux ({theirs:.1f})"
                yield Result(f"cat of {MEGABYTES} MB, {name} lines", ours, "MB/s", ratio, rival, 1.0)
                yield Result(f"memory gained by that, {name} lines", grown, "MB")
        yield from _during_yes(found)


def _cat(terminal: Terminal, file: Path) -> float:
    number = next(_numbers)
    end = f"END_{1 + number}"
    terminal.type(f"cat {file}; echo END_$((1+{number}))\r".encode(), end)
    took = terminal.wait_for(end)
    time.sleep(0.3)
    return took


def _during_yes(found: Stage) -> list[Result]:
    with found.app() as (app, _):
        app.type(b"yes\r")
        time.sleep(2)
        before = resident(app.pid)
        answers = []
        for _ in range(PRESSES):
            app.type(b"\x1c", "Esc cancels")
            answers.append(app.wait_for("Esc cancels"))
            app.type(b"\x1b")
            time.sleep(0.2)
        grown = resident(app.pid) - before
        interrupts = []
        for _ in range(PRESSES):
            app.type(b"\x03", PROMPT)
            interrupts.append(app.wait_for(PROMPT))
            time.sleep(0.1)
            app.type(b"yes\r")
            time.sleep(0.5)
    results = [Result("memory gained during yes", grown, "MB")]
    for name, took, goal in (("a key of ours", answers, 50), ("Ctrl+C", interrupts, 100)):
        median, worst = statistics.median(took) * 1000, max(took) * 1000
        results.append(Result(f"{name} during yes, median", median, "ms", goal / median, "x the goal's speed", 1.0))
        results.append(Result(f"{name} during yes, slowest of {PRESSES}", worst, "ms"))
    return results


def resident(pid: int) -> float:
    """Megabytes a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024

"""What painting costs: a full 200×50 repaint of coloured text, of true colour, and of rows that did not change."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import statistics
import time
from collections.abc import Callable

from sshtui.model.geometry import Size
from tests.bench.table import Result
from tests.ui.terminal_stage import EmulatedSession, Stage

SIZE = Size(200, 50)
FRAMES = 30

GOALS = {"indexed colours": 6.0, "true colour": 15.0, "nothing changed": 1.5}
"""Milliseconds of processor time of the median frame on a two-core machine of 2020."""


def indexed(rng: random.Random) -> str:
    """A style as programs choose them: sixteen colours on the default background, now and then bold."""
    return f"\x1b[{rng.choice((0, 1))};{rng.randrange(30, 38)}m"


def true_colour(rng: random.Random) -> str:
    """A colour nobody used before."""
    return "\x1b[38;2;{};{};{}m".format(*rng.randbytes(3))


def frame(rng: random.Random, style: Callable[[random.Random], str]) -> bytes:
    """A screen full of short words, each in a style of its own."""
    rows = []
    for row in range(SIZE.rows):
        text, column = f"\x1b[{row + 1};1H", 0
        while column < SIZE.columns:
            length = min(rng.randint(3, 12), SIZE.columns - column)
            text += style(rng) + "".join(rng.choices("abcdefgh ijklm", k=length))
            column += length
        rows.append(text)
    return "".join(rows).encode()


async def measure() -> dict[str, float]:
    """Milliseconds of the median frame, by kind."""
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    session = EmulatedSession(SIZE)
    stage = Stage(session)
    rng = random.Random(1)
    took: dict[str, float] = {}
    async with stage.run_test(size=SIZE):
        # As the wiring does once the app stands.
        gc.collect()
        gc.freeze()
        painting = stage.view.painting

        def at_once() -> None:
            for row in range(SIZE.rows):
                painting.written(row)

        ways: dict[str, Callable[[], object]] = {"at once": at_once, "as strips": stage.view.looked_at}
        for way, paint in ways.items():
            for kind, style in (("indexed colours", indexed), ("true colour", true_colour)):
                times = []
                for _ in range(FRAMES):
                    session.emulator.feed(frame(rng, style))
                    start = time.process_time()
                    paint()
                    times.append(time.process_time() - start)
                took[f"{kind}, {way}"] = statistics.median(times) * 1000
            start = time.process_time()
            for _ in range(FRAMES):
                paint()
            took[f"nothing changed, {way}"] = (time.process_time() - start) / FRAMES * 1000
    return took


def run() -> list[Result]:
    """The figures for the table; the ratio is the goal over what it took."""
    return [
        Result(f"repaint 200x50, {kind}", took, "ms", GOALS[kind.partition(",")[0]] / took, "x the goal's speed", 1.0)
        for kind, took in asyncio.run(measure()).items()
    ]

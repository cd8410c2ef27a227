"""What a keystroke in the filter costs with 10,000 hosts: from the press to the painted lines."""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path

from textual import events
from textual.widgets import Input

from sshtui.model.hosts import Host
from sshtui.ui.host_rows import Catalogue
from sshtui.ui.widgets.host_list import HostList
from tests.bench.table import Result
from tests.ui.shell_stage import Stage

HOSTS = 10_000
TYPED = ("w", "e", "b", "-", "0", "7", "9")


def hosts() -> list[Host]:
    """A large company's list."""
    kinds = ("web", "db", "cache", "bastion", "worker")
    return [
        Host(
            f"{kinds[number % 5]}-{number:05}",
            f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            user="root",
            folder=f"dc{number % 7}/rack{number % 40}",
            tags=("eu" if number % 2 else "us",),
            origin="~/.ssh/config:1",
        )
        for number in range(HOSTS)
    ]


async def measure() -> dict[str, float]:
    """Milliseconds of a keystroke, by kind."""
    listed = hosts()
    catalogue = Catalogue((), listed)
    catalogue.matches("warm up")
    matching = []
    for end in range(1, len(TYPED) + 1):
        start = time.perf_counter()
        catalogue.matches("".join(TYPED[:end]))
        matching.append(time.perf_counter() - start)
    painted = await _painted(listed)
    return {
        "matching, slowest": max(matching) * 1000,
        "press to paint, median": statistics.median(painted) * 1000,
        "press to paint, slowest": max(painted) * 1000,
    }


async def _painted(listed: list[Host]) -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(Path(directory), (), config_hosts=lambda: listed)
        async with stage.app.run_test(size=(120, 40)) as pilot:
            rows = stage.main.query_one(HostList)
            await stage.until(pilot, "the hosts", lambda: len(rows.rows) >= HOSTS)
            # As the wiring does once the app stands.
            gc.collect()
            gc.freeze()
            await pilot.press("slash", "x", "backspace")
            text = stage.main.query_one("#filter", Input)
            for letter in TYPED:
                wanted = text.value + letter
                start = time.perf_counter()
                stage.app.post_message(events.Key(letter, letter))
                while not (text.value == wanted and rows.query_text == wanted):  # noqa: ASYNC110  # an event costs time
                    await asyncio.sleep(0)
                rows.render_lines(rows.size.region)
                times.append(time.perf_counter() - start)
                await pilot.pause()
    return times


def run() -> list[Result]:
    """The figures for the table of all benchmarks; the goal is 30 ms from press to paint."""
    return [Result(f"filter of {HOSTS} hosts, {kind}", took, "ms") for kind, took in asyncio.run(measure()).items()]

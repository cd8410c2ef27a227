"""What a seat at a running app costs: the command's start, a keystroke's way, and what a viewer that stalls does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from sshtui.attach.frames import META, Hello
from sshtui.attach.viewer import Viewer, attached
from sshtui.model.geometry import Size
from tests.bench.table import Result
from tests.integration.test_attach import ProbeApp

STARTS = 10
KEYSTROKES = 100
STALL = 5.0
"""Seconds without reading."""

START_LIMIT, KEY_LIMIT, GAP_LIMIT = 100.0, 20.0, 500.0
"""Milliseconds: until `sshtui attach` looks for an app, of a keystroke to its picture (p95), between two turns of the
app's loop."""

QUIET = 0.1
SIZE = Size(120, 40)


def run() -> list[Result]:
    """The start is the least of several, the gap the largest; whatever else the machine does only adds."""
    start = min(_start() for _ in range(STARTS))
    with tempfile.TemporaryDirectory() as made:
        app = ProbeApp(Path(made))
        try:
            keystroke = asyncio.run(_keystroke(app))
        finally:
            app.end()
    with tempfile.TemporaryDirectory() as made:
        app = ProbeApp(Path(made), "flood")
        try:
            gap = asyncio.run(_stalled(app))
        finally:
            app.end()
    return [
        Result("sshtui attach, until it finds no app", start, "ms", START_LIMIT / start, "x under 100 ms", 1),
        Result(
            "keystroke to picture through a socket, p95", keystroke, "ms", KEY_LIMIT / keystroke, "x under 20 ms", 1
        ),
        Result("loop gap while a viewer does not read", gap, "ms", GAP_LIMIT / gap, "x under 500 ms", 1),
    ]


def _start() -> float:
    """`sshtui kill` looks as `attach` does, and needs no terminal for it."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as empty:
        command = [str(Path(sys.executable).with_name("sshtui")), "--config-dir", empty, "kill"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 4
    return (time.perf_counter() - begun) * 1000


async def _keystroke(app: ProbeApp) -> float:
    """Each `p` paints the same line, each `f` the whole screen."""
    taken = []
    async with attached(app.instance.socket, Hello(SIZE)) as viewer:
        await _quiet(viewer)
        for at in range(KEYSTROKES):
            begun = time.perf_counter()
            viewer.type(b"pf"[at % 2 : at % 2 + 1])
            frame = await viewer.read()
            assert frame is not None
            assert frame.kind != META
            taken.append((time.perf_counter() - begun) * 1000)
            await _quiet(viewer)
    return sorted(taken)[int(KEYSTROKES * 0.95)]


async def _quiet(viewer: Viewer) -> None:
    """Read until nothing more comes."""
    try:
        while True:
            async with asyncio.timeout(QUIET):
                await viewer.read()
    except TimeoutError:
        return


async def _stalled(app: ProbeApp) -> float:
    async with attached(app.instance.socket, Hello(SIZE)):
        begun = app.notes("tick")[-1]
        await asyncio.sleep(STALL)
        ticks = [when for when in app.notes("tick") if when >= begun]
    return max(later - earlier for earlier, later in pairwise(ticks)) * 1000

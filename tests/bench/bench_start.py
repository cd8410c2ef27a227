"""What 10,000 saved hosts add to the start, up to the first painted list, and to the memory; what `--version` costs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from tests.bench.table import Result

FEW, MANY, CROWD = 10, 10_000, 100_000
TIME_LIMIT, MEMORY_LIMIT = 150.0, 60.0
"""Milliseconds and megabytes that MANY may add to FEW."""

RUNS = 5

INTERPRETERS = 3.0
"""Bare Python interpreters that `sshtui --version` may cost."""


def run() -> list[Result]:
    """The least of fresh processes, by turns: whatever else the machine does only adds."""
    with tempfile.TemporaryDirectory() as few_made, tempfile.TemporaryDirectory() as many_made:
        _fill(Path(few_made), FEW)
        _fill(Path(many_made), MANY)
        with tempfile.TemporaryDirectory() as crowd_made:
            _fill(Path(crowd_made), CROWD)
            crowd = min(_measured(crowd_made) for _ in range(2))
        measured = [(_measured(few_made), _measured(many_made)) for _ in range(RUNS)]
    few, many = ([min(values) for values in zip(*runs, strict=True)] for runs in zip(*measured, strict=True))
    bare, version = map(min, zip(*(_started() for _ in range(3 * RUNS)), strict=True))
    later, larger = many[0] - few[0], many[1] - few[1]
    return [
        Result("sshtui --version", version, "ms", INTERPRETERS * bare / version, "x under 3 interpreters", 1),
        Result("start to first paint, 10 hosts", few[0], "ms"),
        Result("10,000 hosts add to the start", later, "ms", TIME_LIMIT / max(later, 1.0), "x under 150 ms", 1),
        Result("100,000 hosts: start to first paint", crowd[0], "ms"),
        Result("100,000 hosts: memory", crowd[1], "MB"),
        Result("10,000 hosts add to the memory", larger, "MB", MEMORY_LIMIT / max(larger, 1.0), "x under 60 MB", 1),
    ]


def _fill(directory: Path, hosts: int) -> None:
    HostStore(directory / "hosts.toml").put_all(
        Host(f"web-{at}", f"10.0.{at >> 8 & 255}.{at & 255}", user="root", folder=f"prod/{at % 50}")
        for at in range(hosts)
    )


def _measured(directory: str) -> tuple[float, float]:
    """Milliseconds and megabytes of one start."""
    command = [sys.executable, "-m", __name__, directory]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    milliseconds, megabytes = map(float, said.split())
    return milliseconds, megabytes


def _started() -> tuple[float, float]:
    """Milliseconds of an interpreter that does nothing, and of one that tells our version."""

    def taken(*command: str | Path) -> float:
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        return (time.perf_counter() - start) * 1000

    return taken(sys.executable, "-c", "pass"), taken(Path(sys.executable).with_name("sshtui"), "--version")


async def _start(directory: Path) -> None:
    start = time.perf_counter()
    from sshtui.store.paths import Paths
    from sshtui.wiring.app import build_app

    app = build_app(Paths(directory, directory / "state", directory / ".ssh"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        taken = time.perf_counter() - start
    print(taken * 1000, _peak())


def _peak() -> float:
    """The most memory this process ever held, in megabytes; getrusage would count what its parent held before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    asyncio.run(_start(Path(sys.argv[1])))

"""What the real app costs while nobody does anything and twenty tabs are open."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.bench.table import Result
from tests.bench.terminals import stage
from tests.servers.process import descendants

TABS = 20
SECONDS = 20.0


def run() -> list[Result]:
    """Processor time as a share of one core."""
    with stage() as found, found.app() as (app, _):
        for number in range(2, TABS + 1):
            app.type(b"\x1b0o")
            app.wait_for(f" {number} ", 10)
            time.sleep(0.5)
        time.sleep(2)
        shells = len(descendants(found.server.pid))
        assert shells >= TABS, f"only {shells} processes serve {TABS} tabs"
        before = spent(app.pid)
        time.sleep(SECONDS)
        share = 100 * (spent(app.pid) - before) / SECONDS
    return [Result(f"idle with {TABS} tabs, share of a core", share, "%", 1 / share, "x the goal's thrift", 1.0)]


def spent(pid: int) -> float:
    """Seconds of processor time a process took."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

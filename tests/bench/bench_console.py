"""The console's door under load: failures that cannot be told apart by their time, and what a flood of logins costs.

Real cost of the password hash; everything on one loop in this process, client and app included.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sshtui.secrets.argon2id import DEFAULT_COST
from sshtui.web.limits import Delayed
from tests.bench.table import Result
from tests.web.door import Door, door

ROUNDS = 20
APART = 0.10
"""By how much of their mean the times of two kinds of failure may differ."""

LOGINS, AT_ONCE = 1000, 50
MEMORY_LIMIT, LATENCY_LIMIT = 300.0, 200.0
"""Megabytes, and milliseconds of an echo through the console meanwhile (95th percentile)."""


def run() -> list[Result]:
    """By turns, so that whatever else the machine does falls on every kind alike."""
    return asyncio.run(_run())


async def _run() -> list[Result]:
    with tempfile.TemporaryDirectory() as directory:
        async with door(Path(directory), cost=DEFAULT_COST) as here:
            failures = await _failures(here)
            flood = await _flood(here)
    return [*failures, *flood]


async def _failures(here: Door) -> list[Result]:
    kinds: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "password": lambda: here.sign_in(password="wrong"),
        "code": lambda: here.sign_in(code="000000"),
        "both": lambda: here.sign_in(password="wrong", code="000000"),
        "account": lambda: here.sign_in(account="nobody"),
    }
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name in random.sample(list(kinds), len(kinds)):
            here.console.limits.forget()
            start = time.perf_counter()
            await kinds[name]()
            times[name].append(time.perf_counter() - start)
    middles = [statistics.median(each) for each in times.values()]
    apart = (max(middles) - min(middles)) / statistics.mean(middles)
    return [
        Result("a refused login", statistics.mean(middles) * 1000, "ms"),
        Result("kinds of refused logins are apart by", apart * 100, "%", APART / max(apart, 0.001), "x under 10 %", 1),
    ]


async def _flood(here: Door) -> list[Result]:
    here.console.limits.forget()
    await here.enter()
    before, peak, echoes, over = _memory(), 0.0, list[float](), asyncio.Event()
    async with here.console_page() as page:

        async def echo() -> None:
            nonlocal peak
            while not over.is_set():
                start = time.perf_counter()
                await page.send_bytes(b"x")
                await page.receive_bytes(timeout=20)
                echoes.append(time.perf_counter() - start)
                peak = max(peak, _memory())
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(echo())
        for start in range(0, LOGINS, AT_ONCE):
            await asyncio.gather(*(_guess(here, number) for number in range(start, start + AT_ONCE)))
        over.set()
        await watching
    slow = statistics.quantiles(echoes, n=20)[-1] * 1000
    grown = peak - before
    return [
        Result("1,000 logins: memory", grown, "MB", MEMORY_LIMIT / max(grown, 1.0), "x under 300 MB", 1),
        Result("1,000 logins: console echo, p95", slow, "ms", LATENCY_LIMIT / max(slow, 0.1), "x under 200 ms", 1),
    ]


async def _guess(here: Door, number: int) -> None:
    with contextlib.suppress(Delayed):
        await here.console.login.attempt(f"10.0.{number >> 8}.{number & 255}", "", "owner", "wrong", "000000")


def _memory() -> float:
    """What this process holds, in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6

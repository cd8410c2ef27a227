"""Waiting for a named condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PAUSE = 0.005
"""Seconds between two looks."""


def until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Return as soon as `condition()` is true; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds:g} s there was no {what}")
        time.sleep(PAUSE)


async def eventually(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """`until` for a running event loop: other tasks go on between two looks."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds:g} s there was no {what}")
        await asyncio.sleep(PAUSE)

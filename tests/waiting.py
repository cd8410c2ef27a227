"""Waiting for a named condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.pilot import Pilot

PAUSE = 0.005
"""Seconds between two looks."""


def until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Return as soon as `condition()` is true; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(PAUSE)


async def eventually(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """`until` for a running event loop: other tasks go on between two looks."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        await asyncio.sleep(PAUSE)


async def on_stage(
    pilot: Pilot[Any],
    condition: Callable[[], object],
    what: str = "sign of what this line waits for",
    seconds: float = 20.0,
) -> None:
    """`until` for an app that a pilot drives: what it has to do is done before each look."""
    deadline = time.monotonic() + seconds
    await pilot.pause()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}; in front is {pilot.app.screen}")
        await pilot.pause(PAUSE)

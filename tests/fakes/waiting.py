"""Waiting for a named condition with a deadline, instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


async def until(what: str, condition: Callable[[], object], *, patience: float = 10.0) -> None:
    """Return as soon as `condition()` is true; after `patience` seconds fail, naming `what` did not happen."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain: {what}"
        await asyncio.sleep(0.005)

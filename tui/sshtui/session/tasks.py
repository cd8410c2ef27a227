"""Tasks that nobody waits for."""

from __future__ import annotations

import asyncio


def crash_loudly(task: asyncio.Task[None]) -> None:
    """Hand a programming mistake in such a task to the loop's handler instead of losing it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": f"{task.get_name()} crashed", "exception": error, "task": task}
        )

"""Tasks that nobody waits for."""

from __future__ import annotations

import asyncio

ENDED = "ended_task"
"""What the loop's handler finds the task under: asyncio's own word also stands for tasks of others."""


def crash_loudly(task: asyncio.Task[None]) -> None:
    """Hand a programming mistake in such a task to the loop's handler instead of losing it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": f"{task.get_name()} crashed", "exception": error, ENDED: task}
        )

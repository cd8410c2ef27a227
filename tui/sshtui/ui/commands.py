"""What actions do: each widget gives a function for the actions it carries out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable

Commands = Mapping[str, Callable[[], object]]
"""Action id to what it does; an awaitable result is waited for."""


async def carry_out(command: Callable[[], object]) -> None:
    """Call `command`, waiting when it is a coroutine function. Workers and widgets are left to themselves."""
    result = command()
    if isawaitable(result) and isinstance(result, Awaitable):
        await result

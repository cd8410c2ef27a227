"""Calls into libraries of devices, which may wait for a person or for ever, in threads nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def apart(call: Callable[[], T], *, seconds: float | None = None) -> T:
    """What `call` returns or raises, from a thread that the end of the program does not wait for.

    Raises TimeoutError after `seconds`; the thread is left to itself then, as when the caller is cancelled.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(outcome: Callable[[], None]) -> None:
        if not done.done():
            outcome()

    def run() -> None:
        outcome: Callable[[], None]
        try:
            outcome = partial(done.set_result, call())
        except BaseException as error:  # noqa: BLE001 - handed over whole to whoever waits
            outcome = partial(done.set_exception, error)
        # The loop may have ended meanwhile: then nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, daemon=True, name="device").start()
    async with asyncio.timeout(seconds):
        return await done

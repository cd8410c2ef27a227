"""An async context manager on an event loop of its own, in a thread: the app's loop never waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def in_background(manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """What `manager` gives, entered and left in the thread; an error of entering or leaving is raised here."""
    entered: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    left: Future[None] = Future()

    async def live() -> None:
        leave = asyncio.Event()
        async with manager as value:
            entered.set_result((value, asyncio.get_running_loop(), leave))
            await leave.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # noqa: BLE001  not handled but carried over to the waiting thread
            (left if entered.done() else entered).set_exception(error)
        else:
            left.set_result(None)

    # A daemon: a crash of the main thread must not hang the program.
    threading.Thread(target=run, name="sshtui-demo", daemon=True).start()
    value, loop, leave = entered.result()
    try:
        yield value
    finally:
        loop.call_soon_threadsafe(leave.set)
        left.result()

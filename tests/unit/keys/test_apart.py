"""Calls that may hang, apart from the loop: their results, their errors, and nothing that waits for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from sshtui.keys.apart import apart


async def test_what_a_call_returns_and_raises_comes_back() -> None:
    assert await apart(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await apart(lambda: 1 // 0)


async def test_a_call_that_hangs_is_left_to_itself_in_time_and_when_nobody_waits_any_more() -> None:
    go_on = threading.Event()
    with pytest.raises(TimeoutError):
        await apart(go_on.wait, seconds=0.05)
    waiting = asyncio.create_task(apart(go_on.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()


def test_the_program_ends_though_a_call_hangs() -> None:
    code = (
        "import asyncio, threading\n"
        "from sshtui.keys.apart import apart\n"
        "async def main():\n"
        "    asyncio.create_task(apart(threading.Event().wait))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=20).returncode == 0

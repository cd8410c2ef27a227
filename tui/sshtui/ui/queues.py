"""The queues of Textual's apps, screens and widgets."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual.message_pump import MessagePump


async def dealt_with(pump: MessagePump, seconds: float) -> None:
    """Return when `pump` has taken everything it was sent so far, after `seconds` in any case."""
    taken = asyncio.Event()
    pump.call_later(taken.set)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await taken.wait()

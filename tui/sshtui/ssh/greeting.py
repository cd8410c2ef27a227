"""The first line of an SSH server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

LIMIT = 5.0
"""Seconds to wait for it; servers that look up our name first take some."""

LINES_LIMIT = 50
"""Lines that a server may send before it (RFC 4253 section 4.2)."""


TURNED_AWAY: Mapping[str, str] = {
    "Exceeded MaxStartups": "Many are logging in there just now: try again in a minute, or raise MaxStartups.",
    "Not allowed at this time": "Too many logins from this address have failed: wait some minutes, "
    "or look at PerSourcePenalties there.",
}
"""What OpenSSH says in place of its greeting when it wants no connection now (sshd.c), and what to do."""

PAUSE = 1.0
"""Seconds that may pass between the lines before it."""


async def read_greeting(readline: Callable[[], Awaitable[bytes]], seconds: float = LIMIT) -> bytes:
    """The identification string, or the first line of what is no SSH server; b"" where nothing comes in time.

    `readline` gives the next line, b"" at the end. Raises nothing but what is not of the network; cancelling ends it.
    """
    first = b""
    patience = seconds
    try:
        for _ in range(LINES_LIMIT):
            async with asyncio.timeout(patience):
                line = await readline()
            first = first or line
            if is_ssh(line):
                return line
            if not line:
                break
            patience = PAUSE
    except (OSError, ValueError):
        # Hung up, silent, or a line without end: what did come tells more.
        pass
    return first


def is_ssh(line: bytes) -> bool:
    """Whether a line is the identification string of a server we can speak to (RFC 4253 sections 4.2, 5.1)."""
    return line.startswith((b"SSH-2.0-", b"SSH-1.99-"))

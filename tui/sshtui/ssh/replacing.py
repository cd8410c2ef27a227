"""A file at a server that takes the place of another, and work that a cancellation waits for."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from sshtui.errors import ChannelRefused
from sshtui.model.text import plain
from sshtui.ssh.library import asyncssh

T = TypeVar("T")

TIDY_LIMIT = 5.0
"""Seconds a server may take to leave things in order after a failure or a cancellation."""

_PART = ".part"


def part_of(path: str) -> str:
    """A name in the directory of `path` that nobody can have guessed, for what is to take its place."""
    directory = path.rpartition("/")[0] + "/" if "/" in path else ""
    return f"{directory}.sshtui-{secrets.token_hex(6)}{_PART}"


async def put_in_place(client: asyncssh.SFTPClient, part: str, path: str, name: str) -> None:
    """Let the file `part`, so called by `part_of`, be the one called `path`; after a failure `path` is what it was.

    A server without posix-rename has no file of that name for a moment; a cancellation waits for its end, or for the
    way back, up to TIDY_LIMIT each. Raises what asyncssh raises, and ChannelRefused when the old file could not get its
    name back, after a cancellation too: it then tells the one it has. `name` is the host's.
    """
    work = asyncio.ensure_future(_put_in_place(client, part, path, name))
    try:
        await to_its_end(work, limit=TIDY_LIMIT)
    except asyncio.CancelledError:
        if work.done() and not work.cancelled() and isinstance(failure := work.exception(), ChannelRefused):
            raise failure from None
        raise


async def _put_in_place(client: asyncssh.SFTPClient, part: str, path: str, name: str) -> None:
    try:
        await client.posix_rename(part, path)
    except asyncssh.SFTPOpUnsupported:
        # Without the extension a name is free only once the old file has another one.
        old, moved = f"{part.removesuffix(_PART)}.old", False
        try:
            await client.rename(path, old)
            moved = True
            await client.rename(part, path)
        except BaseException as error:
            # A rename that was cancelled may have been done all the same.
            if moved or isinstance(error, asyncio.CancelledError):
                await _give_back(client, old, path, name, moved=moved)
            raise
        with suppress(asyncssh.SFTPError):
            await client.remove(old)


async def _give_back(client: asyncssh.SFTPClient, old: str, path: str, name: str, *, moved: bool) -> None:
    """Let the file that is called `old`, for certain if it was `moved`, be called `path` again."""
    try:
        async with asyncio.timeout(TIDY_LIMIT):
            await client.rename(old, path)
    except (asyncssh.Error, OSError, TimeoutError) as error:
        if not moved and isinstance(error, asyncssh.SFTPNoSuchFile):
            return
        raise ChannelRefused(
            f"The old {plain(path)} on {name} {'is' if moved else 'may be'} called {plain(old)} there: it was to be "
            "replaced, and that did not come to its end.",
            hint="Look at both in a terminal there, and give it its name back.",
        ) from error


async def to_its_end(work: Awaitable[T], *, limit: float | None = None) -> T:
    """What `work` gives. A cancellation waits until that has ended; after `limit` seconds it cancels that too.

    What `work` does when it is cancelled is waited for without a limit.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=limit)
        if task.cancel():
            await asyncio.wait([task])
        raise

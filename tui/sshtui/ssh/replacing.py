"""A file at a server that takes the place of another, and work that a cancellation waits for."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

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

    A server without posix-rename has no file of that name for a moment; a cancellation waits for its end. Raises what
    asyncssh raises, and ChannelRefused when the old file could not get its name back: it then tells the one it has.
    `name` is the host's.
    """
    await to_its_end(_put_in_place(client, part, path, name), limit=TIDY_LIMIT)


async def _put_in_place(client: asyncssh.SFTPClient, part: str, path: str, name: str) -> None:
    try:
        await client.posix_rename(part, path)
    except asyncssh.SFTPOpUnsupported:
        # Without the extension a name is free only once the old file has another one.
        old = f"{part.removesuffix(_PART)}.old"
        await client.rename(path, old)
        try:
            await client.rename(part, path)
        except (asyncssh.Error, OSError) as error:
            try:
                await client.rename(old, path)
            except (asyncssh.Error, OSError):
                raise ChannelRefused(
                    f"{plain(path)} on {name} is called {plain(old)} there: it was to be replaced, and that failed.",
                    hint="Give it its name back in a terminal there.",
                ) from error
            raise
        with suppress(asyncssh.SFTPError):
            await client.remove(old)


async def to_its_end(work: Coroutine[Any, Any, T], *, limit: float | None = None) -> T:
    """What `work` gives. A cancellation waits until that has ended, and after `limit` seconds cancels it too."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=limit)
        task.cancel()
        raise

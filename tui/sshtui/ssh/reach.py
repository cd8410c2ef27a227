"""Whether an SSH server answers: a connection and its first line. Nothing is sent, nobody logs in."""

from __future__ import annotations

import asyncio
import socket
import time

from sshtui.errors import SshtuiError
from sshtui.model.hosts import Host
from sshtui.model.reachability import Reachability
from sshtui.model.text import plain
from sshtui.ssh.connection import Connection
from sshtui.ssh.greeting import is_ssh, read_greeting
from sshtui.ssh.library import asyncssh
from sshtui.ssh.users import login_user
from sshtui.ssh.ways import open_way, route_to

LIMIT = 5.0
"""Seconds that the way may take, and the first line after it."""

READ_LIMIT = 1024
"""Bytes of a line that are read (RFC 4253 section 4.2 allows 255)."""


async def reach(host: Host, over: Connection | None = None, *, seconds: float = LIMIT) -> Reachability:
    """What answers at `host`, asked straight, by way of its proxy, or over the open connection of a jump host.

    A proxy command is not run. Raises nothing but what is a mistake of ours; cancelling leaves no socket.
    """
    through = ""
    began = time.monotonic()
    try:
        route = route_to(host, over)
        through = plain(route.through, 60)
        if route.command:
            return Reachability("not checked", through=through)
        line = await (_over(over, host, seconds) if over is not None else _straight(host, seconds))
    except TimeoutError:
        return Reachability("no answer", through=through)
    except (socket.gaierror, UnicodeError):
        return Reachability("no such name", through=through)
    except (ConnectionRefusedError, asyncssh.ChannelOpenError):
        return Reachability("refused", through=through)
    except SshtuiError as error:
        return Reachability("no answer", through=through, detail=error.sentence)
    except (OSError, asyncssh.Error) as error:
        return Reachability("no answer", through=through, detail=plain(str(error), 100))
    took = time.monotonic() - began
    if not line:
        return Reachability("no answer", through=through, detail="it accepts and says nothing")
    said = plain(line.decode("utf-8", "replace"), 80)
    if is_ssh(line):
        return Reachability("reachable", took, through, said)
    return Reachability("no SSH server", None, through, f"it says {said!r}")


async def _straight(host: Host, seconds: float) -> bytes:
    async with asyncio.timeout(seconds):
        way = await open_way(host, login_user(host), route_to(host, None), lambda _stage: None)
    try:
        assert way.link is not None
        reader, writer = await asyncio.open_connection(sock=way.link, limit=READ_LIMIT)
        try:
            return await read_greeting(reader.readline, seconds)
        finally:
            writer.close()
    finally:
        await way.close()


async def _over(over: Connection, host: Host, seconds: float) -> bytes:
    async with asyncio.timeout(seconds):
        reader, writer = await over.ssh.open_connection(host.address, host.port)

    async def line() -> bytes:
        read: bytes = await reader.readline()
        return read[:READ_LIMIT]

    try:
        return await read_greeting(line, seconds)
    finally:
        writer.close()

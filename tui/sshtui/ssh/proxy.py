"""A ProxyCommand as the way to a server: a program whose standard input and output carry the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket

from sshtui.errors import ConnectionFailed, UsageError
from sshtui.model.hosts import Host, address_problem, name_problem, user_problem
from sshtui.model.text import plain_lines

COMPLAINTS_LIMIT = 4096
"""Bytes kept of what the program writes to its standard error."""

GRACE = 1.0
"""Seconds a program has to end when it is told to."""

_TOKEN = re.compile(r"%(.)")
_ONE_WORD = re.compile(r"[\w.@:%+/=-]+\Z")


class Proxy:
    """A running ProxyCommand. Its standard error is kept for the sentence about a failure, never shown raw."""

    def __init__(self, process: asyncio.subprocess.Process, link: socket.socket) -> None:
        self._process = process
        self.link = link
        """The socket that leads through it; whoever speaks SSH over it closes it."""
        self._complaints = b""
        self._listening = asyncio.ensure_future(self._listen())

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(4096):
            self._complaints = (self._complaints + data)[:COMPLAINTS_LIMIT]

    @property
    def said(self) -> str:
        """The last lines of its standard error, on one line."""
        lines = plain_lines(self._complaints.decode("utf-8", "replace"))
        return " ".join(line.strip() for line in lines[-3:])

    async def failure(self, name: str, *, spoke: bool) -> ConnectionFailed | None:
        """Why the way does not work, when the program is what ended it; `spoke`: the server's greeting came through."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 0.5)
        status = self._process.returncode
        said = self.said
        if status is None or (status == 0 and (spoke or not said)):
            return None
        if status == 0:
            return ConnectionFailed(
                f"The proxy command for {name} ended before the server spoke: {said}",
                hint="Try the command in a shell.",
            )
        return ConnectionFailed(
            f"The proxy command for {name} ended with status {status}{': ' + said if said else '.'}",
            hint="Try the command in a shell.",
        )

    async def close(self) -> None:
        """End the program and what it started; one that runs as another account (sudo) is left to the closed socket."""
        self.link.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GRACE)
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


async def start(command: str, host: Host, user: str) -> Proxy:
    """Run `command` in a shell as ssh does (ssh_config(5), ProxyCommand), its tokens filled in.

    asyncssh's own way feeds the program's standard error into the protocol. Raises UsageError for a user or an
    address that a shell would take for more.
    """
    if problem := address_problem(host.address) or user_problem(user) or name_problem(host.name):
        raise UsageError(f"{host.name} cannot be reached by a proxy command.", hint=problem)
    if "n" in _TOKEN.findall(command) and not _ONE_WORD.match(host.name):
        # A shell would make several arguments of it, options of the program among them.
        raise UsageError(
            f"The proxy command of {host.name} holds %n, and the name is not one plain word.",
            hint="Rename the host, or write %h for its address.",
        )
    ours, theirs = socket.socketpair()
    try:
        ours.setblocking(False)
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            "exec " + expand(command, host, user),
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except BaseException:
        # Cancelled or not startable: the pair is nobody's.
        ours.close()
        raise
    finally:
        theirs.close()
    return Proxy(process, ours)


def expand(command: str, host: Host, user: str) -> str:
    """`command` with %h, %p, %r, %n and %% filled in; none of these holds a character a shell minds."""
    tokens = {"%": "%", "h": host.address, "p": str(host.port), "r": user, "n": host.name}
    return _TOKEN.sub(lambda found: tokens.get(found[1], found[0]), command)

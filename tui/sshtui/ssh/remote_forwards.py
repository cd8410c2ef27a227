"""Forwards whose server listens and whose connections end here: at a port, at a Unix socket, or wherever a SOCKS
client there asks for (RFC 4254 section 7.2, RFC 1928)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from sshtui.model.forwards import Endpoint
from sshtui.ssh.library import asyncssh
from sshtui.ssh.sockets import HEAD_START
from sshtui.ssh.translate import not_reached_here

CONNECT_LIMIT = 10.0
"""Seconds a target here may take to answer."""

Met = Callable[[str], None]
"""Is told of each connection why it leads nowhere, or "" when it leads to its target."""


async def listen_there(
    ssh: asyncssh.SSHClientConnection, listen: Endpoint, to: Endpoint | None, met: Met
) -> asyncssh.SSHListener:
    """Let the server listen; what connects there is led to `to`, without one to where it asks for as a SOCKS client.

    asyncssh's own methods keep to themselves why a target here was not reached, and have no SOCKS for that side.
    Raises what asyncssh does.
    """

    async def lead(*_origin: object) -> Any:
        return await _reached(ssh, to, met) if to is not None else _Socks(ssh)

    if listen.path:
        return await ssh.create_unix_server(lead, listen.path)
    # RFC 4254 section 7.1: "localhost" for its loopback, "" for every address.
    address = "localhost" if listen.address is None else listen.address
    return await ssh.create_server(lead, address, listen.port)


async def _reached(ssh: asyncssh.SSHClientConnection, to: Endpoint, met: Met) -> Any:
    """The server's half of a connection to `to`. Raises ChannelOpenError, which the server tells its client."""
    try:
        peer = await _connected(asyncssh.forward.SSHForwarder, to.address or "", to.port, path=_path(to))
    except (OSError, ValueError) as error:
        # ValueError: a name that cannot be one.
        problem = not_reached_here(error, to)
        met(problem)
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, problem) from error
    met("")
    return asyncssh.forward.SSHForwarder(peer)


class _Socks(asyncssh.socks.SSHSOCKSForwarder):
    """A SOCKS server for one connection that came in on the server's side.

    As ssh does, it says yes before it has connected; a client learns by the end of the connection that it was no.
    """

    def __init__(self, ssh: asyncssh.SSHClientConnection) -> None:
        super().__init__(ssh, self._carry)
        self._over = False

    def close(self) -> None:
        self._over = True
        super().close()

    async def _carry(self, session_factory: Callable[[], Any], address: str, port: int, *_origin: object) -> None:
        # What the client sends before there is a connection stays in the window of its channel.
        self.pause_reading()
        try:
            peer = await _connected(session_factory, address, port)
        except (OSError, ValueError) as error:
            # ValueError: a name that cannot be one.
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, str(error)) from error
        if self._over:
            # The client did not wait.
            peer.close()
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "")
        self.resume_reading()


async def _connected(protocol: Callable[[], Any], address: str, port: int, *, path: str = "") -> Any:
    """A protocol with a connection. Raises OSError, a TimeoutError among them, or ValueError."""
    loop = asyncio.get_running_loop()
    connecting: Awaitable[tuple[Any, Any]]
    if path:
        connecting = loop.create_unix_connection(protocol, path)
    else:
        connecting = loop.create_connection(protocol, address, port, happy_eyeballs_delay=HEAD_START)
    async with asyncio.timeout(CONNECT_LIMIT):
        _, connected = await connecting
    return connected


def _path(to: Endpoint) -> str:
    return os.path.expanduser(to.path)

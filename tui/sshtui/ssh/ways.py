"""How bytes get to a server: straight, over a jump host, through a program, or by way of a proxy server."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from sshtui.errors import ConnectionFailed, Unreachable, UsageError
from sshtui.model.hosts import Host
from sshtui.ssh import translate
from sshtui.ssh.connection import Connection
from sshtui.ssh.proxy import Proxy, start
from sshtui.ssh.proxy_server import ProxyServer, ask_for, parse_proxy
from sshtui.ssh.sockets import connect_to_any, connect_to_file, resolve
from sshtui.ssh.wishes import of_family, source_address

Progress = Callable[[str], None]

PROXY_COMMAND = "proxy_command"
"""The field of a saved host that names a program to reach it through, as ProxyCommand of ssh_config(5)."""

PROXY = "proxy"
"""The field of a saved host that names a proxy server: `socks5://address:port` or `http://address:port`."""


UNIX_SOCKET = "unix_socket"
"""The field of a saved host that names a Unix socket to reach it at; the address then only names it."""


@dataclass(frozen=True)
class Route:
    """The kind of way; nothing set is straight. A jump host comes before the others."""

    over: Connection | None = None
    file: str = ""
    command: str = ""
    proxy: ProxyServer | None = None

    @property
    def through(self) -> str:
        """What lies between, for a sentence; "" for nothing."""
        if self.over is not None:
            return self.over.name
        if self.file:
            return self.file
        return "the proxy command" if self.command else str(self.proxy or "")


def route_to(host: Host, over: Connection | None) -> Route:
    """The route that a host's fields name. Raises UsageError."""
    if over is not None:
        return Route(over)
    command = host.extra.get(PROXY_COMMAND) or ""
    proxy = host.extra.get(PROXY) or ""
    file = host.extra.get(UNIX_SOCKET) or ""
    if not isinstance(command, str) or not isinstance(proxy, str) or not isinstance(file, str):
        raise UsageError(f"{PROXY_COMMAND}, {PROXY} and {UNIX_SOCKET} of {host.name} must be text in quotes.")
    if file:
        return Route(file=os.path.expanduser(file))
    return Route(command=command, proxy=parse_proxy(proxy) if proxy and not command else None)


@dataclass(frozen=True)
class Way:
    """An open way: a socket that whoever speaks SSH takes over, or a jump host's connection."""

    link: socket.socket | None = None
    over: Connection | None = None
    program: Proxy | None = None

    @property
    def arguments(self) -> dict[str, object]:
        """What asyncssh.connect is told of it."""
        return {"tunnel": self.over.ssh} if self.over is not None else {"sock": self.link}

    async def complaint(self, name: str, *, spoke: bool) -> ConnectionFailed | None:
        """What the program that carries the bytes died of; `spoke`: the server's greeting came through it."""
        return await self.program.failure(name, spoke=spoke) if self.program is not None else None

    async def close(self) -> None:
        """Let go of it; the jump host's connection is not ours to end."""
        if self.link is not None:
            self.link.close()
        if self.program is not None:
            await self.program.close()


async def open_way(host: Host, user: str, route: Route, progress: Progress) -> Way:
    """The way to `host`. Raises what the network raises, or an SshtuiError about what lies between."""
    if route.over is not None:
        progress(f"connecting through {route.over.name}")
        return Way(over=route.over)
    if route.file:
        progress("connecting")
        return Way(await _by_file(host, route.file))
    if route.command:
        progress("connecting")
        program = await start(route.command, host, user)
        return Way(program.link, program=program)
    if route.proxy is not None:
        return Way(await _by_proxy(host, route.proxy, progress))
    progress("resolving")
    addresses = of_family(await resolve(host.address, host.port), host)
    progress("connecting")
    link = await connect_to_any(addresses, source=source_address(host))
    progress("verifying host key")
    return Way(link)


async def _by_file(host: Host, path: str) -> socket.socket:
    try:
        return await connect_to_file(path)
    except OSError as error:
        hint = f"Look at {UNIX_SOCKET} of {host.name}, and whether its server runs."
        raise Unreachable(f"{path}, where {host.name} should be, is not open: {error.strerror}.", hint=hint) from error


async def _by_proxy(host: Host, proxy: ProxyServer, progress: Progress) -> socket.socket:
    progress(f"connecting through {proxy}")
    try:
        link = await connect_to_any(await resolve(proxy.address, proxy.port))
    except (OSError, UnicodeError) as error:
        failure = translate.before_login(error, f"The proxy {proxy}", proxy.address, proxy.port)
        hint = f"Is it running? Look at {PROXY} of {host.name}."
        raise type(failure)(failure.sentence, hint=hint) from error
    try:
        await ask_for(link, proxy, host)
    except BaseException:
        # Refused or cancelled: nobody else knows this socket.
        link.close()
        raise
    return link

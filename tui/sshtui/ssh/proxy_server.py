"""A SOCKS5 or HTTP proxy as the way to a server."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import NamedTuple

from sshtui.errors import ConnectionFailed, Refused, TimedOut, Unreachable, UsageError
from sshtui.model.destination import split_destination
from sshtui.model.hosts import Host
from sshtui.model.text import plain

ANSWER_LIMIT = 16 * 1024
"""Bytes of an HTTP answer's head that are read."""

_SCHEMES = {"socks5": 1080, "http": 8080}
"""With the ports they have unless told otherwise (RFC 1928 section 3; custom)."""

_HINT = "Write socks5://address:port or http://address:port."
_LOGIN_HINT = "sshtui logs in to no proxy: use a program that does as proxy_command, for example ncat or corkscrew."

_WANTS_LOGIN = "407"
"""RFC 9110 section 15.5.8."""

_FORBIDDEN = 2
_SOCKS_FAILURES = {
    _FORBIDDEN: "its rules forbid it",
    3: "the network is unreachable",
    4: "the host is unreachable",
    5: "the connection was refused",
    6: "the time ran out",
}
"""RFC 1928 section 6."""


class ProxyServer(NamedTuple):
    """Where the proxy is and what it speaks."""

    scheme: str
    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}:{self.port}"


def parse_proxy(text: str) -> ProxyServer:
    """The proxy that `socks5://address[:port]` or `http://address[:port]` names. Raises UsageError."""
    scheme, mark, place = text.partition("://")
    if not mark or scheme not in _SCHEMES:
        raise UsageError(f"{plain(text, 80)!r} is no proxy.", hint=_HINT)
    where = split_destination(place.rstrip("/"))
    if where.user:
        raise UsageError("A proxy that wants a user name is not supported.", hint=_HINT)
    return ProxyServer(scheme, where.address, where.port or _SCHEMES[scheme])


async def ask_for(link: socket.socket, proxy: ProxyServer, host: Host) -> None:
    """Have the proxy at the other end of `link` connect it to `host`; the proxy resolves the name.

    Raises ConnectionFailed and its like with the proxy's reason. `link` stays the caller's.
    """
    if proxy.scheme == "socks5":
        await _socks5(link, proxy, host)
    else:
        await _http(link, proxy, host)


async def _socks5(link: socket.socket, proxy: ProxyServer, host: Host) -> None:
    """RFC 1928: no authentication (section 3), CONNECT by name (section 4)."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(link, b"\x05\x01\x00")
    if await _exactly(link, 2, proxy) != b"\x05\x00":
        raise ConnectionFailed(f"{proxy} is no SOCKS5 proxy, or wants a login.", hint=_LOGIN_HINT)
    name = _ascii(host.address)
    await loop.sock_sendall(link, b"\x05\x01\x00\x03" + bytes([len(name)]) + name + struct.pack(">H", host.port))
    version, status, _, kind = await _exactly(link, 4, proxy)
    if version == 5 and status == 0:
        length = {1: 4, 4: 16}.get(kind) or (await _exactly(link, 1, proxy))[0]
        await _exactly(link, length + 2, proxy)
        return
    raise _failure(proxy, host, _SOCKS_FAILURES.get(status, f"it failed with status {status}"), status)


async def _http(link: socket.socket, proxy: ProxyServer, host: Host) -> None:
    """RFC 9110 section 9.3.6: CONNECT, and an answer of 2xx whose head ends with an empty line."""
    address = f"[{host.address}]" if ":" in host.address else _ascii(host.address).decode()
    request = f"CONNECT {address}:{host.port} HTTP/1.1\r\nHost: {address}:{host.port}\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(link, request.encode())
    head = b""
    # Byte by byte: what follows the empty line is the server's greeting already.
    while not head.endswith(b"\r\n\r\n"):
        if len(head) > ANSWER_LIMIT:
            raise ConnectionFailed(f"{proxy} does not answer like an HTTP proxy.", hint="Check its address and port.")
        head += await _exactly(link, 1, proxy)
    first = head.split(b"\r\n", 1)[0].decode("latin-1")
    parts = first.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/"):
        raise ConnectionFailed(f"{proxy} does not answer like an HTTP proxy.", hint="Check its address and port.")
    if not parts[1].startswith("2"):
        answered = plain(" ".join(parts[1:]), 80)
        if parts[1] == _WANTS_LOGIN:
            raise ConnectionFailed(f"{proxy} wants a login: it answered {answered}.", hint=_LOGIN_HINT)
        raise _failure(proxy, host, f"it answered {answered}", _FORBIDDEN if parts[1] == "403" else 0)


def _failure(proxy: ProxyServer, host: Host, reason: str, status: int) -> ConnectionFailed:
    if status == _FORBIDDEN:
        return ConnectionFailed(
            f"{proxy} does not lead to {host.address} port {host.port}: {reason}.",
            hint="Ask whoever runs the proxy: many lead to port 443 alone.",
        )
    kind = {3: Unreachable, 4: Unreachable, 5: Refused, 6: TimedOut}.get(status, ConnectionFailed)
    return kind(
        f"{proxy} could not reach {host.address} port {host.port}: {reason}.",
        hint=f"Check the address and port of {host.name}, as the proxy sees them.",
    )


def _ascii(address: str) -> bytes:
    """A name as it goes over the wire; international ones in their ASCII form (RFC 3490)."""
    return address.encode("ascii" if address.isascii() else "idna")


async def _exactly(link: socket.socket, count: int, proxy: ProxyServer) -> bytes:
    data = b""
    while len(data) < count:
        more = await asyncio.get_running_loop().sock_recv(link, count - len(data))
        if not more:
            raise ConnectionFailed(f"{proxy} hung up.", hint="Check its address and port, and its log.")
        data += more
    return data

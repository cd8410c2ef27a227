"""A connected TCP socket to the first address of a name that answers (RFC 8305)."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

HEAD_START = 0.25
"""Seconds an address has before the next one is tried beside it (RFC 8305 section 5, Connection Attempt Delay)."""


class Address(NamedTuple):
    """One place a name leads to."""

    family: int
    where: tuple[Any, ...]

    @property
    def text(self) -> str:
        """The numeric address."""
        return str(self.where[0])


async def resolve(name: str, port: int) -> list[Address]:
    """Every address of `name`, IPv6 and IPv4 by turns as RFC 8305 section 4 wants; cancelling returns at once.

    Raises socket.gaierror, or UnicodeError for a name that cannot be one.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def settle(addresses: list[Address] | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(addresses or [])

    def look_up() -> None:
        addresses: list[Address] | None = None
        problem: Exception | None = None
        try:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            addresses = [Address(family, tuple(where)) for family, _, _, _, where in found]
        except (OSError, UnicodeError) as error:
            problem = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, addresses, problem)

    # A thread of its own and no executor: a resolver that hangs must not hold up the end of the program.
    threading.Thread(target=look_up, name="sshtui-resolve", daemon=True).start()
    return by_turns(await answer)


def by_turns(addresses: Sequence[Address]) -> list[Address]:
    """The families alternate, beginning with the resolver's first choice; the order inside each one stays."""
    if not addresses:
        return []
    unique = list(dict.fromkeys(addresses))
    first = [address for address in unique if address.family == unique[0].family]
    others = [address for address in unique if address.family != unique[0].family]
    mixed: list[Address] = []
    for at in range(max(len(first), len(others))):
        mixed += first[at : at + 1] + others[at : at + 1]
    return mixed


async def connect_to_any(
    addresses: Sequence[Address], head_start: float = HEAD_START, *, source: str = ""
) -> socket.socket:
    """A socket connected to whichever address answers first; every other attempt is closed.

    `source` is the numeric address of ours to come from, "" for any. Raises the error of the first address (the
    preferred one) when none answers. Cancelling closes all.
    """
    attempts: list[asyncio.Task[socket.socket]] = []
    errors: dict[int, OSError] = {}
    waiting = list(addresses)
    try:
        while waiting or any(not attempt.done() for attempt in attempts):
            if waiting:
                attempts.append(asyncio.create_task(connect_to(waiting.pop(0), source)))
            running = [attempt for attempt in attempts if not attempt.done()]
            done, _ = await asyncio.wait(
                running, timeout=head_start if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                error = attempt.exception()
                if error is None:
                    return attempts.pop(attempts.index(attempt)).result()
                if not isinstance(error, OSError):
                    raise error
                errors[attempts.index(attempt)] = error
    finally:
        for attempt in attempts:
            attempt.cancel()
        for outcome in await asyncio.gather(*attempts, return_exceptions=True):
            if isinstance(outcome, socket.socket):
                outcome.close()
    raise errors[min(errors)] if errors else OSError("there is no address to connect to")


async def connect_to(address: Address, source: str = "") -> socket.socket:
    """A non-blocking socket connected to `address`, without Nagle's delay, probed by the kernel when silent.

    `source` is the numeric address of ours to come from, "" for any.
    """
    connection = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if source:
            connection.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(connection, address.where)
    except BaseException:
        # Cancelled or refused: nobody else knows this socket.
        connection.close()
        raise
    return connection


async def connect_to_file(path: str) -> socket.socket:
    """A non-blocking socket connected to the Unix socket at `path`."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, path)
    except BaseException:
        # Cancelled or refused: nobody else knows this socket.
        connection.close()
        raise
    return connection

"""The first address that answers, and nothing left of the others."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from sshtui.ssh.sockets import Address, by_turns, connect_to_any, resolve

V4, V6 = socket.AF_INET, socket.AF_INET6


def address(where: str, port: int = 22) -> Address:
    """A place by its number."""
    return Address(V6, (where, port, 0, 0)) if ":" in where else Address(V4, (where, port))


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of 127.0.0.1 that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """A port of 127.0.0.1 that answers nobody: its queue is full, and Linux then drops what comes."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        queued = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
            queued.append(client)
        yield port
        for client in queued:
            client.close()


def test_the_families_alternate_and_begin_with_the_resolvers_choice() -> None:
    found = [address("::1"), address("::2"), address("::3"), address("127.0.0.1"), address("::1")]
    # RFC 8305 section 4: one of the other family follows the first.
    assert [each.text for each in by_turns(found)] == ["::1", "127.0.0.1", "::2", "::3"]
    assert by_turns([]) == []


async def test_a_silent_address_costs_only_the_head_start(silent: int, listening: int) -> None:
    began = time.monotonic()
    link = await connect_to_any([address("127.0.0.1", silent), address("127.0.0.1", listening)], head_start=0.05)
    assert time.monotonic() - began < 1
    assert link.getpeername()[1] == listening
    link.close()


async def test_a_refused_address_gives_way_at_once(listening: int) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = address("127.0.0.1", closed.getsockname()[1])
        link = await asyncio.wait_for(connect_to_any([refused, address("127.0.0.1", listening)], head_start=60), 5)
    assert link.getpeername()[1] == listening
    link.close()


async def test_when_all_fail_the_first_ones_reason_is_told() -> None:
    with pytest.raises(ConnectionRefusedError):
        await connect_to_any([address("127.0.0.1", 1), address("::1", 1)])


async def test_cancelling_leaves_no_attempt(silent: int) -> None:
    before = asyncio.all_tasks()
    attempt = asyncio.create_task(connect_to_any([address("127.0.0.1", silent)] * 2, head_start=0.01))
    await asyncio.sleep(0)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert asyncio.all_tasks() == before


async def test_a_name_resolves_without_holding_up_the_loop() -> None:
    assert address("127.0.0.1", 2022) in await resolve("localhost", 2022)


@pytest.mark.parametrize("name", ["no-such-host.invalid", "a..b", "x" * 64 + ".example"])
async def test_a_name_that_is_none_raises(name: str) -> None:
    with pytest.raises((socket.gaierror, UnicodeError)):
        await resolve(name, 22)

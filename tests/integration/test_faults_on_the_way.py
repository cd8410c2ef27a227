"""A real server behind a relay that cuts, swallows or chops the bytes on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import ConnectionFailed, SshtuiError
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_to_end, say
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK
from tests.servers.relay import Relay, relay_to
from tests.waiting import eventually


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings, Settings(connect_timeout=5, keep_alive=1, keep_alive_misses=1))


def behind(client: Client, server: OpenSSH, relay: Relay, client_key: Path) -> Host:
    """A saved host for `server` at the relay's end."""
    client.known_hosts.remember(LOOPBACK, relay.port, server.host_keys[0])
    return replace(client.save(server, key_pair=str(client_key)), port=relay.port, command="echo ready")


async def test_a_line_cut_anywhere_before_the_terminal_is_a_sentence_and_leaves_nothing(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    server = start_sshd(log_level="ERROR", extra=["MaxStartups 100"])
    async with relay_to(server.port) as relay:
        host = behind(client, server, relay, client_key)
        async with client.terminal(host, ScriptedPrompter()) as channel:
            whole = relay.passed
            await read_to_end(channel)
        await eventually(lambda: relay.open == 0, "end of the first connection")
        before = asyncio.all_tasks()
        for cut in range(0, whole * 9 // 10, max(1, whole // 25)):
            relay.cut_after = cut
            with pytest.raises(SshtuiError) as caught:
                await client.dial(host, ScriptedPrompter())
            assert isinstance(caught.value, ConnectionFailed), (cut, caught.value)
            assert caught.value.hint
            await eventually(lambda: relay.open == 0, f"end of our socket, cut after {cut} bytes")
            await eventually(lambda: asyncio.all_tasks() <= before, f"end of our tasks, cut after {cut} bytes")


async def test_bytes_that_come_one_by_one_are_enough(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with relay_to(sshd.port) as relay:
        relay.chop = 1
        host = behind(client, sshd, relay, client_key)
        async with client.terminal(host, ScriptedPrompter()) as channel:
            seen, end = await read_to_end(channel)
    assert b"ready" in seen
    assert end.status == 0


async def test_a_half_open_connection_is_noticed_by_keep_alive(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with relay_to(sshd.port) as relay:
        host = replace(behind(client, sshd, relay, client_key), command="")
        async with client.terminal(host, ScriptedPrompter()) as channel:
            await say(channel, "true")
            relay.swallow = True
            _, end = await read_to_end(channel, 5)
    assert end.reason == "box has stopped answering."


async def test_a_short_outage_loses_nothing(surroundings: Path, sshd: OpenSSH, client_key: Path) -> None:
    client = Client(surroundings, Settings(keep_alive=1, keep_alive_misses=5))
    host = client.save(sshd, key_pair=str(client_key), command="for n in $(seq 200); do echo line$n; sleep 0.005; done")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await channel.read(1)
        sshd.stop()
        await eventually(lambda: channel.silence > 0 or channel.end, "stalled link")
        sshd.resume()
        seen, end = await read_to_end(channel)
    assert end.status == 0
    assert [int(line[4:]) for line in seen.split() if line.startswith(b"line")][-199:] == list(range(2, 201))

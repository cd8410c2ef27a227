"""A real server behind a relay that cuts, swallows or chops the bytes on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
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
from tests.servers.waiting import eventually


class Relay:
    """Passes bytes both ways; `from_server` may hold them, chop them or raise to cut the line."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.port = 0
        self.passed = 0
        """Bytes that came from the server."""
        self.cut_after: int | None = None
        self.chop = 65536
        self.swallow = False
        self.open = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.passed = 0
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._port)
        home = asyncio.create_task(self._copy(there_reader, writer, counted=True))
        out = asyncio.create_task(self._copy(reader, there_writer, counted=False))
        await asyncio.wait({home, out}, return_when=asyncio.FIRST_COMPLETED)
        for task in (home, out):
            task.cancel()
        await asyncio.gather(home, out, return_exceptions=True)
        writer.close()
        there_writer.close()
        self.open -= 1

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool) -> None:
        while data := await source.read(self.chop):
            room = self.cut_after - self.passed if counted and self.cut_after is not None else len(data)
            if counted:
                self.passed += len(data)
            if not self.swallow:
                target.write(data[:room])
                await target.drain()
            if room < len(data):
                return


@contextlib.asynccontextmanager
async def relay_to(server: OpenSSH) -> AsyncIterator[Relay]:
    """A running relay in front of `server`."""
    relay = Relay(server.port)
    listener = await asyncio.start_server(relay.carry, LOOPBACK, 0)
    relay.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield relay


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
    async with relay_to(server) as relay:
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
    async with relay_to(sshd) as relay:
        relay.chop = 1
        host = behind(client, sshd, relay, client_key)
        async with client.terminal(host, ScriptedPrompter()) as channel:
            seen, end = await read_to_end(channel)
    assert b"ready" in seen
    assert end.status == 0


async def test_a_half_open_connection_is_noticed_by_keep_alive(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with relay_to(sshd) as relay:
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

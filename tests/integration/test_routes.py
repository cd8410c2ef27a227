"""Ways to a server that are no plain connection to its address: from an address of ours, to a Unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sshtui.errors import ConnectionFailed, Unreachable, UsageError
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.openssh import OpenSSH


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@asynccontextmanager
async def unix_socket_to(server: OpenSSH, path: Path) -> AsyncIterator[None]:
    """The server is at the Unix socket `path` too, inside the block."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(server.address, server.port)
        await asyncio.gather(carry(reader, there_writer), carry(there_reader, writer), return_exceptions=True)

    listener = await asyncio.start_unix_server(serve, path)
    try:
        yield
    finally:
        listener.close()


async def test_a_host_can_be_a_unix_socket(client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path) -> None:
    path = tmp_path / "ssh.sock"
    host = client.save(sshd, key_pair=str(client_key), extra={"unix_socket": str(path)})
    async with unix_socket_to(sshd, path), client.terminal(host, ScriptedPrompter()) as channel:
        assert b"in" in await say(channel, "echo in")


async def test_a_unix_socket_that_is_not_there_is_named(client: Client, sshd: OpenSSH, tmp_path: Path) -> None:
    host = client.save(sshd, extra={"unix_socket": str(tmp_path / "none.sock")})
    with pytest.raises(Unreachable, match="where box should be"):
        await client.dial(host, ScriptedPrompter())


async def test_a_connection_comes_from_the_bind_address(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    source = "127.0.0.1"
    host = client.save(sshd, key_pair=str(client_key), extra={"bind_address": source})
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert f"{source} ".encode() in await say(channel, "echo $SSH_CONNECTION")


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("eth0", UsageError, "bind_address"),
        ("::1", ConnectionFailed, "no IPv6 address"),
        ("192.0.2.77", Unreachable, "no way"),
    ],
)
async def test_a_bind_address_that_cannot_be_is_told(
    client: Client, sshd: OpenSSH, source: str, error: type[Exception], words: str
) -> None:
    host = client.save(sshd, extra={"bind_address": source})
    with pytest.raises(error, match=words):
        await client.dial(host, ScriptedPrompter())

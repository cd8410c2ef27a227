"""Proxy servers on the way: SOCKS5 as asyncssh serves it, HTTP CONNECT as RFC 9110 has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from sshtui.errors import ConnectionFailed, Refused, UsageError
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.ssh.proxy_server import parse_proxy
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers import misbehaving as bad
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings, Settings(connect_timeout=2))


@contextlib.asynccontextmanager
async def socks_proxy(sshd: OpenSSH, client_key: Path) -> AsyncIterator[str]:
    """A SOCKS5 proxy of another make: dynamic forwarding through the same sshd."""
    async with asyncssh.connect(
        LOOPBACK, sshd.port, username=sshd.user, client_keys=[str(client_key)], known_hosts=None, config=None
    ) as connection:
        listener = await connection.forward_socks(LOOPBACK, 0)
        yield f"socks5://{LOOPBACK}:{listener.get_port()}"
        listener.close()
        await listener.wait_closed()


@contextlib.asynccontextmanager
async def http_proxy(status: bytes = b"200 Connection established") -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that answers CONNECT with `status`, and the first lines it got."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 " + status + b"\r\nVia: test\r\n\r\n")
        if status.startswith(b"2"):
            address, _, port = head.split()[1].decode().rpartition(":")
            there_reader, there_writer = await asyncio.open_connection(address, int(port))
            await asyncio.wait(
                {asyncio.create_task(copy(reader, there_writer)), asyncio.create_task(copy(there_reader, writer))},
                return_when=asyncio.FIRST_COMPLETED,
            )
            there_writer.close()
        writer.close()

    listener = await asyncio.start_server(serve, LOOPBACK, 0)
    async with listener:
        yield f"http://{LOOPBACK}:{listener.sockets[0].getsockname()[1]}", asked


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on everything."""
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()


async def test_a_socks_proxy_carries_the_connection(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with socks_proxy(sshd, client_key) as proxy:
        host = client.save(sshd, key_pair=str(client_key), extra={"proxy": proxy})
        async with client.terminal(host, ScriptedPrompter()) as channel:
            assert b"through" in await say(channel, "echo thr'ough'")
    assert f"connecting through {proxy}" in client.stages


async def test_what_a_socks_proxy_cannot_reach_is_a_failed_connection(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    async with socks_proxy(sshd, client_key) as proxy:
        with pytest.raises(ConnectionFailed):
            await client.dial(Host("box", LOOPBACK, free_port(), extra={"proxy": proxy}), ScriptedPrompter())


async def test_an_http_proxy_carries_the_connection(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with http_proxy() as (proxy, asked):
        host = client.save(sshd, key_pair=str(client_key), extra={"proxy": proxy})
        async with client.terminal(host, ScriptedPrompter()) as channel:
            assert b"through" in await say(channel, "echo thr'ough'")
    assert asked == [f"CONNECT {LOOPBACK}:{sshd.port} HTTP/1.1".encode()]


async def test_an_http_proxys_refusal_is_quoted(client: Client) -> None:
    async with http_proxy(b"403 Forbidden \x1b[31m") as (proxy, _):
        with pytest.raises(ConnectionFailed, match="403 Forbidden") as caught:
            await client.dial(Host("box", LOOPBACK, extra={"proxy": proxy}), ScriptedPrompter())
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("status", "hint"),
    # RFC 9110 sections 15.5.8 and 15.5.4.
    [(b"407 Proxy Authentication Required", "proxy_command"), (b"403 Forbidden", "whoever runs the proxy")],
)
async def test_what_to_do_about_an_http_proxys_refusal(client: Client, status: bytes, hint: str) -> None:
    async with http_proxy(status) as (proxy, _):
        with pytest.raises(ConnectionFailed) as caught:
            await client.dial(Host("box", LOOPBACK, extra={"proxy": proxy}), ScriptedPrompter())
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("answers", "hint"),
    # RFC 1928 sections 3 and 6: no method will do; not allowed by the ruleset.
    [([b"\x05\xff"], "proxy_command"), ([b"\x05\0", b"\x05\2\0\1" + bytes(6)], "whoever runs the proxy")],
)
async def test_what_to_do_about_a_socks_proxys_refusal(client: Client, answers: list[bytes], hint: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(256)
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, LOOPBACK, 0) as server:
        proxy = f"socks5://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(ConnectionFailed) as caught:
            await client.dial(Host("box", LOOPBACK, extra={"proxy": proxy}), ScriptedPrompter())
    assert hint in caught.value.hint


async def test_a_proxy_that_is_not_there_is_named(client: Client) -> None:
    proxy = f"socks5://{LOOPBACK}:{free_port()}"
    with pytest.raises(Refused, match="proxy socks5") as caught:
        await client.dial(Host("box", LOOPBACK, extra={"proxy": proxy}), ScriptedPrompter())
    assert "sshd" not in caught.value.hint


@pytest.mark.parametrize("scheme", ["socks5", "http"])
@pytest.mark.parametrize("behaviour", [bad.closes_at_once, bad.sends_garbage, bad.never_answers])
async def test_what_is_no_proxy_gives_a_sentence_and_leaves_nothing(
    client: Client, scheme: str, behaviour: bad.Behaviour
) -> None:
    async with bad.misbehaving(behaviour) as server:
        proxy = f"{scheme}://{LOOPBACK}:{server.port}"
        with pytest.raises(ConnectionFailed) as caught:
            await client.dial(Host("box", LOOPBACK, extra={"proxy": proxy}), ScriptedPrompter())
        assert caught.value.sentence.isprintable()
        await eventually(lambda: server.open_connections == 0, "end of our socket")


@pytest.mark.parametrize("text", ["", "proxy", "ftp://proxy", "socks5://", "socks5://u@proxy", "http://a b"])
def test_what_names_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_proxy(text)


def test_the_ports_of_proxies() -> None:
    assert str(parse_proxy("socks5://proxy.test")) == "socks5://proxy.test:1080"
    assert str(parse_proxy("http://proxy.test:3128/")) == "http://proxy.test:3128"

"""Whether a server answers: a connection and its first line, nothing sent, nobody logged in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.hosts import Host
from sshtui.model.reachability import Reachability
from sshtui.ssh.reach import reach
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.misbehaving import (
    Behaviour,
    closes_at_once,
    falls_silent_after_the_banner,
    misbehaving,
    never_answers,
    sends_a_byte_a_second,
    sends_an_endless_banner,
    sends_garbage,
    speaks_http,
    speaks_ssh1,
)
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually


async def welcomes_first(writer: asyncio.StreamWriter) -> None:
    """Lines before the identification string, as RFC 4253 section 4.2 allows."""
    writer.write(b"Welcome.\r\nBe good.\r\n")
    await falls_silent_after_the_banner(writer)


async def test_a_server_that_answers_is_reachable_and_nothing_is_sent_to_it() -> None:
    async with misbehaving(welcomes_first) as server:
        found = await reach(Host("a", LOOPBACK, server.port))
    assert found.seconds is not None
    assert found == Reachability("reachable", found.seconds, detail="SSH-2.0-misbehaving_1.0")
    assert found.words == f"reachable {found.seconds * 1000:.0f} ms"
    assert server.received == b""


async def test_a_closed_port_is_refused_and_an_unknown_name_is_said() -> None:
    assert await reach(Host("a", LOOPBACK, free_port())) == Reachability("refused")
    assert await reach(Host("a", "nowhere.invalid")) == Reachability("no such name")


@pytest.mark.parametrize("behaviour", [never_answers, sends_a_byte_a_second, closes_at_once])
async def test_silence_ends_in_time(behaviour: Behaviour) -> None:
    async with misbehaving(behaviour) as server:
        found = await reach(Host("a", LOOPBACK, server.port), seconds=0.2)
    assert found == Reachability("no answer", detail="it accepts and says nothing")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (speaks_http, "HTTP/1.1 400"), (sends_garbage, "owned"), (speaks_ssh1, "SSH-1.5"),
        (sends_an_endless_banner, "xxxx"),
    ],
)  # fmt: skip
async def test_another_program_is_no_ssh_server_and_its_words_are_only_text(behaviour: Behaviour, said: str) -> None:
    async with misbehaving(behaviour) as server:
        found = await reach(Host("a", LOOPBACK, server.port))
    assert found.verdict == "no SSH server"
    assert said in found.detail
    assert found.detail.isprintable()


async def test_a_unix_socket_is_asked_and_a_proxy_command_is_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    found = await reach(Host("a", LOOPBACK, extra={"proxy_command": f"touch {ran}"}))
    assert found.words == "through the proxy command, not checked"
    assert not ran.exists()
    found = await reach(Host("a", LOOPBACK, extra={"unix_socket": str(tmp_path / "none")}))
    assert found.verdict == "no answer"


async def test_cancelling_closes_the_connection() -> None:
    async with misbehaving(never_answers) as server:
        asking = asyncio.create_task(reach(Host("a", LOOPBACK, server.port), seconds=30))
        await eventually(lambda: server.open_connections, "a connection")
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await eventually(lambda: not server.open_connections, "its end")


async def test_behind_a_jump_host_only_an_open_connection_is_used(
    surroundings: Path, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    client = Client(surroundings)
    inner, outer = start_sshd("inner"), start_sshd("outer")
    hop = client.save(outer, "outer", key_pair=str(client_key))
    host = client.save(inner, "inner", jump="outer")
    found = await client.dialer.reach(host)
    assert found.words == "through outer, not checked"
    assert outer.login_attempts() == 0
    async with client.terminal(hop, ScriptedPrompter()):
        found = await client.dialer.reach(host)
        assert found.verdict == "reachable"
        assert found.words.endswith(" ms through outer")
        closed = Host("closed", LOOPBACK, free_port(), jump="outer")
        assert await client.dialer.reach(closed) == Reachability("refused", through="outer")
    assert inner.login_attempts() == 0
    loop = Host("loop", LOOPBACK, jump="loop")
    client.saved["loop"] = loop
    assert (await client.dialer.reach(loop)).verdict == "not checked"

"""The way through other hosts: each hop with its own trust and its own login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sshtui.errors import (
    ChannelRefused,
    ConnectionFailed,
    HostKeyUnknown,
    LoginRejected,
    NameNotFound,
    NotFound,
    Refused,
    UsageError,
)
from sshtui.model.hosts import Host
from sshtui.model.questions import Password, UnknownHostKey
from sshtui.ssh.proxy import start
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_to_end, say
from tests.servers.accounts import Account
from tests.servers.dropbear import Dropbear
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually

Start = Callable[..., OpenSSH]


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@pytest.mark.root
async def test_three_hops_of_two_kinds_of_server(
    client: Client,
    start_sshd: Start,
    start_dropbear: Callable[..., Dropbear],
    account: Account,
    client_key: Path,
) -> None:
    account.authorise(public_line(client_key))
    servers = [start_sshd("first"), start_dropbear("second"), start_sshd("third")]
    client.save(servers[0], "first", key_pair=str(client_key))
    client.save(servers[1], "second", user=account.name, key_pair=str(client_key), jump="first")
    host = client.save(servers[2], "third", key_pair=str(client_key), jump="second")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert b"through" in await say(channel, "echo thr'ough'")
    await eventually(lambda: not any(server.sessions() for server in servers), "end of every hop")


async def test_every_hop_asks_for_its_own_trust(client: Client, start_sshd: Start, client_key: Path) -> None:
    inner, outer = start_sshd("inner"), start_sshd("outer")
    client.save(outer, "outer", trusted=False, key_pair=str(client_key))
    host = client.save(inner, "inner", trusted=False, key_pair=str(client_key), jump="outer")
    prompter = ScriptedPrompter("save", None)
    with pytest.raises(HostKeyUnknown):
        await client.dial(host, prompter)
    assert prompter.questions == [
        UnknownHostKey("outer", LOOPBACK, outer.port, outer.host_keys[0]),
        UnknownHostKey("inner", LOOPBACK, inner.port, inner.host_keys[0]),
    ]
    assert inner.login_attempts() == 0
    await eventually(lambda: not outer.sessions(), "end of the hop")


@pytest.mark.root
async def test_a_hop_nobody_saved_asks_under_its_own_name(
    client: Client, start_sshd: Start, account: Account, client_key: Path
) -> None:
    outer = start_sshd("outer")
    client.save(outer, "unused")
    way = f"{account.name}@{LOOPBACK}:{outer.port}"
    host = client.save(start_sshd("inner"), "inner", key_pair=str(client_key), jump=way)
    prompter = ScriptedPrompter(account.password)
    async with client.terminal(host, prompter):
        pass
    assert prompter.questions == [Password(way, way, 1)]


async def test_a_chain_in_one_field_is_walked_from_the_left(
    client: Client, start_sshd: Start, client_key: Path
) -> None:
    servers = {name: start_sshd(name) for name in ("a", "b", "c")}
    for name, server in servers.items():
        client.save(server, name, key_pair=str(client_key))
    host = client.save(servers["c"], "c", key_pair=str(client_key), jump="a, b")
    async with client.terminal(host, ScriptedPrompter()):
        pass
    stages = [stage for stage in client.stages if stage.startswith("connecting")]
    assert stages == ["connecting", "connecting through a", "connecting through b"]


async def test_a_hop_in_use_is_shared(client: Client, start_sshd: Start, client_key: Path) -> None:
    outer, inner = start_sshd("outer"), start_sshd("inner")
    hop = client.save(outer, "outer", key_pair=str(client_key))
    host = client.save(inner, "inner", key_pair=str(client_key), jump="outer")
    async with client.terminal(hop, ScriptedPrompter()) as before:
        async with client.terminal(host, ScriptedPrompter()):
            assert outer.log.count("Accepted publickey") == 1
        assert b"alive" in await say(before, "echo al'ive'")


async def test_the_end_of_a_hop_ends_what_goes_through_it(client: Client, start_sshd: Start, client_key: Path) -> None:
    outer, inner = start_sshd("outer"), start_sshd("inner")
    client.save(outer, "outer", key_pair=str(client_key))
    host = client.save(inner, "inner", key_pair=str(client_key), jump="outer")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await say(channel, "true")
        outer.kill()
        _, end = await read_to_end(channel)
    assert end.how == "lost"


@pytest.mark.parametrize(
    ("address", "kind"), [(LOOPBACK, Refused), ("no-such-host.invalid", NameNotFound)], ids=["refused", "no such name"]
)
async def test_what_the_hop_cannot_reach_is_told_as_its_failure(
    client: Client, sshd: OpenSSH, client_key: Path, address: str, kind: type[Exception]
) -> None:
    client.save(sshd, "outer", key_pair=str(client_key))
    with pytest.raises(kind, match="outer"):
        await client.dial(Host("box", address, free_port(), jump="outer"), ScriptedPrompter())
    await eventually(lambda: not sshd.sessions(), "end of the hop")


async def test_a_hop_that_forwards_nothing_says_so(client: Client, start_sshd: Start, client_key: Path) -> None:
    client.save(start_sshd(extra=["AllowTcpForwarding no"]), "outer", key_pair=str(client_key))
    with pytest.raises(ChannelRefused, match="does not forward"):
        await client.dial(Host("box", LOOPBACK, free_port(), jump="outer"), ScriptedPrompter())


async def test_a_hop_that_is_neither_saved_nor_an_address_is_named(client: Client) -> None:
    with pytest.raises(NotFound, match="no saved host"):
        await client.dial(Host("box", LOOPBACK, jump="what is this"), ScriptedPrompter())


async def test_a_host_that_jumps_through_itself_is_refused(client: Client) -> None:
    client.saved["a"] = Host("a", LOOPBACK, jump="b")
    client.saved["b"] = Host("b", LOOPBACK, jump="a")
    with pytest.raises(UsageError, match="through more than"):
        async with asyncio.timeout(5):
            await client.dial(client.saved["a"], ScriptedPrompter())


def behind(command: str) -> dict[str, object]:
    """The field of a saved host that is reached through a program."""
    return {"proxy_command": command}


async def test_a_proxy_command_carries_the_connection_and_its_noise_stays_out(
    client: Client, sshd: OpenSSH, client_key: Path, need: Callable[[str], str], tmp_path: Path
) -> None:
    python = need("python3")
    script = tmp_path / "proxy.py"
    script.write_text(PROXY)
    host = client.save(sshd, key_pair=str(client_key), extra=behind(f"{python} {script} %h %p"))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert b"through" in await say(channel, "echo thr'ough'")
    assert not await running(str(script))


async def test_a_proxy_command_that_fails_is_quoted(client: Client) -> None:
    host = Host("box", "127.0.0.1", extra=behind("sh -c 'echo no way out >&2; exit 3'"))
    with pytest.raises(ConnectionFailed, match="ended with status 3: no way out"):
        await client.dial(host, ScriptedPrompter())


async def test_a_proxy_command_that_ends_well_without_a_server_is_quoted(client: Client) -> None:
    host = Host("box", "127.0.0.1", extra=behind("sh -c 'echo no way to %h >&2'"))
    with pytest.raises(ConnectionFailed, match=r"ended before the server spoke: no way to 127\.0\.0\.1"):
        await client.dial(host, ScriptedPrompter())


async def test_a_rejected_login_is_told_whatever_the_proxy_command_says_at_its_end(
    client: Client, start_sshd: Start, need: Callable[[str], str], tmp_path: Path
) -> None:
    python, stranger = need("python3"), make_key_file(tmp_path / "stranger")
    script = tmp_path / "proxy.py"
    script.write_text(PROXY)
    server = start_sshd(password=False)
    noisy = behind(f"sh -c '{python} {script} %h %p; echo so long >&2; exit 5'")
    with pytest.raises(LoginRejected):
        await client.dial(client.save(server, key_pair=str(stranger), extra=noisy), ScriptedPrompter())


@pytest.mark.root
async def test_a_proxy_command_that_runs_as_another_account_keeps_no_tab_from_closing(
    another_account: Callable[[], AbstractContextManager[None]],
) -> None:
    program = await start("sleep 600", Host("box", "box"), "ada")
    tasks = asyncio.all_tasks()
    with another_account():
        await program.close()
    assert asyncio.all_tasks() < tasks
    await program.close()


@pytest.mark.parametrize("address", ["$(touch {})", "fe80::1%$(touch {})", "fe80::1%;touch {}"])
async def test_a_proxy_command_never_gets_an_address_a_shell_would_run(
    client: Client, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    host = Host("box", address.format("victim"), extra=behind("echo %h"))
    with pytest.raises(UsageError):
        await client.dial(host, ScriptedPrompter())
    assert not (tmp_path / "victim").exists()


async def test_a_name_of_several_words_never_becomes_arguments_of_a_proxy_command(client: Client) -> None:
    host = Host("box -oProxyCommand=id", LOOPBACK, extra=behind("echo %n >&2; exit 3"))
    with pytest.raises(UsageError, match="not one plain word"):
        await client.dial(host, ScriptedPrompter())


PROXY = """
import os, socket, sys, threading
there = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def home():
    while data := there.recv(65536):
        os.write(1, data)
        os.write(2, b"\\x1b[31mnoise\\n")
    os._exit(0)
threading.Thread(target=home, daemon=True).start()
while data := os.read(0, 65536):
    there.sendall(data)
"""


async def running(text: str) -> bool:
    """Whether a process has `text` in its command line."""
    listing = await asyncio.create_subprocess_exec("pgrep", "-f", text, stdout=asyncio.subprocess.PIPE)
    await listing.communicate()
    return listing.returncode == 0

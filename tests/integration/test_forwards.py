"""Port forwards through a real sshd: what they carry, who shares them, and how they end."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import stat
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import ForwardFailed, HostKeyUnknown
from sshtui.model.forwards import EXIT_ON_FAILURE, GATEWAY_PORTS, read_forwards
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from sshtui.ssh.connection import Connection
from sshtui.ssh.connector import Wish
from tests.auditing import auditing
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.lacking import lacking
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


async def in_capitals(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line so, until the client is done."""
    while line := await reader.readline():
        writer.write(line.upper())
    writer.close()


@pytest.fixture
async def shouter(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    """A port and a socket of a server that answers each line in capitals."""
    path = tmp_path / "shouter"
    async with (
        await asyncio.start_server(in_capitals, LOOPBACK, 0) as server,
        await asyncio.start_unix_server(in_capitals, path),
    ):
        yield server.sockets[0].getsockname()[1], path


async def shout(port_or_path: int | Path, opening: bytes = b"", skip: int = 0) -> bytes:
    """What comes back for a line that goes through a forward, b"" when it is closed at once."""
    async with asyncio.timeout(10):
        if isinstance(port_or_path, int):
            reader, writer = await asyncio.open_connection(LOOPBACK, port_or_path)
        else:
            reader, writer = await asyncio.open_unix_connection(port_or_path)
        try:
            writer.write(opening)
            if skip:
                await reader.readexactly(skip)
            writer.write(b"hello\n")
            return await reader.readline()
        except ConnectionError:
            return b""
        finally:
            writer.close()


def socks5(port: int) -> bytes:
    """No login, then CONNECT to a port of loopback by its address (RFC 1928 sections 3 and 4)."""
    return b"\x05\x01\x00" + b"\x05\x01\x00\x01\x7f\x00\x00\x01" + port.to_bytes(2, "big")


SOCKS5_ANSWERS = 2 + 10
"""Bytes: the method chosen, the reply with an IPv4 address (RFC 1928 sections 3 and 6)."""


def is_free(port: int) -> bool:
    """Whether nobody listens there on loopback."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[None]:
    """Somebody else who has a port already."""
    async with await asyncio.start_server(lambda _reader, _writer: None, LOOPBACK, port):
        yield


@pytest.fixture
def save(client: Client, sshd: OpenSSH, client_key: Path) -> Callable[..., Host]:
    """`save("L 8080:db:5432", …)`: a trusted host with these forwards."""

    def saved(*forwards: str, name: str = "box", **fields: Any) -> Host:
        many = read_forwards(",".join(forwards))
        return client.save(sshd, name, key_pair=str(client_key), forwards=many, **fields)

    return saved


async def test_local_remote_and_dynamic_forwards_carry_bytes_both_ways(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path]
) -> None:
    there, _ = shouter
    local, remote, dynamic = free_port(), free_port(), free_port()
    prompter = ScriptedPrompter()
    host = save(f"L {local}:{LOOPBACK}:{there}", f"R {remote}:{LOOPBACK}:{there}", f"D {dynamic}")
    async with client.terminal(host, prompter) as channel:
        assert await shout(local) == b"HELLO\n"
        assert await shout(remote) == b"HELLO\n"
        assert await shout(dynamic, socks5(there), SOCKS5_ANSWERS) == b"HELLO\n"
        assert [(state.is_open, state.problem) for state in channel.forwards] == [(True, "")] * 3
    assert prompter.notices == []


async def test_a_forwarded_unix_socket_is_nobody_elses_from_its_first_moment_on(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path], tmp_path: Path
) -> None:
    here, modes = str(tmp_path / "here"), set[int]()

    def look(_event: str, _args: object) -> None:
        if os.path.lexists(here):
            modes.add(stat.S_IMODE(os.lstat(here).st_mode))

    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(here)
    os.chmod(here, 0o600)
    host = save(f"L {here}:{shouter[1]}")
    with auditing(look):
        async with client.terminal(host, ScriptedPrompter()):
            assert await shout(Path(here)) == b"HELLO\n"
    assert modes == {0o600}


@pytest.mark.parametrize("ends", [0, 1], ids=["the one that has it", "the one that waits"])
async def test_connections_that_share_a_forward_forget_each_other_when_one_ends(
    client: Client, save: Callable[..., Host], ends: int
) -> None:
    host, pool = save(f"L {free_port()}:localhost:1"), client.dialer.pool
    prompter, opened = ScriptedPrompter(), list[Connection]()
    for _ in range(2):
        opened.append(await pool.hold(host, prompter, lambda _stage: None, Wish(), fresh=True))
        await pool.open_forwards(opened[-1], host, prompter)
    gone = weakref.ref(opened[ends].forwards)
    await opened.pop(ends).release()
    # The pool forgets what has ended when it is asked for the next.
    await (await pool.hold(host, prompter, lambda _stage: None, Wish())).release()
    await eventually(lambda: gc.collect() and gone() is None, "end of what one knows of the other")
    await opened[0].release()


async def test_unix_sockets_are_forwarded_either_way_for_this_account_alone_and_removed(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path], tmp_path: Path
) -> None:
    port, path = shouter
    here, there, mixed = tmp_path / "here", tmp_path / "there", free_port()
    host = save(f"L {here}:{path}", f"R {there}:{LOOPBACK}:{port}", f"L {mixed}:{path}")
    async with client.terminal(host, ScriptedPrompter()):
        assert await shout(here) == b"HELLO\n"
        assert await shout(there) == b"HELLO\n"
        assert await shout(mixed) == b"HELLO\n"
        assert here.stat().st_mode & 0o777 == 0o600
    assert not here.exists()


async def test_they_listen_on_loopback_alone_unless_the_host_says_otherwise(
    client: Client, save: Callable[..., Host]
) -> None:
    quiet, loud, every = free_port(), free_port(), free_port()

    def addresses(port: int) -> set[str]:
        if not Path("/proc/net/tcp").exists():
            lacking("this system has no /proc")
        found = set()
        for file, any_address in (("/proc/net/tcp", "0" * 8), ("/proc/net/tcp6", "0" * 32)):
            lines = Path(file).read_text().splitlines() if Path(file).exists() else []
            for line in lines[1:]:
                _, place, _, state, *_ = line.split()
                address, _, number = place.partition(":")
                if state == "0A" and int(number, 16) == port:
                    found.add("any" if address == any_address else address)
        return found

    host = save(f"L {quiet}:{LOOPBACK}:1", f"D *:{loud}")
    async with client.terminal(host, ScriptedPrompter()):
        # 127.0.0.1 in the kernel's order of bytes (proc(5), /proc/net/tcp).
        assert addresses(quiet) == {"0100007F"}
        assert addresses(loud) == {"any"}
    gateway = save(f"L {every}:{LOOPBACK}:1", extra={GATEWAY_PORTS: True})
    async with client.terminal(gateway, ScriptedPrompter()):
        assert addresses(every) == {"any"}


async def test_tabs_share_one_listener_which_is_gone_with_the_last_of_them(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path], sshd: OpenSSH
) -> None:
    port, prompter = free_port(), ScriptedPrompter()
    host = save(f"L {port}:{LOOPBACK}:{shouter[0]}")
    first = await client.dial(host, prompter)
    second = await client.dial(host, prompter)
    assert prompter.notices == []
    assert first.forwards == second.forwards
    await first.close()
    assert await shout(port) == b"HELLO\n"
    await second.close()
    assert is_free(port)


async def test_a_connection_of_its_own_takes_over_the_forwards_of_the_one_that_ends(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path, shouter: tuple[int, Path]
) -> None:
    sshd, prompter = start_sshd(max_sessions=1), ScriptedPrompter()
    local, remote = free_port(), free_port()
    forwards = read_forwards(f"L {local}:{LOOPBACK}:{shouter[0]}, R {remote}:{LOOPBACK}:{shouter[0]}")
    host = client.save(sshd, key_pair=str(client_key), forwards=forwards)
    first = await client.dial(host, prompter)
    async with client.terminal(host, prompter) as second:
        assert [state.is_open for state in second.forwards] == [True, True]
        await first.close()
        assert await shout(local) == b"HELLO\n"
        assert await shout(remote) == b"HELLO\n"
    assert prompter.notices == []
    assert is_free(local)


async def test_another_host_on_the_same_login_adds_its_forwards(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path]
) -> None:
    one, two = free_port(), free_port()
    first = save(f"L {one}:{LOOPBACK}:{shouter[0]}")
    second = save(f"L {two}:{LOOPBACK}:{shouter[0]}", name="again")
    async with client.terminal(first, ScriptedPrompter()), client.terminal(second, ScriptedPrompter()) as channel:
        assert len(channel.forwards) == 2
        assert await shout(two) == b"HELLO\n"


async def test_a_port_in_use_is_told_and_the_tab_lives(client: Client, save: Callable[..., Host]) -> None:
    port, prompter = free_port(), ScriptedPrompter()
    host = save(f"L {port}:db:5432")
    async with listening(port), client.terminal(host, prompter) as channel:
        reason = f"port {port} on this computer is in use"
        assert [str(state) for state in channel.forwards] == [f"L {port}:db:5432 failed: {reason}"]
        assert [notice.text for notice in prompter.notices] == [
            f"The forward L {port}:db:5432 of box is not open: {reason}."
        ]
        async with client.terminal(host, prompter):
            assert len(prompter.notices) == 1


async def test_without_its_forwards_a_strict_host_opens_no_tab_and_leaves_nothing(
    client: Client, save: Callable[..., Host], sshd: OpenSSH
) -> None:
    taken, other = free_port(), free_port()
    host = save(f"L {other}:db:5432", f"D {taken}", extra={EXIT_ON_FAILURE: True})
    async with listening(taken):
        with pytest.raises(ForwardFailed, match=f"D {taken} of box is not open: port {taken} .* in use"):
            await client.dial(host, ScriptedPrompter())
    assert is_free(other)


async def test_a_remote_forward_that_the_server_refuses_is_told(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    sshd, prompter = start_sshd(extra=["AllowTcpForwarding no"]), ScriptedPrompter()
    local, remote = free_port(), free_port()
    forwards = read_forwards(f"R {remote}:localhost:22, L {local}:{LOOPBACK}:22")
    host = client.save(sshd, key_pair=str(client_key), forwards=forwards)
    async with client.terminal(host, prompter) as channel:
        refused, _local = channel.forwards
        assert not refused.is_open
        assert "AllowTcpForwarding" in refused.problem
        # RFC 4254 section 7.2: whether it may be used the server says at the first connection.
        assert await shout(local) == b""
        await eventually(lambda: len(prompter.notices) == 2, "a word about it")
        assert "AllowTcpForwarding" in channel.forwards[1].problem
        await shout(local)
        assert len(prompter.notices) == 2


async def test_a_remote_forward_without_a_target_is_a_socks_server_on_the_servers_side(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path], need: Callable[[str], str]
) -> None:
    there, _ = shouter
    port, prompter = free_port(), ScriptedPrompter()
    by_name = b"\x05\x01\x00" + b"\x05\x01\x00\x03\x09localhost" + there.to_bytes(2, "big")
    # SOCKS 4A: no address but a name, behind an empty user (SOCKS: A protocol for TCP proxy across firewalls).
    socks4a = b"\x04\x01" + there.to_bytes(2, "big") + b"\0\0\0\1" + b"\0" + b"localhost\0"
    nowhere = b"\x05\x01\x00" + b"\x05\x01\x00\x03\x04a\0\xc3\xa4" + there.to_bytes(2, "big")
    async with client.terminal(save(f"R {port}"), prompter) as channel:
        assert await shout(port, socks5(there), SOCKS5_ANSWERS) == b"HELLO\n"
        assert await shout(port, by_name, SOCKS5_ANSWERS) == b"HELLO\n"
        assert await shout(port, socks4a, 8) == b"HELLO\n"
        assert await shout(port, socks5(free_port()), SOCKS5_ANSWERS) == b""
        assert await shout(port, nowhere, SOCKS5_ANSWERS) == b""
        assert await shout(port, b"GET / HTTP/1.0\r\n\r\n") == b""
        assert [str(state) for state in channel.forwards] == [f"R {port} open"]
    assert prompter.notices == []


async def test_a_target_of_a_remote_forward_that_is_not_there_is_told_once(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path], tmp_path: Path
) -> None:
    port, other, nobody, prompter = free_port(), free_port(), free_port(), ScriptedPrompter()
    text, path = f"R {port}:localhost:{nobody}", tmp_path / "none"
    async with client.terminal(save(text, f"R {other}:{path}"), prompter) as channel:
        assert await shout(port) == b""
        reason = f"localhost port {nobody} refused the connection from this computer"
        assert [notice.text for notice in prompter.notices] == [f"The forward {text} of box carries nothing: {reason}."]
        assert str(channel.forwards[0]) == f"{text} open: {reason}"
        assert await shout(port) == b""
        assert len(prompter.notices) == 1
        async with await asyncio.start_server(in_capitals, LOOPBACK, nobody):
            assert await shout(port) == b"HELLO\n"
            assert str(channel.forwards[0]) == f"{text} open"
        assert await shout(other) == b""
        assert str(channel.forwards[1]).endswith(f"this computer cannot reach {path}: No such file or directory")


async def test_the_port_that_the_server_chose_is_told(
    client: Client, save: Callable[..., Host], shouter: tuple[int, Path]
) -> None:
    prompter, text = ScriptedPrompter(), f"R 0:{LOOPBACK}:{shouter[0]}"
    async with client.terminal(save(text), prompter) as channel:
        (state,) = channel.forwards
        assert await shout(state.port) == b"HELLO\n"
        assert str(channel.forwards[0]) == f"{text} open at port {state.port}"
        assert [notice.text for notice in prompter.notices] == [
            f"box listens at port {state.port} for the forward {text}."
        ]


async def test_ports_may_have_the_names_of_services(
    client: Client, save: Callable[..., Host], monkeypatch: pytest.MonkeyPatch, shouter: tuple[int, Path]
) -> None:
    port = free_port()
    names = {"shout": shouter[0], "here": port}
    # The real table has only ports that a test may not take.
    monkeypatch.setattr(socket, "getservbyname", lambda name, _protocol: names[name])
    async with client.terminal(save(f"L here:{LOOPBACK}:shout"), ScriptedPrompter()):
        assert await shout(port) == b"HELLO\n"


async def test_the_forwards_of_a_jump_host_stay_closed(
    client: Client, save: Callable[..., Host], start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    port = free_port()
    save(f"D {port}", name="hop")
    host = client.save(start_sshd("behind"), key_pair=str(client_key), jump="hop")
    async with client.terminal(host, ScriptedPrompter()):
        assert is_free(port)


async def test_nothing_listens_before_the_host_is_trusted(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    port = free_port()
    forwards = read_forwards(f"D {port}")
    host = client.save(sshd, trusted=False, key_pair=str(client_key), forwards=forwards)
    with pytest.raises(HostKeyUnknown):
        await client.dial(host, ScriptedPrompter(None))
    assert is_free(port)


async def test_they_come_back_with_the_connection(
    client: Client, save: Callable[..., Host], sshd: OpenSSH, shouter: tuple[int, Path]
) -> None:
    port, prompter = free_port(), ScriptedPrompter()
    host = replace(save(f"L {port}:{LOOPBACK}:{shouter[0]}"), extra={"reconnect": True})
    session = Session(1, host, host.name, Size(80, 24), Surroundings(client.dialer, prompter, first_pause=0.05))
    session.start()
    try:
        await eventually(lambda: session.state is State.LIVE, "the tab is up", 20)
        assert await shout(port) == b"HELLO\n"
        sshd.kill()
        await eventually(lambda: is_free(port), "the port is free", 20)
        sshd.start()
        # The tab may not have heard yet that its connection is gone: that it is live says little alone.
        await eventually(
            lambda: session.state is State.LIVE and [state.is_open for state in session.forwards] == [True],
            "it is back, and listens",
            20,
        )
        assert await shout(port) == b"HELLO\n"
    finally:
        await session.close()
    assert prompter.notices == []

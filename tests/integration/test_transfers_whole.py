"""A file that is replaced is the old one or the new one, whatever fails or is stopped on the way."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import ChannelRefused, ConnectionLost, NotSaved
from sshtui.model.hosts import Host
from sshtui.ssh.connection import Connection
from sshtui.ssh.connector import Wish
from sshtui.ssh.remote_files import remote_files
from sshtui.ssh.transfers import FIRST_PIECE, transfers
from sshtui.ssh.unfinished import Unfinished
from tests.auditing import auditing
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, client_at
from tests.servers.key_files import public_line
from tests.servers.sftp import FileServer, file_server
from tests.waiting import eventually

Replace = Callable[[Connection, Path], Coroutine[Any, Any, None]]


@pytest.fixture
def client(tmp_path: Path, client_key: Path) -> Client:
    """A program whose home has `client_key`."""
    return client_at(tmp_path / "home", client_key)


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A directory of the server's, with one file."""
    directory = tmp_path / "far"
    directory.mkdir()
    (directory / "file").write_text("old")
    return directory


@pytest.fixture
async def server(client_key: Path) -> AsyncIterator[FileServer]:
    """A server of files without posix-rename."""
    async with file_server(public_line(client_key)) as server:
        yield server


@asynccontextmanager
async def connected(client: Client, server: FileServer) -> AsyncIterator[Connection]:
    """A connection to the server, released after the block."""
    client.known_hosts.remember(server.address, server.port, server.host_key)
    host = Host("box", server.address, server.port, server.user)
    connection = await client.dialer.pool.hold(host, ScriptedPrompter(), lambda _stage: None, Wish())
    try:
        yield connection
    finally:
        await connection.release()


async def send(connection: Connection, far: Path) -> None:
    """A new file takes the old one's place by way of a transfer."""
    source = far.parent / "source"
    source.write_text("new")
    async with transfers(connection, Unfinished()) as files:
        await files.send(source, f"{far}/file", quiet, replace=True)


async def install(connection: Connection, far: Path) -> None:
    """And as a list of keys does."""
    async with remote_files(connection) as files:
        await files.replace(f"{far}/file", b"new")


def quiet(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


WAYS = pytest.mark.parametrize("replace", [send, install])


@WAYS
@pytest.mark.parametrize("posix_rename", [True, False])
async def test_it_is_replaced_with_and_without_posix_rename(
    posix_rename: bool, replace: Replace, far: Path, client: Client, server: FileServer
) -> None:
    server.posix_rename = posix_rename
    (far / "file").chmod(0o640)
    async with connected(client, server) as connection:
        await replace(connection, far)
    assert os.listdir(far) == ["file"]
    assert (far / "file").read_text() == "new"
    assert (far / "file").stat().st_mode & 0o777 == 0o640


@WAYS
@pytest.mark.parametrize("refused", [1, 2])
async def test_a_rename_that_fails_leaves_the_old_file_and_nothing_else(
    refused: int, replace: Replace, far: Path, client: Client, server: FileServer
) -> None:
    server.refused = {refused}
    async with connected(client, server) as connection:
        with pytest.raises(ChannelRefused):
            await replace(connection, far)
    assert os.listdir(far) == ["file"]
    assert (far / "file").read_text() == "old"


@WAYS
async def test_an_old_file_that_cannot_get_its_name_back_is_told_by_the_one_it_has(
    replace: Replace, far: Path, client: Client, server: FileServer
) -> None:
    server.refused = {2, 3}
    async with connected(client, server) as connection:
        with pytest.raises(ChannelRefused, match="is called") as told:
            await replace(connection, far)
    (left,) = os.listdir(far)
    assert f"{far}/{left}" in str(told.value)
    assert (far / left).read_text() == "old"


@WAYS
async def test_stopping_while_the_old_file_is_renamed_leaves_one_of_both_under_the_name(
    replace: Replace, far: Path, client: Client, server: FileServer
) -> None:
    server.may_answer.clear()
    async with connected(client, server) as connection:
        moving = asyncio.create_task(replace(connection, far))
        await eventually(lambda: server.renames, "a rename")
        moving.cancel()
        await asyncio.sleep(0)
        server.may_answer.set()
        with pytest.raises(asyncio.CancelledError):
            await moving
    assert os.listdir(far) == ["file"]
    assert (far / "file").read_text() in {"old", "new"}


async def test_a_link_that_waits_beside_a_list_of_keys_leads_nobody_to_another_file(
    far: Path, client: Client, server: FileServer
) -> None:
    victim = far.parent / "victim"
    victim.write_text("mine")
    (far / "file.sshtui-new").symlink_to(victim)
    async with connected(client, server) as connection:
        await install(connection, far)
    assert (victim.read_text(), (far / "file").read_text()) == ("mine", "new")


async def sent(connection: Connection, unfinished: Unfinished, source: Path, target: str) -> None:
    async with transfers(connection, unfinished) as files:
        await files.send(source, target, quiet, replace=False)


async def cut_off(connection: Connection, unfinished: Unfinished, source: Path, target: str) -> None:
    """Send it until its first piece is there, and lose the connection."""
    with pytest.raises(ConnectionLost):
        async with transfers(connection, unfinished) as files:
            await files.send(source, target, lambda _done, _total: connection.ssh.abort(), replace=False)


@pytest.mark.parametrize("end", ["cancelled", "lost"])
@pytest.mark.parametrize("step", ["lstat", "remove"])
async def test_a_beginning_is_still_known_when_looking_at_it_or_removing_it_is_stopped_or_cut(
    step: str, end: str, far: Path, client: Client, server: FileServer
) -> None:
    source, unfinished, first = far.parent / "source", Unfinished(), list[int]()
    source.write_bytes(os.urandom(4 * FIRST_PIECE))
    async with connected(client, server) as connection:
        await cut_off(connection, unfinished, source, f"{far}/new")
    if step == "remove":
        # Of another file's beginning nothing can be used.
        source.write_bytes(os.urandom(4 * FIRST_PIECE + 1))
    server.may_answer.clear()
    async with connected(client, server) as connection:
        moving = asyncio.create_task(sent(connection, unfinished, source, f"{far}/new"))
        await eventually(lambda: step in server.asked, step)
        if end == "cancelled":
            moving.cancel()
            await asyncio.sleep(0)
            server.may_answer.set()
        else:
            connection.ssh.abort()
            await eventually(connection.ssh.is_closed, "the loss")
        with pytest.raises(asyncio.CancelledError if end == "cancelled" else ConnectionLost):
            await moving
    server.may_answer.set()
    async with connected(client, server) as connection, transfers(connection, unfinished) as files:
        await files.send(source, f"{far}/new", lambda done, _total: first.append(done), replace=False)
    assert (first[0] > FIRST_PIECE) is (step == "lstat")
    assert sorted(os.listdir(far)) == ["file", "new"]
    assert (far / "new").read_bytes() == source.read_bytes()


async def test_a_transfer_is_stopped_also_when_its_server_answers_nothing_any_more(
    far: Path, client: Client, server: FileServer
) -> None:
    source, unfinished = far.parent / "source", Unfinished()
    source.write_bytes(os.urandom(4 * FIRST_PIECE))
    async with connected(client, server) as connection:
        await cut_off(connection, unfinished, source, f"{far}/new")
    server.may_answer.clear()
    async with connected(client, server) as connection:
        moving = asyncio.create_task(sent(connection, unfinished, source, f"{far}/new"))
        await eventually(lambda: "lstat" in server.asked, "lstat")
        moving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(moving, 30)
    server.may_answer.set()


async def test_of_two_files_that_were_cut_each_goes_on_where_it_stopped(
    far: Path, client: Client, server: FileServer
) -> None:
    unfinished, first = Unfinished(), dict[str, int]()

    def note(name: str, done: int, _total: int) -> None:
        first.setdefault(name, done)

    for name in ("one", "two"):
        (far.parent / name).write_bytes(os.urandom(4 * FIRST_PIECE))
        async with connected(client, server) as connection:
            await cut_off(connection, unfinished, far.parent / name, f"{far}/{name}")
    async with connected(client, server) as connection, transfers(connection, unfinished) as files:
        for name in ("one", "two"):
            await files.send(
                far.parent / name,
                f"{far}/{name}",
                partial(note, name),
                replace=False,
            )
    assert min(first["one"], first["two"]) > FIRST_PIECE
    assert sorted(os.listdir(far)) == ["file", "one", "two"]
    assert all((far / name).read_bytes() == (far.parent / name).read_bytes() for name in first)


def opened() -> list[str]:
    """What this process has open."""
    return [os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()]


async def test_a_file_that_comes_at_the_last_moment_is_not_replaced_unasked(
    far: Path, tmp_path: Path, client: Client, server: FileServer
) -> None:
    target = tmp_path / "target"

    def theirs(event: str, args: tuple[Any, ...]) -> None:
        if event in {"os.rename", "os.link"} and Path(args[1]) == target:
            target.write_text("theirs")

    async with connected(client, server) as connection, transfers(connection, Unfinished()) as files:
        with pytest.raises(NotSaved, match="meanwhile"), auditing(theirs):
            await files.fetch(f"{far}/file", target, quiet, replace=False)
    assert target.read_text() == "theirs"
    assert not [name for name in os.listdir(tmp_path) if "sshtui" in name]


async def test_stopping_while_the_file_here_is_made_leaves_neither_a_file_nor_a_descriptor(
    far: Path, tmp_path: Path, client: Client, server: FileServer
) -> None:
    here, making, may_go_on = tmp_path / "here", threading.Event(), threading.Event()
    here.mkdir()

    def hold(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and str(args[0]).startswith(f"{here}/"):
            making.set()
            may_go_on.wait(10)

    async with connected(client, server) as connection, transfers(connection, Unfinished()) as files:
        with auditing(hold):
            fetching = asyncio.create_task(files.fetch(f"{far}/file", here / "target", quiet, replace=False))
            assert await asyncio.to_thread(making.wait, 10)
            fetching.cancel()
            await asyncio.sleep(0)
            may_go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await fetching
    await asyncio.get_running_loop().shutdown_default_executor()
    assert os.listdir(here) == []
    assert not [path for path in opened() if path.startswith(str(here))]

"""Files sent to and fetched from real servers, over the connection that a terminal has."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pwd
import stat
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import ChannelRefused, ConnectionLost, NotFound, NotSaved, SshtuiError
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, client_at, say
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH
from tests.servers.relay import relay_to

MEGABYTE = 1_000_000


@pytest.fixture
def client(tmp_path: Path, client_key: Path) -> Client:
    """A program whose home has `client_key`."""
    return client_at(tmp_path / "home", client_key)


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A directory that stands for the server's."""
    directory = tmp_path / "far"
    directory.mkdir()
    return directory


def made(path: Path, size: int, mode: int = 0o644) -> str:
    """A file of random bytes; its SHA-256."""
    data = os.urandom(size)
    path.write_bytes(data)
    path.chmod(mode)
    return hashlib.sha256(data).hexdigest()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def left_over(directory: Path) -> list[str]:
    return [name for name in os.listdir(directory) if "sshtui" in name]


def quiet(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


async def test_twenty_megabytes_go_there_and_back_on_the_connection_of_the_tab(
    tmp_path: Path, far: Path, client: Client, sshd: OpenSSH
) -> None:
    size, seen = 20 * MEGABYTE, list[tuple[int, int]]()
    sha256 = made(tmp_path / "big", size, 0o4750)
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal:
        logins = sshd.log.count("Accepted publickey")
        async with terminal.files() as files:
            path, there = await files.place(f"{far}", "big")
            assert (path, there) == (f"{far}/big", False)
            moving = asyncio.create_task(
                files.send(tmp_path / "big", path, lambda done, total: seen.append((done, total)), replace=False)
            )
            assert b"42" in await say(terminal, "echo $((6 * 7))")
            await moving
            await files.fetch(path, tmp_path / "back", quiet, replace=False)
        assert sshd.log.count("Accepted publickey") == logins == 1
        assert b"43" in await say(terminal, "echo $((6 * 7 + 1))")
    assert digest(far / "big") == digest(tmp_path / "back") == sha256
    assert len(seen) > 10
    assert seen[-1] == (size, size)
    assert os.listdir(far) == ["big"]
    assert stat.S_IMODE((far / "big").stat().st_mode) & ~0o750 == 0


async def test_a_private_file_is_private_there_and_a_replaced_one_keeps_its_mode(
    tmp_path: Path, far: Path, client: Client, sshd: OpenSSH
) -> None:
    made(tmp_path / "secret", 10, 0o600)
    made(far / "run", 10, 0o755)
    (far / "link").symlink_to(far / "run")
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal, terminal.files() as files:
        await files.send(tmp_path / "secret", f"{far}/secret", quiet, replace=False)
        path, there = await files.place(f"{far}/link", "secret")
        assert (path, there) == (f"{far}/run", True)
        await files.send(tmp_path / "secret", path, quiet, replace=True)
    assert stat.S_IMODE((far / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((far / "run").stat().st_mode) == 0o755
    assert digest(far / "run") == digest(tmp_path / "secret")
    assert (far / "link").is_symlink()


async def test_what_came_to_stand_there_meanwhile_is_not_replaced_unasked(
    tmp_path: Path, far: Path, client: Client, sshd: OpenSSH
) -> None:
    made(tmp_path / "mine", 10)
    (far / "theirs").write_text("theirs")
    (tmp_path / "here").write_text("here")
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal, terminal.files() as files:
        with pytest.raises(ChannelRefused):
            await files.send(tmp_path / "mine", f"{far}/theirs", quiet, replace=False)
        with pytest.raises(NotSaved, match="meanwhile"):
            await files.fetch(f"{far}/theirs", tmp_path / "here", quiet, replace=False)
        await files.fetch(f"{far}/theirs", tmp_path / "mine", quiet, replace=True)
    assert (far / "theirs").read_text() == (tmp_path / "mine").read_text() == "theirs"
    assert (tmp_path / "here").read_text() == "here"
    assert os.listdir(far) == ["theirs"]
    assert not left_over(tmp_path)


async def test_a_server_without_sftp_says_so(client: Client, start_sshd: Callable[..., OpenSSH]) -> None:
    host = client.save(start_sshd(sftp="/bin/false"))
    async with client.terminal(host, ScriptedPrompter()) as terminal:
        with pytest.raises(ChannelRefused, match="offers no file transfer"):
            async with terminal.files():
                raise AssertionError("there are no files")
        assert b"42" in await say(terminal, "echo $((6 * 7))")


@pytest.mark.parametrize("end", ["cut", "cancelled"])
@pytest.mark.parametrize("way", ["send", "fetch"])
async def test_half_a_file_never_stands_under_its_name(
    tmp_path: Path, far: Path, client: Client, sshd: OpenSSH, way: str, end: str
) -> None:
    source, target = (tmp_path / "big", far / "big") if way == "send" else (far / "big", tmp_path / "big")
    made(source, 20 * MEGABYTE)
    half = asyncio.Event()
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(relay_to(sshd.port))
        for host_key in sshd.host_keys:
            client.known_hosts.remember(sshd.address, relay.port, host_key)
        host = replace(client.save(sshd), port=relay.port)
        terminal = await stack.enter_async_context(client.terminal(host, ScriptedPrompter()))

        def stop(done: int, total: int) -> None:
            if done > total // 4 and not half.is_set():
                half.set()
                if end == "cut":
                    relay.cut()

        async def move() -> None:
            async with terminal.files() as files:
                if way == "send":
                    await files.send(source, str(target), stop, replace=False)
                else:
                    await files.fetch(str(source), target, stop, replace=False)

        moving = asyncio.create_task(move())
        await half.wait()
        if end == "cancelled":
            moving.cancel()
        with pytest.raises(ConnectionLost if end == "cut" else asyncio.CancelledError):
            await moving
        assert not target.exists()
        if way == "fetch" or end == "cancelled":
            assert not left_over(target.parent)
        if end == "cancelled":
            assert b"42" in await say(terminal, "echo $((6 * 7))")


@pytest.mark.parametrize("then", ["the same", "the same, changed", "another"])
async def test_after_a_cut_the_same_file_goes_on_and_what_is_of_no_use_is_removed(
    then: str, tmp_path: Path, far: Path, client: Client, sshd: OpenSSH
) -> None:
    size, source, first = 20 * MEGABYTE, tmp_path / "big", list[int]()
    made(source, size)
    async with relay_to(sshd.port) as relay:
        for host_key in sshd.host_keys:
            client.known_hosts.remember(sshd.address, relay.port, host_key)
        host = replace(client.save(sshd), port=relay.port)

        def cut_halfway(done: int, total: int) -> None:
            if done > total // 2:
                relay.cut()

        async with client.terminal(host, ScriptedPrompter()) as terminal:
            with pytest.raises(ConnectionLost):
                async with terminal.files() as files:
                    await files.send(source, f"{far}/big", cut_halfway, replace=False)
        assert [name.rpartition(".")[2] for name in os.listdir(far)] == ["part"]
        relay.broken = False
        if then == "the same, changed":
            made(source, size)
        elif then == "another":
            source = tmp_path / "another"
            made(source, size)
        async with client.terminal(host, ScriptedPrompter()) as terminal, terminal.files() as files:
            await files.send(source, f"{far}/big", lambda done, _total: first.append(done), replace=False)
        assert (first[0] > size // 2) is (then == "the same")
        assert os.listdir(far) == ["big"]
        assert digest(far / "big") == digest(source)


async def test_a_server_without_posix_rename_replaces_all_the_same_and_loses_nothing(
    tmp_path: Path, far: Path, client: Client, start_sshd: Callable[..., OpenSSH]
) -> None:
    # sftp-server(8), -P: what is not permitted is not offered either.
    sshd = start_sshd(sftp="internal-sftp -P posix-rename")
    made(tmp_path / "new", 1000)
    made(far / "file", 10, 0o640)
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal, terminal.files() as files:
        await files.send(tmp_path / "new", f"{far}/file", quiet, replace=True)
    assert os.listdir(far) == ["file"]
    assert digest(far / "file") == digest(tmp_path / "new")
    assert stat.S_IMODE((far / "file").stat().st_mode) == 0o640


async def test_what_is_not_there_or_no_file_is_a_sentence(
    tmp_path: Path, far: Path, client: Client, sshd: OpenSSH
) -> None:
    made(tmp_path / "mine", 10)
    os.mkfifo(far / "fifo")
    os.mkfifo(tmp_path / "fifo")
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal, terminal.files() as files:
        with pytest.raises(NotFound, match=r"box has no .*/none"):
            await files.fetch(f"{far}/none", tmp_path / "none", quiet, replace=False)
        with pytest.raises(NotFound, match=r"box has no .*/none/x"):
            await files.send(tmp_path / "mine", f"{far}/none/x", quiet, replace=False)
        for no_file in (f"{far}/fifo", str(far)):
            with pytest.raises(ChannelRefused, match="no regular file"):
                await files.fetch(no_file, tmp_path / "none", quiet, replace=False)
        with pytest.raises(ChannelRefused, match="no regular file"):
            await files.place(f"{far}/fifo", "x")
        with pytest.raises(SshtuiError, match="no regular file"):
            await files.send(tmp_path / "fifo", f"{far}/x", quiet, replace=False)
    assert os.listdir(far) == ["fifo"]


@pytest.mark.root
async def test_a_place_that_takes_no_files_is_a_sentence(tmp_path: Path, client: Client, sshd: OpenSSH) -> None:
    made(tmp_path / "mine", 10)
    async with client.terminal(client.save(sshd), ScriptedPrompter()) as terminal, terminal.files() as files:
        with pytest.raises(SshtuiError, match="was not saved"):
            await files.fetch(str(tmp_path / "mine"), Path("/proc/none"), quiet, replace=False)
        with pytest.raises(SshtuiError, match="box"):
            await files.send(tmp_path / "mine", "/proc/none", quiet, replace=False)


@pytest.mark.root
async def test_what_the_account_may_not_touch_is_a_sentence(
    tmp_path: Path, client: Client, sshd: OpenSSH, account: Account
) -> None:
    made(tmp_path / "mine", 10)
    host = client.save(sshd, user=account.name)
    async with client.terminal(host, ScriptedPrompter()) as terminal, terminal.files() as files:
        with pytest.raises(ChannelRefused, match="does not let this account"):
            await files.fetch("/etc/shadow", tmp_path / "shadow", quiet, replace=False)
        with pytest.raises(ChannelRefused, match="does not let this account"):
            await files.send(tmp_path / "mine", "/etc/mine", quiet, replace=False)
        path, _ = await files.place("~/", "mine")
        await files.send(tmp_path / "mine", path, quiet, replace=False)
    assert not (tmp_path / "shadow").exists()
    sent = Path(pwd.getpwnam(account.name).pw_dir) / "mine"
    assert digest(sent) == digest(tmp_path / "mine")

"""Servers that are not OpenSSH, and shells that are not bash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sshtui.model.further_fields import OLD_ALGORITHMS
from sshtui.model.geometry import Size
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import PasswordChange
from sshtui.model.settings import Settings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, listen, read_to_end, read_until, say
from tests.servers.accounts import Account
from tests.servers.dropbear import Dropbear
from tests.servers.key_files import public_line
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK
from tests.waiting import eventually

SHELLS = ("sh", "zsh", "fish", "tcsh")


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@pytest.fixture
def box(
    client: Client, start_dropbear: Callable[..., Dropbear], account: Account, client_key: Path
) -> tuple[Host, Dropbear]:
    """A saved host on dropbear, and its server."""
    account.authorise(public_line(client_key))
    server = start_dropbear()
    return client.save(server, user=account.name, key_pair=str(client_key)), server


@pytest.mark.root
async def test_dropbear_has_a_terminal_that_resizes(client: Client, box: tuple[Host, Dropbear]) -> None:
    async with client.terminal(box[0], ScriptedPrompter()) as channel:
        assert b"24 80" in await say(channel, "stty size")
        channel.resize(Size(132, 50))
        assert b"50 132" in await say(channel, "stty size")
        assert channel.facts.server_software.startswith("dropbear")
        assert await channel.ping() is not None


@pytest.mark.root
@pytest.mark.parametrize(
    ("command", "how", "status", "signal"),
    [("exit 7", "exited", 7, ""), ("kill -TERM $$", "signalled", None, "TERM")],
    ids=["status", "signal"],
)
async def test_dropbear_tells_how_a_command_ended(
    client: Client, box: tuple[Host, Dropbear], command: str, how: str, status: int | None, signal: str
) -> None:
    host = Host("box", box[0].address, box[0].port, box[0].user, key_pair=box[0].key_pair, command=command)
    async with client.terminal(host, ScriptedPrompter()) as channel:
        _, end = await read_to_end(channel)
    assert (end.how, end.status, end.signal) == (how, status, signal)


@pytest.mark.root
async def test_dropbear_gives_two_tabs_one_login(client: Client, box: tuple[Host, Dropbear]) -> None:
    host, server = box
    async with client.terminal(host, ScriptedPrompter()), client.terminal(host, ScriptedPrompter()) as second:
        await say(second, "true")
        assert server.log.count("auth succeeded") == 1
    await eventually(lambda: not server.sessions(), "end of the connection")


@pytest.mark.root
@pytest.mark.parametrize("shell", SHELLS)
async def test_the_password_is_changed_under_any_shell(
    client: Client,
    start_sshd: Callable[..., OpenSSH],
    new_account: Callable[..., Account],
    need: Callable[[str], str],
    shell: str,
) -> None:
    account = new_account(shell=need(shell))
    host = client.save(start_sshd(pam=True), user=account.name)
    change = PasswordChange(account.password, account.password[::-1] + "-Xy7")
    async with client.terminal(host, ScriptedPrompter(account.password)) as channel:
        assert "success" in await channel.change_password(change)


class TinyServer(asyncssh.SSHServer):
    """Says it is tinyssh, which handles one packet per poll and hangs when an empty SSH_MSG_IGNORE comes first."""

    ignored: list[int]

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        log = conn.log_received_packet

        def log_received_packet(number: int, *rest: Any, **named: Any) -> None:
            if number == 2:
                self.ignored.append(number)
            log(number, *rest, **named)

        vars(conn)["log_received_packet"] = log_received_packet

    def begin_auth(self, username: str) -> bool:
        return False


@pytest.mark.parametrize(("software", "spared"), [("tinyssh_noversion", True), ("OpenSSH_9.9", False)])
async def test_a_server_that_chokes_on_noise_gets_none(surroundings: Path, software: str, spared: bool) -> None:
    client = Client(surroundings, Settings(keep_alive=1, keep_alive_misses=1))
    ignored: list[int] = []
    host_key = asyncssh.generate_private_key("ssh-ed25519")

    async def program(process: asyncssh.SSHServerProcess[str]) -> None:
        process.stdout.write("ready")
        await process.stdin.read(1)
        process.exit(0)

    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=type("Tiny", (TinyServer,), {"ignored": ignored}),
        server_host_keys=[host_key],
        server_version=software,
        process_factory=program,
        # Under any other cipher nobody is sent noise.
        encryption_algs=["aes256-cbc"],
    )
    async with listener:
        client.known_hosts.remember(LOOPBACK, listener.get_port(), HostKey(host_key.public_data))
        host = Host("box", LOOPBACK, listener.get_port(), "somebody", extra={OLD_ALGORITHMS: ["aes256-cbc"]})
        async with client.terminal(host, ScriptedPrompter()) as first:
            await read_until(first, b"ready")
            assert (not ignored) is spared
            # Such a server has room for one channel, and answers no keep-alive.
            async with client.terminal(host, ScriptedPrompter()) as second:
                await read_until(second, b"ready")
                assert (second.facts is not first.facts) is spared
            assert (await first.ping() is None) is spared


async def test_a_link_without_keep_alive_is_never_called_stalled(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings, Settings(keep_alive=1))
    host = client.save(sshd, key_pair=str(client_key), keep_alive=0)
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await say(channel, "true")
        sshd.stop()
        await listen(channel, 2.5)
        assert channel.silence == 0
        assert channel.end is None
        sshd.resume()
        await say(channel, "true")

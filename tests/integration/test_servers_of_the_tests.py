"""The servers that other tests lean on do what their fixtures promise, judged by the plain `ssh` client."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.accounts import Account
from tests.servers.dropbear import Dropbear
from tests.servers.misbehaving import ALL_BEHAVIOURS, Behaviour, misbehaving
from tests.servers.openssh import OpenSSH
from tests.servers.process import ServerProcess, banner_of
from tests.waiting import eventually, until


def ssh(server: ServerProcess, user: str, key_file: Path, *command: str) -> subprocess.CompletedProcess[str]:
    options = [
        "-F", "none", "-p", str(server.port), "-i", str(key_file), "-l", user, "-o", "BatchMode=yes",
        "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
    ]  # fmt: skip
    return subprocess.run(["ssh", *options, server.address, *command], capture_output=True, text=True, timeout=30)


def test_sshd_takes_the_client_key_and_counts_the_attempts(sshd: OpenSSH, client_key: Path) -> None:
    assert sshd.login_attempts() == 0
    assert ssh(sshd, sshd.user, client_key, "echo in").stdout == "in\n"
    assert sshd.login_attempts() >= 1


def test_a_restarted_sshd_has_its_port_and_host_key_again(sshd: OpenSSH, client_key: Path) -> None:
    sshd.kill()
    assert banner_of(sshd.port) == b""
    sshd.start()
    assert ssh(sshd, sshd.user, client_key, "echo again").stdout == "again\n"


def test_killed_sessions_leave_the_listener(sshd: OpenSSH, client_key: Path) -> None:
    with subprocess.Popen(
        ["ssh", "-F", "none", "-p", str(sshd.port), "-i", str(client_key), "-o", "StrictHostKeyChecking=no",
         "-o", "UserKnownHostsFile=/dev/null", f"{sshd.user}@{sshd.address}", "echo up; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as client:  # fmt: skip
        assert client.stdout is not None
        assert client.stdout.readline() == b"up\n"
        sshd.kill_sessions()
        assert client.wait(timeout=10) == 255
    assert banner_of(sshd.port).startswith(b"SSH-2.0-OpenSSH")
    until(lambda: not sshd.sessions(), "end of the sessions")


@pytest.mark.root
def test_an_account_is_gone_after_its_test(sshd: OpenSSH, account: Account, client_key: Path) -> None:
    assert ssh(sshd, account.name, client_key, "id -un").stdout.strip() == account.name
    assert account.home.is_dir()


@pytest.mark.root
def test_dropbear_takes_an_authorised_key_pair(
    start_dropbear: Callable[..., Dropbear], account: Account, client_key: Path
) -> None:
    server = start_dropbear()
    account.authorise(client_key.with_suffix(".pub").read_text().strip())
    assert ssh(server, account.name, client_key, "id -un").stdout.strip() == account.name
    assert server.login_attempts() == 1


@pytest.mark.parametrize("behaviour", ALL_BEHAVIOURS)
async def test_a_misbehaving_server_notices_that_the_client_left(behaviour: Behaviour) -> None:
    async with misbehaving(behaviour) as server:
        _, writer = await asyncio.open_connection(server.address, server.port)
        await eventually(lambda: server.connections == 1, "connection")
        writer.close()
        await eventually(lambda: server.open_connections == 0, "end of the connection")

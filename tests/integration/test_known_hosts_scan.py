"""Host keys asked from a server, judged by `ssh-keyscan`."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable

import pytest

from sshtui.errors import ConnectionFailed, Refused, TimedOut
from sshtui.ssh.scan import scan
from tests.servers.misbehaving import misbehaving, never_answers, speaks_http
from tests.servers.openssh import OpenSSH
from tests.servers.process import free_port


async def test_a_scan_finds_what_ssh_keyscan_finds(
    start_sshd: Callable[..., OpenSSH], need: Callable[[str], str]
) -> None:
    server = start_sshd(host_key_kinds=("rsa", "ecdsa", "ed25519"))
    run = await asyncio.to_thread(
        subprocess.run,
        [need("ssh-keyscan"), "-p", str(server.port), server.address],
        capture_output=True,
        text=True,
        timeout=30,
    )
    theirs = {line.split()[2] for line in run.stdout.splitlines() if not line.startswith("#")}
    found = await scan(server.address, server.port)
    assert {host_key.line.split()[1] for host_key in found} == theirs
    assert [host_key.kind for host_key in found] == ["ED25519", "ECDSA", "RSA"]
    assert server.login_attempts() == 0


async def test_nobody_there_is_an_error() -> None:
    with pytest.raises(Refused):
        await scan("127.0.0.1", free_port())


async def test_what_is_no_ssh_server_is_an_error() -> None:
    async with misbehaving(speaks_http) as server:
        with pytest.raises(ConnectionFailed):
            await scan(server.address, server.port)


async def test_a_silent_server_is_given_up_in_time() -> None:
    async with misbehaving(never_answers) as server:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await scan(server.address, server.port, seconds=0.3)
        assert time.monotonic() - began < 5

"""A shell is there about as soon as with ssh."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_until
from tests.servers.openssh import OpenSSH

ROUNDS = 5


async def test_a_shell_is_there_as_soon_as_with_ssh(
    surroundings: Path, start_sshd: Callable[..., OpenSSH], client_key: Path, need: Callable[[str], str]
) -> None:
    server = start_sshd(log_level="ERROR")
    client = Client(surroundings)
    host = client.save(server, key_pair=str(client_key), command="echo ready")
    command = [
        *(need("ssh"), "-F", "none", "-tt", "-i", str(client_key), "-p", str(server.port)),
        *("-o", f"UserKnownHostsFile={client.known_hosts.path}", "-o", "BatchMode=yes"),
        *(f"{server.user}@{server.address}", "echo ready"),
    ]
    ours, theirs = [], []
    # By turns, so that a busy moment of the machine hits both.
    for _ in range(ROUNDS):
        began = time.monotonic()
        async with client.terminal(host, ScriptedPrompter()) as channel:
            await read_until(channel, b"ready")
            ours.append(time.monotonic() - began)
        theirs.append(seconds_of(command))
    assert min(ours) <= 1.2 * min(theirs), (ours, theirs)


def seconds_of(command: list[str]) -> float:
    """How long ssh takes from its start to the first line of output."""
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as ssh:
        assert ssh.stdout is not None
        assert b"ready" in ssh.stdout.readline()
        return time.monotonic() - began

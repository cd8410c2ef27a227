"""The wire against ssh and against asyncssh as it comes, on a real sshd of this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import asyncssh

from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.ssh.connector import Connector, Wish
from sshtui.ssh.pool import Pool
from tests.bench.table import Result
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_until, say
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH, openssh

ROUNDS = 5
BULK = 200_000_000
CTRL_C_LIMIT = 0.3
"""Seconds from Ctrl+C to the prompt while `yes` floods."""


def run() -> list[Result]:
    """Nothing where there is no sshd or no ssh."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    sshd, ssh = shutil.which("sshd", path=path), shutil.which("ssh", path=path)
    if sshd is None or ssh is None:
        return []
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        (home / ".ssh").mkdir(mode=0o700)
        key = make_key_file(home / "client")
        with openssh(home / "server", sshd, authorised=[public_line(key)], log_level="ERROR") as server:
            return asyncio.run(_measure(server, home, key, ssh))


async def _measure(server: OpenSSH, home: Path, key: Path, ssh: str) -> list[Result]:
    client = Client(home)
    host = client.save(server, key_pair=str(key), command="echo ready; cat")
    command = [
        *(ssh, "-F", "none", "-tt", "-i", str(key), "-p", str(server.port), "-o", "BatchMode=yes"),
        *("-o", f"UserKnownHostsFile={client.known_hosts.path}", f"{server.user}@{server.address}", "echo ready"),
    ]
    shells, firsts, seconds, rivals = [], [], [], []
    for _ in range(ROUNDS):
        rivals.append(await asyncio.to_thread(_seconds_of, command))
        began = time.perf_counter()
        async with client.terminal(host, ScriptedPrompter()) as first:
            # Until the terminal is open: how long the server then takes to start a shell is the same for every tab.
            firsts.append(time.perf_counter() - began)
            await read_until(first, b"ready")
            shells.append(time.perf_counter() - began)
            began = time.perf_counter()
            async with client.terminal(host, ScriptedPrompter()):
                seconds.append(time.perf_counter() - began)
    shell, first_tab, second_tab = min(shells), min(firsts), min(seconds)
    stop = await _ctrl_c(client, client.save(server, "shell", key_pair=str(key)))
    ours, raw = await _bulk(client, host, key)
    return [
        Result("Enter to the first output", 1000 * shell, "ms", min(rivals) / shell, "x ssh's speed", 1 / 1.2),
        Result(
            "second tab on the same host", 1000 * second_tab, "ms", first_tab / second_tab, "x the first one's", 1 / 0.3
        ),
        Result("Ctrl+C to the prompt under yes", 1000 * stop, "ms", CTRL_C_LIMIT / stop, "x under 300 ms", 1),
        Result("bulk data", ours, "MB/s", ours / raw, "x asyncssh as it comes", 0.9),
    ]


def _seconds_of(command: list[str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as ssh:
        assert ssh.stdout is not None
        assert b"ready" in ssh.stdout.readline()
        return time.perf_counter() - began


async def _ctrl_c(client: Client, host: Host) -> float:
    """The longest of some rounds, with a reader that draws 1 MB/s as a busy emulator does."""
    taken = []
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await say(channel, "PS1=pr'ompt> '")
        for _ in range(ROUNDS):
            channel.write(b"yes\n")
            for _ in range(50):
                await channel.read(65536)
            channel.write(b"\x03")
            began, seen = time.perf_counter(), b""
            while b"prompt> " not in seen[-100:]:
                data = await channel.read(65536)
                await asyncio.sleep(len(data) / 1_000_000)
                seen += data
            taken.append(time.perf_counter() - began)
    return max(taken)


async def _bulk(client: Client, host: Host, key: Path) -> tuple[float, float]:
    """MB/s of the best round: over a connection of ours, and over one with nothing chosen."""
    pool = Pool(Connector(client.known_hosts, client.identities, Settings()), client.saved.get)
    connection = await pool.hold(host, ScriptedPrompter(), lambda stage: None, Wish())
    trusted = [asyncssh.import_public_key(each.line) for each in client.known_hosts.lookup(*_place(host)).trusted]
    async with asyncssh.connect(
        *_place(host), username=host.user, client_keys=[str(key)], known_hosts=(trusted, [], []), config=None
    ) as raw:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(await _speed(connection.ssh))
            theirs.append(await _speed(raw))
    await connection.release()
    return max(ours), max(theirs)


def _place(host: Host) -> tuple[str, int]:
    return host.address, host.port


async def _speed(connection: asyncssh.SSHClientConnection) -> float:
    began, received = time.perf_counter(), 0
    async with connection.create_process(f"head -c {BULK} /dev/zero", encoding=None) as process:
        while data := await process.stdout.read(1 << 20):
            received += len(data)
    assert received == BULK
    return BULK / 1e6 / (time.perf_counter() - began)

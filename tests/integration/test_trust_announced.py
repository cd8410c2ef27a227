"""A real sshd announces its other host keys (UpdateHostKeys), and they are saved."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.trust import FILES, UPDATE
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.openssh import OpenSSH
from tests.waiting import eventually


async def test_the_host_keys_sshd_announces_are_saved_beside_the_one_that_is_known(
    start_sshd: Callable[..., OpenSSH], client_key: Path, surroundings: Path
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "ecdsa"))
    ed25519, ecdsa = server.host_keys
    client, prompter = Client(surroundings), ScriptedPrompter()
    client.known_hosts.remember(server.address, server.port, ed25519)
    async with client.terminal(client.save(server, trusted=False, key_pair=str(client_key)), prompter):
        await eventually(lambda: prompter.notices, "notice")
    assert client.known_hosts.lookup(server.address, server.port).trusted == (ed25519, ecdsa)


async def test_what_is_announced_after_accepting_once_is_not_saved(
    start_sshd: Callable[..., OpenSSH], client_key: Path, surroundings: Path
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "ecdsa"))
    client, prompter = Client(surroundings), ScriptedPrompter("once")
    async with client.terminal(client.save(server, trusted=False, key_pair=str(client_key)), prompter) as channel:
        await say(channel, "true")
    assert not client.known_hosts.path.exists()


@pytest.mark.parametrize(("wish", "answers", "saved"), [("ask", [True], 2), ("ask", [False], 1), ("no", [], 1)])
async def test_a_host_may_want_to_be_asked_first_or_want_none(
    wish: str,
    answers: list[bool],
    saved: int,
    start_sshd: Callable[..., OpenSSH],
    client_key: Path,
    surroundings: Path,
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "ecdsa"))
    client, prompter = Client(surroundings), ScriptedPrompter(*answers)
    client.known_hosts.remember(server.address, server.port, server.host_keys[0])
    host = client.save(server, trusted=False, key_pair=str(client_key), extra={UPDATE: wish})
    async with client.terminal(host, prompter) as channel:
        # sshd announces right after the login (OpenSSH, PROTOCOL, section 2.5), before it opens a shell.
        await say(channel, "true")
        if saved == 2:
            await eventually(lambda: prompter.notices, "notice")
    assert len(prompter.questions) == len(answers)
    assert len(client.known_hosts.lookup(server.address, server.port).trusted) == saved


async def test_where_known_hosts_is_another_file_than_usual_only_a_host_that_wants_it_has_more_saved(
    start_sshd: Callable[..., OpenSSH], client_key: Path, surroundings: Path, tmp_path: Path
) -> None:
    server, elsewhere = start_sshd(host_key_kinds=("ed25519", "ecdsa")), KnownHosts(tmp_path / "elsewhere")
    elsewhere.remember(server.address, server.port, server.host_keys[0])
    extra = {FILES: [str(elsewhere.path)]}
    for more, saved in (({}, 1), ({UPDATE: "yes"}, 2)):
        client, prompter = Client(surroundings), ScriptedPrompter()
        host = client.save(server, trusted=False, key_pair=str(client_key), extra={**extra, **more})
        async with client.terminal(host, prompter) as channel:
            await say(channel, "true")
            if saved == 2:
                await eventually(partial(bool, prompter.notices), "notice")
        assert len(elsewhere.lookup(server.address, server.port).trusted) == saved


async def test_a_hashed_name_is_found_and_what_is_announced_is_saved_hashed(
    start_sshd: Callable[..., OpenSSH], client_key: Path, surroundings: Path, need: Callable[[str], str]
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "ecdsa"))
    client, prompter = Client(surroundings), ScriptedPrompter()
    client.known_hosts.remember(server.address, server.port, server.host_keys[0])
    path = client.known_hosts.path
    command = [need("ssh-keygen"), "-q", "-H", "-f", str(path)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    async with client.terminal(client.save(server, trusted=False, key_pair=str(client_key)), prompter):
        await eventually(lambda: prompter.notices, "notice")
    lines = path.read_text().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("|1|") for line in lines)
    assert client.known_hosts.lookup(server.address, server.port).trusted == tuple(server.host_keys)

"""A real sshd announces its other host keys (UpdateHostKeys), and they are saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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

"""A link that carries the fingerprint of a host key: that host key and no other, without a question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import HostKeyChanged
from sshtui.model.destination import parse_destination
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.key_files import make_key_file, public_key
from tests.servers.openssh import OpenSSH


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


def link(server: OpenSSH, host_key: HostKey, key_pair: Path) -> Host:
    """What a link to the server with the fingerprint of `host_key` leads to (base64 as RFC 4648 section 5 has it)."""
    fingerprint = host_key.sha256.removeprefix("SHA256:").replace("+", "-").replace("/", "_")
    text = f"ssh://{server.user};fingerprint=ssh-ed25519-SHA256:{fingerprint}@{server.address}:{server.port}"
    return replace(parse_destination(text), key_pair=str(key_pair))


async def test_the_promised_host_key_asks_nothing(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with client.terminal(link(sshd, sshd.host_keys[0], client_key), ScriptedPrompter()) as channel:
        assert b"in" in await say(channel, "echo in")


async def test_another_host_key_than_the_promised_one_ends_the_attempt_before_login(
    client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    promised = public_key(make_key_file(tmp_path / "promised"))
    client.save(sshd)  # known_hosts trusts the server, and that does not help
    with pytest.raises(HostKeyChanged, match="fingerprint"):
        await client.dial(link(sshd, promised, client_key), ScriptedPrompter())
    assert sshd.login_attempts() == 0


async def test_a_pinned_host_does_not_share_a_login_made_without_the_pin(
    client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    promised = public_key(make_key_file(tmp_path / "promised"))
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()):
        with pytest.raises(HostKeyChanged):
            await client.dial(link(sshd, promised, client_key), ScriptedPrompter())

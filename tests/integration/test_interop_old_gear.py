"""A server with old algorithms only: both lists, the least that would work, for this host on a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from sshtui.cli.wire import dialer as dialer_of_commands
from sshtui.errors import NoCommonAlgorithm
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.model.settings import Settings
from sshtui.ssh.dialer import SshDialer
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import SIZE, Client
from tests.servers.process import LOOPBACK

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

NEEDED = ("diffie-hellman-group14-sha1", "aes128-cbc", "hmac-sha1")


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@asynccontextmanager
async def old_switch(client: Client) -> AsyncIterator[Host]:
    """A saved host as switches of 2008 are, one that lets everybody in."""

    class Open(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return False

    host_key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=Open,
        server_host_keys=[host_key],
        process_factory=lambda process: process.exit(0),
        kex_algs=["diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1"],
        encryption_algs=["3des-cbc", "aes128-cbc"],
        mac_algs=["hmac-md5", "hmac-sha1"],
        signature_algs=["ssh-rsa"],
    )
    async with listener:
        client.known_hosts.remember(LOOPBACK, listener.get_port(), HostKey(host_key.public_data))
        yield Host("switch", LOOPBACK, listener.get_port(), "admin")


async def test_what_a_person_allows_a_host_in_a_command_is_kept_as_in_the_app(
    client: Client, surroundings: Path
) -> None:
    paths = Paths.default(surroundings / "config")
    async with old_switch(client) as host:
        HostStore(paths.hosts_file).put(host)
        connections = dialer_of_commands(paths)
        channel = await connections.dial(host, SIZE, ScriptedPrompter(True))
        await channel.close()
        await connections.close()
    saved = HostStore(paths.hosts_file).get(host.name)
    assert saved is not None
    assert saved.extra["old_algorithms"] == list(NEEDED)


async def test_old_algorithms_are_used_only_on_a_yes_and_the_connection_is_marked(client: Client) -> None:
    saved: list[tuple[Host, Sequence[str]]] = []
    dialer = SshDialer(
        client.known_hosts,
        client.identities,
        Settings(),
        client.saved.get,
        allow_old=lambda host, names: saved.append((host, names)),
    )
    prompter = ScriptedPrompter(True)
    async with old_switch(client) as host:
        channel = await dialer.dial(host, SIZE, prompter)
        old = channel.facts.old
        await channel.close()
    (question,) = prompter.asked(Confirm)
    assert isinstance(question, Confirm)
    assert question.danger
    assert not [name for name in (*NEEDED, "curve25519-sha256") if name not in question.text], question.text
    assert set(old) == set(NEEDED)
    assert saved == [(host, NEEDED)]


async def test_a_no_ends_the_attempt_with_both_lists(client: Client) -> None:
    async with old_switch(client) as host:
        with pytest.raises(NoCommonAlgorithm) as caught:
            await client.dial(host, ScriptedPrompter(None))
    assert caught.value.kind == "key exchange"
    assert "curve25519-sha256" in caught.value.ours
    assert caught.value.theirs[0] == "diffie-hellman-group1-sha1"


async def test_what_one_host_may_use_no_other_host_at_its_address_may(client: Client) -> None:
    async with old_switch(client) as host:
        async with client.terminal(host, ScriptedPrompter(True)) as channel:
            assert channel.facts.old
            with pytest.raises(NoCommonAlgorithm):
                await client.dial(replace(host, name="stricter"), ScriptedPrompter(False))
        with pytest.raises(NoCommonAlgorithm):
            await client.dial(replace(host, name="stricter"), ScriptedPrompter(False))


async def test_a_host_that_may_use_them_shares_the_connection_that_does(client: Client) -> None:
    async with old_switch(client) as host:
        allowed = replace(host, extra={"old_algorithms": list(NEEDED)})
        also = replace(allowed, name="also")
        async with (
            client.terminal(allowed, ScriptedPrompter()) as first,
            client.terminal(also, ScriptedPrompter()) as second,
        ):
            assert second.facts is first.facts


async def test_a_saved_host_that_may_use_them_asks_nothing(client: Client) -> None:
    async with old_switch(client) as host:
        allowed = Host(host.name, host.address, host.port, host.user, extra={"old_algorithms": list(NEEDED)})
        async with client.terminal(allowed, ScriptedPrompter()) as channel:
            assert channel.facts.old

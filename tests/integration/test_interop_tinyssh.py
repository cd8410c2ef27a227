"""A real tinysshd, which handles one packet at a time, has one channel and answers no keep-alive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.errors import LoginRejected
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, listen, say
from tests.servers.accounts import Account
from tests.servers.key_files import public_line
from tests.servers.tinyssh import Tiny, tinyssh

pytestmark = pytest.mark.root


@pytest.fixture
def server(tmp_path: Path, need: Callable[[str], str]) -> Iterator[Tiny]:
    """A running tinysshd."""
    with tinyssh(tmp_path, need("tinysshd"), need("tinysshd-makekey"), need("tinysshd-printkey")) as running:
        yield running


def saved(client: Client, server: Tiny, account: Account, client_key: Path) -> Host:
    client.known_hosts.remember(server.address, server.port, server.host_key)
    return Host("tiny", server.address, server.port, account.name, key_pair=str(client_key))


async def test_two_tabs_work_and_none_is_called_stalled(
    surroundings: Path, server: Tiny, account: Account, client_key: Path
) -> None:
    client = Client(surroundings, Settings(keep_alive=1, keep_alive_misses=1))
    account.authorise(public_line(client_key))
    host = saved(client, server, account, client_key)
    async with client.terminal(host, ScriptedPrompter()) as first, client.terminal(host, ScriptedPrompter()) as second:
        assert b"24 80" in await say(first, "stty size")
        assert account.name.encode() in await say(second, "id -un")
        await listen(first, 2.5)
        assert (first.silence, first.end) == (0, None)
        assert first.facts.server_software.startswith("tinyssh")
        assert b"still" in await say(first, "echo st'ill'")


async def test_a_server_without_passwords_says_what_it_takes(
    surroundings: Path, server: Tiny, account: Account, client_key: Path
) -> None:
    client = Client(surroundings)
    with pytest.raises(LoginRejected) as rejected:
        await client.dial(saved(client, server, account, client_key), ScriptedPrompter())
    assert rejected.value.offers == ("publickey",)

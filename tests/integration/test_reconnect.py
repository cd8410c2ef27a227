"""Tabs on a real sshd that dies and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.errors import HostKeyChanged, Refused
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.key_files import make_key_file, public_key
from tests.servers.openssh import OpenSSH
from tests.waiting import eventually

FAITHFUL = {"reconnect": True}


@asynccontextmanager
async def live_tab(client: Client, host: Host, prompter: ScriptedPrompter) -> AsyncIterator[Session]:
    """A tab on `host` that is up; closed after the block."""
    session = Session(1, host, host.name, Size(80, 24), Surroundings(client.dialer, prompter, first_pause=0.05))
    session.start()
    await eventually(lambda: session.state is State.LIVE, "the tab is up", 20)
    try:
        yield session
    finally:
        await session.close()


def screen(session: Session) -> str:
    return "\n".join(session.emulator.row(row).text for row in range(24))


async def test_a_tab_comes_back_by_itself_when_its_server_does(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings)
    host = client.save(sshd, key_pair=str(client_key), extra=FAITHFUL)
    async with live_tab(client, host, ScriptedPrompter()) as session:
        session.send(b"echo before-it\n")
        await eventually(lambda: "before-it" in screen(session), "output", 20)
        sshd.kill()
        await eventually(lambda: isinstance(session.error, Refused), "a refused try", 20)
        sshd.start()
        await eventually(lambda: session.state is State.LIVE, "it is back", 20)
        session.send(b"echo af''ter-it\n")
        await eventually(lambda: "after-it" in screen(session), "output", 20)
        assert "before-it" in screen(session)
        assert "reconnected" in screen(session)


async def test_a_changed_host_key_ends_the_tries(
    surroundings: Path, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    client, prompter = Client(surroundings), ScriptedPrompter(None)
    host = client.save(sshd, key_pair=str(client_key), extra=FAITHFUL)
    async with live_tab(client, host, prompter) as session:
        client.known_hosts.replace(sshd.address, sshd.port, public_key(make_key_file(tmp_path / "another")))
        sshd.kill_sessions()
        await eventually(lambda: isinstance(session.error, HostKeyChanged), "it gives up", 20)
        assert session.next_try is None
    assert len(prompter.questions) == 1

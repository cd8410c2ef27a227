"""Our own wire on the demo's saved hosts: each shows the question or the refusal it is there for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from sshtui.demo.scene import Scene, demo_scene
from sshtui.errors import HostKeyChanged, Refused
from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.model.hosts import Host
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    NewPassword,
    Passphrase,
    Password,
    PasswordChange,
    Question,
    UnknownHostKey,
)
from sshtui.model.settings import Settings
from sshtui.ssh.dialer import SshDialer
from sshtui.ssh.known_hosts import KnownHosts
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import SIZE, read_until, say


@pytest.fixture
def scene() -> Iterator[Scene]:
    with demo_scene() as scene:
        KnownHosts(scene.ssh_dir / "known_hosts").remember(
            scene.server.address, scene.server.port, scene.server.host_keys[0]
        )
        yield scene


@pytest.fixture
async def dialer(scene: Scene) -> AsyncIterator[SshDialer]:
    hosts = {host.name: host for host in scene.hosts}
    identities = FileAndAgentIdentities(scene.ssh_dir)
    dialer = SshDialer(KnownHosts(scene.ssh_dir / "known_hosts"), identities, Settings(), hosts.get)
    yield dialer
    await dialer.close()


async def asked(dialer: SshDialer, host: Host, *answers: object) -> list[type[Question[object]]]:
    """The questions on the way to a shell on `host`, which greets and answers."""
    prompter = ScriptedPrompter(*answers)
    channel = await dialer.dial(host, SIZE, prompter)
    await read_until(channel, b"Welcome to the sshtui demo")
    assert host.user.encode() in await say(channel, "echo $LOGNAME")
    await channel.close()
    return [type(question) for question in prompter.questions]


async def test_the_first_connection_shows_the_host_key_and_asks_for_the_password(
    dialer: SshDialer, scene: Scene
) -> None:
    KnownHosts(scene.ssh_dir / "known_hosts").remove(scene.server.address, scene.server.port)
    assert await asked(dialer, scene.host("password"), "save", scene.password) == [UnknownHostKey, Password]


async def test_the_key_pair_asks_nothing(dialer: SshDialer, scene: Scene) -> None:
    assert await asked(dialer, scene.host("key-pair")) == []


async def test_the_locked_key_pair_asks_for_its_passphrase(dialer: SshDialer, scene: Scene) -> None:
    assert await asked(dialer, scene.host("locked-key-pair"), scene.passphrase) == [Passphrase]


async def test_two_factors_are_one_question_with_two_fields(dialer: SshDialer, scene: Scene) -> None:
    assert await asked(dialer, scene.host("two-factor"), (scene.password, scene.code)) == [Challenge]


async def test_the_expired_password_is_changed_on_the_way_in(dialer: SshDialer, scene: Scene) -> None:
    change = PasswordChange(scene.password, "battery staple")
    assert await asked(dialer, scene.host("expired-password"), scene.password, change) == [Password, NewPassword]
    assert scene.server.account("expired").has_password("battery staple")


async def test_the_password_is_changed_beside_the_shell(dialer: SshDialer, scene: Scene) -> None:
    channel = await dialer.dial(scene.host("password"), SIZE, ScriptedPrompter(scene.password))
    said = await channel.change_password(PasswordChange(scene.password, "battery staple"))
    assert "updated successfully" in said
    assert scene.server.account("demo").has_password("battery staple")
    await channel.close()


async def test_the_way_through_a_jump_leads_in(dialer: SshDialer, scene: Scene) -> None:
    assert await asked(dialer, scene.host("through-a-jump"), scene.password) == [Password]


async def test_the_changed_host_key_is_refused_before_any_login(dialer: SshDialer, scene: Scene) -> None:
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged):
        await dialer.dial(scene.host("changed-host-key"), SIZE, prompter)
    assert [type(question) for question in prompter.questions] == [ChangedHostKey]
    assert scene.rebuilt.login_attempts == 0


async def test_the_refused_port_says_so(dialer: SshDialer, scene: Scene) -> None:
    with pytest.raises(Refused):
        await dialer.dial(scene.host("refused-port"), SIZE, ScriptedPrompter())

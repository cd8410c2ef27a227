"""Every way a server lets a person in, and in each the questions that person sees."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import ConnectionLost, Declined, LoginRejected, NotSaved
from sshtui.keys.inspect import key_pair
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, ChosenKeyPair, Passphrase, Password, Prompter, Question
from sshtui.model.settings import Settings
from sshtui.secrets.remembering import RememberingPrompter
from sshtui.ssh.offers import MOST_OFFERS
from sshtui.wiring.wire import LazyWire, Wire
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.accounts import Account
from tests.servers.agents import listens
from tests.servers.dropbear import Dropbear
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH
from tests.waiting import eventually, until

Start = Callable[..., OpenSSH]


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


async def who(client: Client, host: Any, prompter: ScriptedPrompter) -> str:
    """The account a login ends in."""
    async with client.terminal(host, prompter) as channel:
        return (await say(channel, "id -un")).decode()


@pytest.mark.root
async def test_a_password_is_asked_again_with_its_attempt_counted(
    client: Client, sshd: OpenSSH, account: Account
) -> None:
    prompter = ScriptedPrompter("wrong", account.password)
    host = client.save(sshd, user=account.name)
    assert account.name in await who(client, host, prompter)
    assert prompter.questions == [
        Password("box", host.destination, 1),
        Password("box", host.destination, 2),
    ]


@pytest.mark.root
async def test_declining_the_password_ends_the_attempt(client: Client, sshd: OpenSSH, account: Account) -> None:
    with pytest.raises(Declined):
        await client.dial(client.save(sshd, user=account.name), ScriptedPrompter(None))


@pytest.mark.root
async def test_too_many_wrong_passwords_are_a_rejected_login(
    client: Client, start_sshd: Start, account: Account
) -> None:
    host = client.save(start_sshd(extra=["MaxAuthTries 2"]), user=account.name)
    with pytest.raises(LoginRejected) as caught:
        await client.dial(host, ScriptedPrompter("wrong", "wrong", "wrong"))
    assert caught.value.tried == ("password",)
    assert set(caught.value.offers) == {"publickey", "password"}


@pytest.mark.root
@pytest.mark.parametrize("pam", [True, False])
async def test_keyboard_interactive_asks_for_the_password_as_a_password(
    client: Client, start_sshd: Start, account: Account, pam: bool
) -> None:
    # Without PAM the server offers the method and never sends a challenge; the password method must still be reached.
    server = start_sshd(pam=pam, keyboard_interactive=True, password=not pam)
    prompter = ScriptedPrompter("wrong", account.password)
    assert account.name in await who(client, client.save(server, user=account.name), prompter)
    assert [type(question) for question in prompter.questions] == [Password, Password]


@pytest.mark.root
async def test_a_key_pair_and_then_a_password_when_the_server_wants_both(
    client: Client, start_sshd: Start, account: Account, client_key: Path
) -> None:
    server = start_sshd(methods="publickey,password")
    host = client.save(server, user=account.name, key_pair=str(client_key))
    prompter = ScriptedPrompter(account.password)
    assert account.name in await who(client, host, prompter)
    assert [notice.text for notice in prompter.notices] == ["box accepted the key pair and wants more: password."]


@pytest.mark.root
async def test_a_server_that_asks_nothing_is_named_as_one(
    client: Client, start_sshd: Start, new_account: Callable[..., Account]
) -> None:
    account = new_account()
    account.empty_password()
    server = start_sshd(extra=["PermitEmptyPasswords yes"])
    prompter = ScriptedPrompter()
    async with client.terminal(client.save(server, user=account.name), prompter) as channel:
        assert channel.facts.method == "none"
    (notice,) = prompter.notices
    assert notice.text == "box let you in without asking who you are: everybody gets in there."


async def test_forty_keys_of_the_agent_never_lock_out_the_right_one(
    surroundings: Path, tmp_path: Path, start_sshd: Start, need: Callable[[str], str], full_agent: str
) -> None:
    client = Client(surroundings, agent=full_agent)
    right = make_key_file(tmp_path / "right", "ecdsa")
    server = start_sshd(authorised=(public_line(right),), password=False)
    assert len(await client.identities.available(Host("x", "x"))) == 40
    host = client.save(server, key_pair=str(right))
    assert host.user in await who(client, host, ScriptedPrompter())
    # Of strangers' keys four are shown, which leaves tries for what a person types (MaxAuthTries is 6).
    before = server.log.count("Postponed publickey") + server.log.count("Failed publickey")
    with pytest.raises(LoginRejected):
        await client.dial(client.save(server, "other"), ScriptedPrompter(None))
    assert server.log.count("Failed publickey") + server.log.count("Postponed publickey") - before == MOST_OFFERS


@pytest.mark.root
async def test_with_forty_keys_in_the_agent_a_password_can_still_be_mistyped(
    surroundings: Path, start_sshd: Start, full_agent: str, account: Account
) -> None:
    client = Client(surroundings, agent=full_agent)
    host = client.save(start_sshd(), user=account.name)
    assert account.name in await who(client, host, ScriptedPrompter("wrong", account.password))


@pytest.mark.root
@pytest.mark.parametrize("tries", [1, 3])
async def test_a_server_that_stands_fewer_keys_than_are_offered_is_still_given_the_password(
    tries: int, surroundings: Path, start_sshd: Start, full_agent: str, account: Account
) -> None:
    client = Client(surroundings, agent=full_agent)
    server = start_sshd(extra=[f"MaxAuthTries {tries}"])
    host = client.save(server, user=account.name)
    assert account.name in await who(client, host, ScriptedPrompter(account.password))
    # What it stands is known from then on: no further login is cut.
    cut = server.log.count("Too many authentication failures")
    assert account.name in await who(client, host, ScriptedPrompter(account.password))
    assert server.log.count("Too many authentication failures") == cut > 0


async def test_two_key_pairs_when_the_server_wants_two(
    client: Client, start_sshd: Start, client_key: Path, surroundings: Path
) -> None:
    (surroundings / ".ssh").mkdir(mode=0o700)
    second = make_key_file(surroundings / ".ssh" / "id_ecdsa", "ecdsa")
    server = start_sshd(authorised=(public_line(second),), methods="publickey,publickey")
    host = client.save(server, key_pair=str(client_key))
    assert server.user in await who(client, host, ScriptedPrompter())


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_every_type_of_default_key_pair_logs_in(
    client: Client, start_sshd: Start, surroundings: Path, kind: str
) -> None:
    (surroundings / ".ssh").mkdir(mode=0o700)
    file = make_key_file(surroundings / ".ssh" / f"id_{kind}", kind)
    server = start_sshd(authorised=(public_line(file),))
    assert server.user in await who(client, client.save(server), ScriptedPrompter())


async def test_a_passphrase_is_asked_only_for_a_key_pair_the_server_takes(
    client: Client, start_sshd: Start, surroundings: Path
) -> None:
    folder = surroundings / ".ssh"
    folder.mkdir(mode=0o700)
    make_key_file(folder / "id_ed25519", passphrase="stranger")
    known = make_key_file(folder / "id_ecdsa", "ecdsa", passphrase="secret")
    server = start_sshd(authorised=(public_line(known),))
    prompter = ScriptedPrompter("wrong", "secret")
    assert server.user in await who(client, client.save(server), prompter)
    assert [question.attempt for question in prompter.asked(Passphrase) if isinstance(question, Passphrase)] == [1, 2]


async def test_a_missing_key_file_of_the_host_is_named_and_the_others_are_tried(
    client: Client, start_sshd: Start, surroundings: Path
) -> None:
    (surroundings / ".ssh").mkdir(mode=0o700)
    file = make_key_file(surroundings / ".ssh" / "id_ed25519")
    host = client.save(start_sshd(authorised=(public_line(file),)), key_pair="~/.ssh/gone")
    prompter = ScriptedPrompter()
    assert host.user in await who(client, host, prompter)
    (notice,) = prompter.notices
    assert "gone" in notice.text


@pytest.mark.root
async def test_a_declined_passphrase_goes_on_with_the_password(
    client: Client, sshd: OpenSSH, account: Account, surroundings: Path
) -> None:
    (surroundings / ".ssh").mkdir(mode=0o700)
    account.authorise(public_line(make_key_file(surroundings / ".ssh" / "id_ecdsa", "ecdsa", passphrase="secret")))
    prompter = ScriptedPrompter(None, account.password)
    assert account.name in await who(client, client.save(sshd, user=account.name), prompter)
    assert [type(question) for question in prompter.questions] == [Passphrase, Password]


async def test_a_full_folder_of_key_pairs_never_locks_a_person_out(
    client: Client, start_sshd: Start, surroundings: Path, client_key: Path
) -> None:
    folder = surroundings / ".ssh"
    folder.mkdir(mode=0o700)
    for kind in ("ed25519", "ecdsa", "rsa"):
        make_key_file(folder / f"id_{kind}", kind)
    host = client.save(start_sshd(extra=["MaxAuthTries 2"]), key_pair=str(client_key))
    # The host's own comes first; two offers are all this server takes.
    assert host.user in await who(client, host, ScriptedPrompter())


async def test_a_choice_that_cannot_be_saved_is_told_and_dialed_with_all_the_same(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    def full(_host: Host, _pair: KeyPair) -> None:
        raise NotSaved("hosts.toml was not saved: No space left on device.")

    client = Client(surroundings, remember=full)
    own = key_pair(client_key)
    prompter = ScriptedPrompter(ChosenKeyPair(own, remember=True))
    host = client.save(sshd, key_pair=str(client_key))
    async with client.terminal(host, prompter, choose=True):
        pass
    assert [notice.text for notice in prompter.notices if "not saved" in notice.text]


async def test_a_key_pair_is_chosen_on_request_and_remembered(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd)
    own = KeyPair("file", str(client_key))
    prompter = ScriptedPrompter(ChosenKeyPair(own, remember=True))
    folder = client.known_hosts.path.parent
    make_key_file(folder / "id_ecdsa", "ecdsa")
    async with client.terminal(host, prompter, choose=True) as channel:
        assert channel.facts.method == "publickey"
    (question,) = prompter.asked(ChooseKeyPair)
    assert isinstance(question, ChooseKeyPair)
    assert [pair.path for pair in question.key_pairs] == [str(folder / "id_ecdsa")]
    assert client.remembered == [(host, own)]


async def test_key_pairs_not_offered_unasked_are_put_to_choice_when_the_login_fails(
    client: Client, start_sshd: Start, surroundings: Path
) -> None:
    folder = surroundings / ".ssh"
    folder.mkdir(mode=0o700)
    odd = make_key_file(folder / "work", "ed25519")
    server = start_sshd(authorised=(public_line(odd),), password=False)

    class Chooses(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            assert isinstance(question, ChooseKeyPair)
            return ChosenKeyPair(question.key_pairs[0])

    assert server.user in await who(client, client.save(server), Chooses())


@contextmanager
def running_agent(path: Path, key: Path, need: Callable[[str], str], *options: str, confirm: str = "") -> Iterator[str]:
    """The socket of a running agent that holds `key`, added with `options`; `confirm` is the program it asks with."""
    environment = {**os.environ, "SSH_AUTH_SOCK": str(path), "SSH_ASKPASS": confirm, "DISPLAY": ":0"}
    process = subprocess.Popen([need("ssh-agent"), "-D", "-a", str(path)], stdout=subprocess.DEVNULL, env=environment)
    try:
        until(lambda: listens(path), "agent")
        subprocess.run([need("ssh-add"), "-q", *options, str(key)], env=environment, check=True)
        yield str(path)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def agent(tmp_path: Path, need: Callable[[str], str], client_key: Path) -> Iterator[str]:
    """The socket of a running agent that holds `client_key`."""
    with running_agent(tmp_path / "agent", client_key, need) as path:
        yield path


@pytest.fixture
def full_agent(tmp_path: Path, need: Callable[[str], str]) -> Iterator[str]:
    """The socket of a running agent that holds forty key pairs, none of them known anywhere."""
    directory = tmp_path / "keys"
    directory.mkdir()
    keys = [make_key_file(directory / f"key{number}") for number in range(40)]
    with running_agent(tmp_path / "agent", keys[0], need) as path:
        environment = {**os.environ, "SSH_AUTH_SOCK": path}
        subprocess.run([need("ssh-add"), "-q", *map(str, keys[1:])], env=environment, check=True)
        yield path


@pytest.fixture
def confirming_agent(tmp_path: Path, need: Callable[[str], str], client_key: Path) -> Iterator[str]:
    """The same, but it asks before it signs: it makes the file `asked` and goes on when there is a file `go`."""
    confirm, asked, go = (tmp_path / name for name in ("confirm", "asked", "go"))
    confirm.write_text(f"#!/bin/sh\ntouch {asked}\nwhile ! [ -e {go} ]; do sleep 0.05; done\n")
    confirm.chmod(0o755)
    with running_agent(tmp_path / "agent", client_key, need, "-c", confirm=str(confirm)) as path:
        yield path


async def test_an_agent_that_asks_for_a_confirmation_is_waited_for(
    surroundings: Path, sshd: OpenSSH, confirming_agent: str, tmp_path: Path
) -> None:
    client = Client(surroundings, agent=confirming_agent)
    dialing = asyncio.create_task(client.dial(client.save(sshd), ScriptedPrompter()))
    await eventually((tmp_path / "asked").exists, "question of the agent")
    assert not dialing.done()
    (tmp_path / "go").touch()
    channel = await dialing
    assert channel.facts.method == "publickey"
    await channel.close()


@pytest.mark.parametrize("allowed", [True, False])
async def test_the_agent_is_forwarded_only_where_the_host_allows_it(
    surroundings: Path, sshd: OpenSSH, agent: str, allowed: bool
) -> None:
    client = Client(surroundings, agent=agent)
    host = client.save(sshd, extra={"agent_forwarding": allowed})
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.agent_forwarded is allowed
        assert (b"ED25519" in await say(channel, "ssh-add -l")) is allowed


async def test_an_agent_that_is_started_while_we_run_is_forwarded_too(
    surroundings: Path, sshd: OpenSSH, agent: str, client_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "")
    client = Client(surroundings)
    wire = LazyWire(lambda: Wire(client.dialer, client.identities), nothing_is_saved)
    await wire.ready()
    wire.use_agent(agent)
    host = client.save(sshd, key_pair=str(client_key), extra={"agent_forwarding": True})
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert b"ED25519" in await say(channel, "ssh-add -l")


def nothing_is_saved(_prompter: Prompter, _host: Host) -> RememberingPrompter:
    raise AssertionError("nobody asks")


async def test_a_host_has_the_agent_it_names_for_logins_and_for_forwarding(
    surroundings: Path, tmp_path: Path, start_sshd: Start, agent: str, need: Callable[[str], str]
) -> None:
    key = make_key_file(tmp_path / "other", "ecdsa")
    server = start_sshd(authorised=(public_line(key),), password=False)
    client = Client(surroundings, agent=agent)
    with running_agent(tmp_path / "second", key, need) as second:
        extra = {"identity_agent": second, "agent_forwarding": True}
        async with client.terminal(client.save(server, extra=extra), ScriptedPrompter()) as channel:
            listed = await say(channel, "ssh-add -l")
        assert b"ECDSA" in listed
        assert b"ED25519" not in listed


async def test_a_host_can_have_no_agent(surroundings: Path, start_sshd: Start, agent: str) -> None:
    client = Client(surroundings, agent=agent)
    server = start_sshd(password=False)
    extra = {"identity_agent": "none", "agent_forwarding": True}
    with pytest.raises(LoginRejected) as caught:
        await client.dial(client.save(server, extra=extra), ScriptedPrompter())
    assert caught.value.tried == ()


async def test_damaged_lines_of_known_hosts_are_told_once(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    with client.known_hosts.path.open("a") as file:
        file.write("garbage\n")
    prompter = ScriptedPrompter()
    await who(client, host, prompter)
    await who(client, host, prompter)
    (notice,) = prompter.notices
    assert notice.text.startswith("1 line ")


async def test_a_banner_is_shown_as_the_servers_words(client: Client, start_sshd: Start, client_key: Path) -> None:
    server = start_sshd(banner="Authorised use only.\n\x1b]0;owned\x07")
    prompter = ScriptedPrompter()
    await who(client, client.save(server, key_pair=str(client_key)), prompter)
    (notice,) = prompter.notices
    assert notice.server
    assert notice.text.startswith("Authorised use only.")
    assert "\x1b" not in notice.text


@pytest.mark.root
async def test_a_question_is_taken_back_when_the_server_gives_up_waiting(
    client: Client, start_sshd: Start, account: Account
) -> None:
    taken_back: list[bool] = []

    class Slow(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            try:
                await asyncio.Event().wait()
            finally:
                taken_back.append(True)

    host = client.save(start_sshd(extra=["LoginGraceTime 1"]), user=account.name)
    with pytest.raises(ConnectionLost, match="hung up during the login"):
        await client.dial(host, Slow())
    assert taken_back == [True]


@pytest.mark.root
async def test_an_account_that_is_closed_is_no_matter_of_patience(
    client: Client, start_sshd: Start, account: Account
) -> None:
    account.close()
    host = client.save(start_sshd(pam=True), user=account.name)
    with pytest.raises(ConnectionLost, match="hung up during the login") as caught:
        await client.dial(host, prompter := ScriptedPrompter(account.password))
    assert "expired" in caught.value.hint
    assert "expired" in prompter.notices[0].text


@pytest.mark.root
async def test_thinking_longer_than_the_connect_timeout_is_allowed(
    surroundings: Path, sshd: OpenSSH, account: Account
) -> None:
    client = Client(surroundings, Settings(connect_timeout=1))

    class Thinks(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            await asyncio.sleep(1.5)
            return await super().ask(question)

    host = client.save(sshd, user=account.name)
    assert account.name in await who(client, host, Thinks(account.password))


@pytest.mark.root
async def test_dropbear_takes_a_password_and_both(
    client: Client, start_dropbear: Callable[..., Dropbear], account: Account, client_key: Path
) -> None:
    account.authorise(public_line(client_key))
    host = client.save(start_dropbear(), user=account.name)
    assert account.name in await who(client, host, ScriptedPrompter(account.password))
    both = client.save(start_dropbear("both", both=True), user=account.name, key_pair=str(client_key))
    assert account.name in await who(client, both, ScriptedPrompter(account.password))

"""A password the server wants changed: the three ways servers ask for it end in the same question."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sshtui.errors import ConnectionLost, Declined, LoginRejected
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import NewPassword, Password, PasswordChange, Question
from sshtui.ssh.connector import Wish
from sshtui.ssh.passwd import change_password
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_to_end, read_until, say
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, send_signal

Start = Callable[..., OpenSSH]
NEW = "Xy7-" + secrets.token_urlsafe(12)


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@pytest.fixture
def expired(account: Account) -> Account:
    """An account whose password must be changed at the next login."""
    account.expire_password()
    return account


def changes(prompter: ScriptedPrompter) -> list[NewPassword]:
    """The questions for a new password."""
    return [question for question in prompter.questions if isinstance(question, NewPassword)]


@pytest.mark.root
async def test_pam_prompts_for_a_change_are_one_question(client: Client, start_sshd: Start, expired: Account) -> None:
    server = start_sshd(pam=True, keyboard_interactive=True, password=False)
    prompter = ScriptedPrompter(expired.password, PasswordChange(expired.password, NEW))
    host = client.save(server, user=expired.name)
    async with client.terminal(host, prompter) as channel:
        assert expired.name.encode() in await say(channel, "id -un")
    (question,) = changes(prompter)
    assert question.needs_old
    assert "change your password" in question.prompt
    assert [type(each) for each in prompter.questions] == [Password, NewPassword]
    async with client.terminal(host, ScriptedPrompter(NEW)):
        pass


@pytest.mark.root
async def test_a_refused_new_password_is_asked_again_with_the_servers_reason(
    client: Client, start_sshd: Start, expired: Account
) -> None:
    server = start_sshd(pam=True, keyboard_interactive=True, password=False)
    prompter = ScriptedPrompter(expired.password, PasswordChange(expired.password, "x"), PasswordChange("", NEW))
    async with client.terminal(client.save(server, user=expired.name), prompter):
        pass
    again = changes(prompter)[1]
    assert not again.needs_old
    assert "longer password" in again.problem


@pytest.mark.root
@pytest.mark.parametrize("pam", [True, False])
async def test_passwd_in_place_of_the_shell_is_the_same_question_and_the_tab_goes_on(
    client: Client, start_sshd: Start, expired: Account, pam: bool
) -> None:
    server = start_sshd(pam=pam)
    prompter = ScriptedPrompter(expired.password, PasswordChange(expired.password, NEW))
    host = client.save(server, user=expired.name)
    async with client.terminal(host, prompter) as channel:
        await read_until(channel, b"successfully")
        await read_until(channel, b"$ ")
        assert expired.name.encode() in await say(channel, "id -un")
    assert [type(each) for each in prompter.questions] == [Password, NewPassword]
    assert "change your password" in changes(prompter)[0].prompt


LONG_WELCOME = (
    "ForceCommand head -c 12000 /dev/zero | tr '\\0' x; "
    "printf '\\nYour password has expired.\\nNew password: '; read -r line; echo got $line; exit 5"
)


@pytest.mark.parametrize("cut", ["$PPID", "$$"], ids=["the connection", "the program"])
async def test_a_change_that_was_cut_short_does_not_claim_that_the_old_password_holds(
    client: Client, start_sshd: Start, client_key: Path, cut: str
) -> None:
    passwd = "printf 'New password: '; read -r a; printf '\\nRetype new password: '; read -r b; kill -9 "
    host = client.save(start_sshd(extra=[f"ForceCommand {passwd}{cut}"]), key_pair=str(client_key))
    connection = await client.dialer.pool.hold(host, ScriptedPrompter(), lambda _stage: None, Wish())
    with pytest.raises(ConnectionLost, match="is not known") as lost:
        await change_password(connection, PasswordChange("", NEW))
    assert "old one" in lost.value.hint
    await connection.release()


async def test_a_long_message_of_the_day_hides_nothing(client: Client, start_sshd: Start, client_key: Path) -> None:
    host = client.save(start_sshd(extra=[LONG_WELCOME]), key_pair=str(client_key))
    prompter = ScriptedPrompter(PasswordChange("", NEW))
    async with client.terminal(host, prompter) as channel:
        seen, end = await read_to_end(channel)
    (question,) = changes(prompter)
    assert not question.needs_old
    assert f"got {NEW}".encode() in seen
    assert end.status == 5


@pytest.mark.root
async def test_passwd_in_place_of_the_shell_asks_again_when_it_refuses(
    client: Client, start_sshd: Start, expired: Account
) -> None:
    prompter = ScriptedPrompter(expired.password, PasswordChange(expired.password, "x"), PasswordChange("", NEW))
    async with client.terminal(client.save(start_sshd(pam=True), user=expired.name), prompter) as channel:
        await read_until(channel, b"successfully")
        await read_until(channel, b"$ ")
        assert expired.name.encode() in await say(channel, "id -un")
    assert "longer password" in changes(prompter)[1].problem


@pytest.mark.root
async def test_a_new_login_that_fails_after_the_change_ends_the_tab_with_the_reason(
    client: Client, start_sshd: Start, expired: Account
) -> None:
    server = start_sshd(pam=True)

    class LosesTheServer(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            if isinstance(question, NewPassword):
                send_signal(signal.SIGKILL, server.pid)
            return await super().ask(question)

    prompter = LosesTheServer(expired.password, PasswordChange(expired.password, NEW))
    async with client.terminal(client.save(server, user=expired.name), prompter) as channel:
        seen, end = await read_to_end(channel)
    assert b"successfully" in seen
    assert end.how == "closed"
    assert "refused the connection" in end.reason
    assert "refused the connection" in prompter.notices[-1].text


@pytest.mark.root
async def test_after_a_key_login_the_expired_password_is_changed_too(
    client: Client, start_sshd: Start, expired: Account, client_key: Path
) -> None:
    prompter = ScriptedPrompter(PasswordChange(expired.password, NEW))
    host = client.save(start_sshd(pam=True), user=expired.name, key_pair=str(client_key))
    async with client.terminal(host, prompter) as channel:
        await read_until(channel, b"successfully")
        await read_until(channel, b"$ ")
        assert expired.name.encode() in await say(channel, "id -un")


@pytest.mark.root
async def test_declining_leaves_passwd_in_the_tab(client: Client, start_sshd: Start, expired: Account) -> None:
    prompter = ScriptedPrompter(expired.password, None)
    async with client.terminal(client.save(start_sshd(pam=True), user=expired.name), prompter) as channel:
        await read_until(channel, b"Current password:")
        channel.write(b"wrong\n")
        _, end = await read_to_end(channel)
    assert end.how == "exited"
    assert end.status != 0


async def test_a_program_of_the_person_that_talks_like_passwd_asks_nothing(
    client: Client, start_sshd: Start, client_key: Path
) -> None:
    host = client.save(start_sshd(), key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        seen = await say(channel, "printf 'You must change your password now\\nCurrent password: '")
    assert b"Current password: " in seen


@pytest.mark.root
async def test_the_question_goes_away_when_the_server_hangs_up(
    client: Client, start_sshd: Start, expired: Account
) -> None:
    server = start_sshd(pam=True)

    class Slow(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            if isinstance(question, NewPassword):
                server.kill_sessions()
                await asyncio.Event().wait()
            return await super().ask(question)

    async with client.terminal(client.save(server, user=expired.name), Slow(expired.password)) as channel:
        _, end = await read_to_end(channel)
    assert end.how == "lost"


@pytest.mark.root
async def test_a_password_is_changed_beside_the_shell(client: Client, start_sshd: Start, account: Account) -> None:
    host = client.save(start_sshd(pam=True), user=account.name)
    async with client.terminal(host, ScriptedPrompter(account.password)) as channel:
        assert "updated successfully" in await channel.change_password(PasswordChange(account.password, NEW))
        assert account.name.encode() in await say(channel, "id -un")
    async with client.terminal(host, ScriptedPrompter(NEW)):
        pass


@pytest.mark.root
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("wrong", NEW, "manipulation error"), (None, "x", "longer password"), (None, None, "not been changed|unchanged")],
    ids=["wrong old password", "too weak", "the same again"],
)
async def test_a_refused_change_carries_the_servers_words(
    client: Client, start_sshd: Start, account: Account, old: str | None, new: str | None, words: str
) -> None:
    host = client.save(start_sshd(pam=True), user=account.name)
    change = PasswordChange(old or account.password, new or account.password)
    async with client.terminal(host, ScriptedPrompter(account.password)) as channel:
        with pytest.raises(LoginRejected, match=words):
            await channel.change_password(change)


class DemandsChange(asyncssh.SSHServer):
    """A server of RFC 4252 section 8; the new password needs eight characters."""

    def kbdint_auth_supported(self) -> bool:
        return False

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if password == "old":
            raise asyncssh.PasswordChangeRequired("Your password has expired.")
        return False

    def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        if len(new_password) < 8:
            raise asyncssh.PasswordChangeRequired("At least eight characters.")
        return old_password == "old"


@asynccontextmanager
async def demanding(client: Client) -> AsyncIterator[Host]:
    """A saved host of such a server."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=DemandsChange,
        server_host_keys=[host_key],
        process_factory=lambda process: process.exit(7),
    )
    async with listener:
        client.known_hosts.remember(LOOPBACK, listener.get_port(), HostKey(host_key.public_data))
        yield Host("box", LOOPBACK, listener.get_port(), "somebody")


async def test_a_change_request_of_the_protocol_is_answered(client: Client) -> None:
    prompter = ScriptedPrompter("old", PasswordChange("old", "short"), PasswordChange("old", "long enough"))
    async with demanding(client) as host, client.terminal(host, prompter) as channel:
        _, end = await read_to_end(channel)
    assert end.status == 7
    first, second = changes(prompter)
    assert (first.prompt, first.problem) == ("Your password has expired.", "")
    assert second.prompt == "At least eight characters."
    assert second.problem


async def test_declining_a_change_request_ends_the_attempt(client: Client) -> None:
    async with demanding(client) as host:
        with pytest.raises(Declined):
            await client.dial(host, ScriptedPrompter("old", None))

"""From a saved host to a shell: trust, stages, and a sentence for everything that goes wrong on the way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from sshtui.errors import HostKeyChanged, HostKeyRevoked, HostKeyUnknown, LoginRejected, NameNotFound, Refused
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import A, ChangedHostKey, Question, UnknownHostKey
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_to_end, read_until, say
from tests.lacking import lacking
from tests.servers.key_files import make_key_file, public_key
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


async def test_a_known_host_opens_a_shell_of_the_right_size_without_a_question(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        seen = await say(channel, "stty size; echo $TERM $COLORTERM $LANG; stty -a | grep -o '.iutf8'")
    assert b"24 80" in seen
    assert b"xterm-256color truecolor C.UTF-8" in seen
    assert b"-iutf8" not in seen
    assert client.stages == ["resolving", "connecting", "verifying host key", "logging in", "opening a terminal"]


async def test_the_facts_name_what_was_negotiated(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        facts = channel.facts
        round_trip = await channel.ping()
    assert facts.server_software.startswith("OpenSSH_")
    assert (facts.host_key_kind, facts.host_key_sha256) == ("ED25519", sshd.host_keys[0].sha256)
    assert facts.method == "publickey"
    assert f"kex: algorithm: {facts.kex}" in sshd.log
    assert f"cipher: {facts.cipher}" in sshd.log
    assert facts.destination == f"{sshd.user}@{LOOPBACK}:{sshd.port}"
    assert round_trip is not None
    assert 0 < round_trip < 1


async def test_bytes_and_repeated_exchanges_are_counted(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    sshd = start_sshd(extra=["RekeyLimit 64K"])
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as channel:
        before = channel.traffic
        assert (before.rekeys, channel.facts.strict_exchange) == (0, True)
        await say(channel, "head -c 200000 /dev/zero | tr '\\0' x")
        await eventually(lambda: channel.traffic.rekeys > 0, "another exchange")
        assert channel.traffic.received - before.received > 200_000
        assert 0 < before.sent < channel.traffic.sent < 200_000


@pytest.mark.parametrize(
    ("cipher", "packets", "size"),
    [
        # Length, one block, tag (RFC 5647 section 5.2); with CBC a packet of noise goes first, each one with a MAC.
        ("aes128-gcm@openssh.com", 1, 4 + 16 + 16),
        ("aes256-cbc", 2, 4 + 16 + 32),
    ],
)
async def test_a_keystroke_is_one_packet_where_the_cipher_needs_no_noise(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path, cipher: str, packets: int, size: int
) -> None:
    sshd = start_sshd(extra=[f"Ciphers {cipher}", "MACs hmac-sha2-256-etm@openssh.com"])
    host = client.save(sshd, key_pair=str(client_key), command="cat")
    answers = [True] if cipher.endswith("-cbc") else []
    async with client.terminal(host, ScriptedPrompter(*answers)) as channel:
        assert channel.facts.cipher == cipher
        before = channel.traffic.sent
        channel.write(b"x")
        assert channel.traffic.sent - before == packets * size
        assert b"x" in await read_until(channel, b"x")


async def test_an_unknown_host_key_is_shown_and_saved_on_a_yes(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, trusted=False, key_pair=str(client_key))
    prompter = ScriptedPrompter("save")
    async with client.terminal(host, prompter):
        pass
    assert prompter.questions == [UnknownHostKey("box", LOOPBACK, sshd.port, sshd.host_keys[0])]
    assert client.known_hosts.lookup(LOOPBACK, sshd.port).trusted == sshd.host_keys


def packets(server: OpenSSH) -> list[str]:
    """The numbers of the packets the server got."""
    return re.findall(r"receive packet: type (\d+)", server.log)


async def test_nothing_is_sent_before_the_host_key_is_trusted(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    server = start_sshd(log_level="DEBUG3")
    host = client.save(server, trusted=False, key_pair=str(client_key), user="secretuser")
    with pytest.raises(HostKeyUnknown):
        await client.dial(host, ScriptedPrompter(None))
    # KEXINIT, ECDH_INIT, DISCONNECT: no service request, no user name, no credential (RFC 4250 section 4.1).
    await eventually(lambda: packets(server) == ["20", "30", "1"], "goodbye after the key exchange")
    assert "secretuser" not in server.log


async def test_a_host_key_accepted_once_holds_for_this_run_only(
    client: Client, sshd: OpenSSH, client_key: Path, surroundings: Path
) -> None:
    host = client.save(sshd, trusted=False, key_pair=str(client_key))
    for prompter in (ScriptedPrompter("once"), ScriptedPrompter()):
        async with client.terminal(host, prompter):
            pass
    assert not client.known_hosts.path.exists()
    with pytest.raises(HostKeyUnknown):
        await Client(surroundings).dial(host, ScriptedPrompter(None))


async def test_a_changed_host_key_ends_the_attempt_before_login(
    client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    host = client.save(sshd, trusted=False, key_pair=str(client_key))
    client.known_hosts.remember(LOOPBACK, sshd.port, public_key(make_key_file(tmp_path / "other", "ecdsa")))
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged):
        await client.dial(host, prompter)
    (question,) = prompter.asked(ChangedHostKey)
    assert isinstance(question, ChangedHostKey)
    assert question.another_type
    assert sshd.login_attempts() == 0


async def test_a_host_key_swapped_while_the_person_decides_is_judged_anew_before_login(client: Client) -> None:
    users: list[str] = []

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            users.append(username)
            return True

    async def listen(host_key: asyncssh.SSHKey, port: int = 0) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(LOOPBACK, port, server_factory=Server, server_host_keys=[host_key])

    first, second = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    listener = await listen(first)
    port = listener.get_port()

    class Swapping(ScriptedPrompter):
        async def ask(self, question: Question[A]) -> A | None:
            nonlocal listener
            if not self.questions:
                listener.close()
                await listener.wait_closed()
                listener = await listen(second, port)
            return await super().ask(question)

    prompter = Swapping("once", None)
    with pytest.raises(HostKeyChanged):
        await client.dial(Host("box", LOOPBACK, port, "somebody"), prompter)
    listener.close()
    changed = prompter.questions[1]
    assert isinstance(changed, ChangedHostKey)
    assert changed.host_key == HostKey(second.public_data)
    assert users == []


async def test_a_revoked_host_key_is_refused_without_a_question(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    client.known_hosts.revoke(LOOPBACK, sshd.port, sshd.host_keys[0])
    with pytest.raises(HostKeyRevoked):
        await client.dial(host, ScriptedPrompter())
    assert sshd.login_attempts() == 0


async def test_the_known_type_of_host_key_is_asked_for(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "rsa"))
    host = client.save(server, trusted=False, key_pair=str(client_key))
    client.known_hosts.remember(LOOPBACK, server.port, server.host_keys[1])
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.host_key_kind == "RSA"
        assert channel.facts.old == ()


async def test_a_refused_port_says_so(client: Client) -> None:
    with pytest.raises(Refused, match="refused the connection") as caught:
        await client.dial(Host("box", LOOPBACK, free_port()), ScriptedPrompter())
    assert "port" in caught.value.hint


async def test_a_name_with_several_addresses_finds_the_one_that_answers(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    # localhost is ::1 and 127.0.0.1 on most machines; this sshd is on the second only.
    client.known_hosts.remember("localhost", sshd.port, sshd.host_keys[0])
    async with client.terminal(
        Host("box", "localhost", sshd.port, sshd.user, key_pair=str(client_key)), ScriptedPrompter()
    ) as channel:
        await say(channel, "true")


async def test_an_address_of_version_6_alone_is_enough(client: Client) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    try:
        listener = await asyncssh.listen(
            "::1",
            0,
            server_factory=Open,
            server_host_keys=[host_key],
            process_factory=lambda process: process.exit(3),
        )
    except OSError:
        lacking("this machine has no IPv6")
    async with listener:
        client.known_hosts.remember("::1", listener.get_port(), HostKey(host_key.public_data))
        host = Host("box", "::1", listener.get_port(), "somebody")
        async with client.terminal(host, ScriptedPrompter()) as channel:
            _, end = await read_to_end(channel)
    assert end.status == 3


class Open(asyncssh.SSHServer):
    """Lets everybody in."""

    def begin_auth(self, username: str) -> bool:
        return False


async def test_an_unknown_name_says_so(client: Client) -> None:
    with pytest.raises(NameNotFound):
        await client.dial(Host("box", "no-such-host.invalid"), ScriptedPrompter())


async def test_a_rejected_login_tells_what_was_tried_and_what_the_server_takes(
    client: Client, start_sshd: Callable[..., OpenSSH], tmp_path: Path
) -> None:
    server = start_sshd(password=False)
    with pytest.raises(LoginRejected) as caught:
        await client.dial(client.save(server), ScriptedPrompter())
    assert caught.value.offers == ("publickey",)
    assert "Passwords are off" in caught.value.hint


async def test_the_exit_status_of_the_hosts_command_is_told(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key), command="echo hello; exit 42")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        seen, end = await read_to_end(channel)
    assert seen.endswith(b"hello\r\n")
    assert (end.how, end.status) == ("exited", 42)


async def test_cancelling_while_a_question_is_open_leaves_nothing(
    client: Client, sshd: OpenSSH, surroundings: Path
) -> None:
    asked = asyncio.Event()
    taken_back = asyncio.Event()

    class Silent(ScriptedPrompter):
        async def ask(self, question: object) -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                taken_back.set()

    before = asyncio.all_tasks()
    dialing = asyncio.create_task(client.dial(client.save(sshd), Silent()))
    await asyncio.wait_for(asked.wait(), 10)
    dialing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialing
    assert taken_back.is_set()
    assert asyncio.all_tasks() == before

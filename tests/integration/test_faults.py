"""Servers that misbehave: always a sentence within the limit, never a task or a socket left behind."""

from __future__ import annotations

import asyncio
import contextlib
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sshtui.errors import (
    ChannelRefused,
    ConnectionFailed,
    ConnectionLost,
    LoginRejected,
    NoCommonAlgorithm,
    NotSSH,
    Refused,
    SshtuiError,
    TimedOut,
    Unreachable,
)
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import Challenge, Notice
from sshtui.model.settings import Settings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, read_to_end, say
from tests.servers import misbehaving as bad
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK
from tests.waiting import eventually

LIMIT = 1.0
"""Seconds a connect may take here."""

KEXINIT = 20
"""The number of SSH_MSG_KEXINIT (RFC 4253 section 12)."""

EXPECTED: dict[bad.Behaviour, tuple[type[SshtuiError], str]] = {
    bad.closes_at_once: (NotSSH, "without an SSH greeting"),
    bad.closes_after_the_banner: (ConnectionLost, "closed the connection"),
    bad.sends_garbage: (TimedOut, "no SSH greeting"),
    bad.sends_a_banner_then_garbage: (ConnectionLost, "ended the connection"),
    bad.speaks_http: (NotSSH, "it says 'HTTP/1.1 400 Bad Request'"),
    bad.speaks_ssh1: (NotSSH, "SSH version"),
    bad.never_answers: (TimedOut, "did not answer"),
    bad.falls_silent_after_the_banner: (TimedOut, "said hello and then nothing more"),
    bad.sends_a_byte_a_second: (TimedOut, "did not answer"),
    bad.sends_an_endless_banner: (NotSSH, "is not an SSH server"),
    bad.sends_an_endless_line: (NotSSH, "is not an SSH server"),
}


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home and little patience."""
    return Client(surroundings, Settings(connect_timeout=LIMIT))


def test_every_behaviour_has_an_expectation() -> None:
    assert set(EXPECTED) == set(bad.ALL_BEHAVIOURS)


@pytest.mark.parametrize("behaviour", bad.ALL_BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
async def test_a_bad_server_gives_a_sentence_in_time_and_leaves_nothing(
    client: Client, behaviour: bad.Behaviour
) -> None:
    kind, words = EXPECTED[behaviour]
    async with bad.misbehaving(behaviour) as server:
        before = asyncio.all_tasks()
        began = time.monotonic()
        with pytest.raises(ConnectionFailed) as caught:
            await client.dial(Host("box", LOOPBACK, server.port), ScriptedPrompter())
        assert time.monotonic() - began < LIMIT + 4
        assert type(caught.value) is kind, caught.value
        assert words in caught.value.sentence
        assert caught.value.hint
        assert caught.value.sentence.isprintable()
        await eventually(lambda: len(asyncio.all_tasks()) <= len(before), "end of our tasks")
        await eventually(lambda: server.open_connections == 0, "end of our sockets")


@pytest.mark.parametrize(
    "behaviour",
    [bad.never_answers, bad.falls_silent_after_the_banner, bad.sends_a_byte_a_second],
    ids=lambda behaviour: behaviour.__name__,
)
async def test_cancelling_works_at_once_at_every_stage(surroundings: Path, behaviour: bad.Behaviour) -> None:
    client = Client(surroundings, Settings(connect_timeout=30))
    async with bad.misbehaving(behaviour) as server:
        dialing = asyncio.create_task(client.dial(Host("box", LOOPBACK, server.port), ScriptedPrompter()))
        await eventually(lambda: server.connections, "connection")
        dialing.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await dialing
        assert time.monotonic() - began < 5
        await eventually(lambda: server.open_connections == 0, "end of our sockets")


Challenged = tuple[str, str, str, Sequence[tuple[str, bool]]]


class OddServer(asyncssh.SSHServer):
    """Sends what no kind server sends, then lets everybody in who answers."""

    banner = ""
    prompts: tuple[tuple[str, bool], ...] = ()
    endless = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def begin_auth(self, username: str) -> bool:
        for _ in range(200 if self.banner else 0):
            self.connection.send_auth_banner(self.banner)
        return self.endless or bool(self.prompts)

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenged:
        return "Name \x1b[31m", "Read this:\n\u202eodd", "", self.prompts

    def validate_kbdint_response(self, username: str, responses: object) -> bool | Challenged:
        return ("", "", "", ()) if self.endless else True


@contextlib.asynccontextmanager
async def odd_server(client: Client, **attributes: object) -> AsyncIterator[Host]:
    """A saved host whose server has these attributes."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=type("Odd", (OddServer,), attributes),
        server_host_keys=[host_key],
        process_factory=lambda process: process.exit(0),
    )
    async with listener:
        port = listener.get_port()
        client.known_hosts.remember(LOOPBACK, port, HostKey(host_key.public_data))
        yield Host("box", LOOPBACK, port, "somebody")


async def test_a_flood_of_banners_is_cut_and_costs_no_memory(client: Client) -> None:
    class Measuring(ScriptedPrompter):
        def tell(self, notice: Notice) -> None:
            if not self.notices:
                tracemalloc.start()
            super().tell(notice)

    prompter = Measuring()
    async with odd_server(client, banner="x" * 30_000) as host:
        try:
            async with client.terminal(host, prompter) as channel:
                assert channel.facts.method == "none"
                held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert 0 < sum(len(notice.text) for notice in prompter.notices) <= 8192
    assert held < 1_000_000


async def test_prompts_are_shown_as_the_server_words_them_without_controls(client: Client) -> None:
    prompter = ScriptedPrompter(("1", "2"))
    prompts = (("Room?\x07", True), ("Code:", False))
    async with odd_server(client, prompts=prompts) as host, client.terminal(host, prompter):
        pass
    (question,) = prompter.asked(Challenge)
    assert isinstance(question, Challenge)
    assert [(field.text, field.echo) for field in question.fields] == [("Room?\ufffd", True), ("Code:", False)]
    assert "\x1b" not in question.title
    assert "\u202e" not in question.instruction


async def test_a_thousand_prompts_end_the_attempt(client: Client) -> None:
    async with odd_server(client, prompts=(("Code:", False),) * 1000) as host:
        with pytest.raises(LoginRejected, match="1000 questions"):
            await client.dial(host, ScriptedPrompter())


async def test_a_server_that_asks_nothing_for_ever_is_left(client: Client) -> None:
    async with odd_server(client, endless=True) as host:
        with pytest.raises(LoginRejected, match="on and on"):
            async with asyncio.timeout(60):
                await client.dial(host, ScriptedPrompter())


async def test_huge_prompts_are_cut(client: Client) -> None:
    prompter = ScriptedPrompter(("1",))
    async with odd_server(client, prompts=(("y" * 100_000, True),)) as host, client.terminal(host, prompter):
        pass
    (question,) = prompter.asked(Challenge)
    assert isinstance(question, Challenge)
    assert len(question.fields[0].text) <= 8 * 200


async def test_a_goodbye_with_control_characters_is_only_text(client: Client, surroundings: Path) -> None:
    class Leaves(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            self.connection = conn

        def begin_auth(self, username: str) -> bool:
            self.connection.disconnect(asyncssh.DISC_BY_APPLICATION, "gone \x1b]0;owned\x07\u202e")
            return True

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(LOOPBACK, 0, server_factory=Leaves, server_host_keys=[host_key])
    async with listener:
        port = listener.get_port()
        client.known_hosts.remember(LOOPBACK, port, HostKey(host_key.public_data))
        with pytest.raises(ConnectionLost) as caught:
            await client.dial(Host("box", LOOPBACK, port, "somebody"), ScriptedPrompter())
    assert "gone" in caught.value.sentence
    assert caught.value.sentence.isprintable()


async def test_a_server_full_of_strangers_says_so(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    server = start_sshd(extra=["MaxStartups 1"])
    host = client.save(server, key_pair=str(client_key))
    reader, writer = await asyncio.open_connection(LOOPBACK, server.port)
    while not (await reader.readline()).startswith(b"SSH-2.0"):
        # The connection that waited for the server to start is still counted: the stranger itself is one too many.
        writer.close()
        reader, writer = await asyncio.open_connection(LOOPBACK, server.port)
    with pytest.raises(Refused) as caught:
        await client.dial(host, ScriptedPrompter())
    assert "MaxStartups" in caught.value.sentence
    assert "try again" in caught.value.hint
    writer.close()
    await writer.wait_closed()


async def test_a_server_stopped_before_login_is_a_timeout_and_other_tabs_live(
    client: Client, start_sshd: Callable[..., OpenSSH], sshd: OpenSSH, client_key: Path
) -> None:
    other = start_sshd("other")
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as living:
        other.stop()
        with pytest.raises(TimedOut):
            await client.dial(client.save(other, "other", key_pair=str(client_key)), ScriptedPrompter())
        other.resume()
        assert b"alive" in await say(living, "echo al'ive'")


async def test_no_host_key_type_in_common_names_both_lists(client: Client) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed448")
    listener = await asyncssh.listen(LOOPBACK, 0, server_factory=asyncssh.SSHServer, server_host_keys=[host_key])
    async with listener:
        with pytest.raises(NoCommonAlgorithm) as caught:
            await client.dial(Host("box", LOOPBACK, listener.get_port(), "somebody"), ScriptedPrompter())
    assert caught.value.kind == "host key type"
    assert caught.value.theirs == ("ssh-ed448",)
    assert "ssh-ed25519" in caught.value.ours


async def test_no_cipher_in_common_is_told_of_a_server_that_has_hung_up_by_then(client: Client) -> None:
    def names(*each: str) -> bytes:
        return len(text := ",".join(each).encode()).to_bytes(4, "big") + text

    # RFC 4253 section 7.1: cookie, ten lists of names, no guess follows, reserved.
    lists = ("curve25519-sha256", "ssh-ed25519", "3des-cbc", "3des-cbc", "hmac-sha2-256", "hmac-sha2-256")
    message = (
        bytes([KEXINIT, *bytes(16)]) + b"".join(map(names, (*lists, "none", "none"))) + names() + names() + bytes(5)
    )
    padding = 4 + -(len(message) + 9) % 8
    packet = (len(message) + padding + 1).to_bytes(4, "big") + bytes([padding]) + message + bytes(padding)

    async def hangs_up(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-server\r\n" + packet)
        writer.close()

    async with bad.misbehaving(hangs_up) as server:
        with pytest.raises(NoCommonAlgorithm) as caught:
            await client.dial(Host("box", LOOPBACK, server.port, "somebody"), ScriptedPrompter(False))
    assert (caught.value.kind, caught.value.theirs) == ("cipher", ("3des-cbc",))
    assert "aes256-ctr" in caught.value.ours


async def test_what_asyncssh_was_not_ready_for_is_a_sentence_and_leaves_nothing(
    client: Client, sshd: OpenSSH, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unready(*_arguments: object) -> None:
        raise ZeroDivisionError("in the exchange")

    monkeypatch.setitem(asyncssh.connection.SSHConnection._packet_handlers, KEXINIT, unready)
    before = asyncio.all_tasks()
    with pytest.raises(ConnectionFailed, match=r"failed: in the exchange \(ZeroDivisionError\)"):
        await client.dial(client.save(sshd), ScriptedPrompter())
    assert asyncio.all_tasks() == before


async def test_a_network_that_does_not_lead_there_says_so(client: Client) -> None:
    # Linux has no way to a broadcast address for TCP: ENETUNREACH, and nothing is sent.
    with pytest.raises(Unreachable, match=r"no way to 255\.255\.255\.255 port 22 from here"):
        await client.dial(Host("box", "255.255.255.255"), ScriptedPrompter())


CONFIRMATION, DATA = 91, 94
"""SSH_MSG_CHANNEL_OPEN_CONFIRMATION and SSH_MSG_CHANNEL_DATA (RFC 4254 section 9)."""


class Lies(asyncssh.SSHServer):
    """A server that lets everybody in; `packet_size` is what it confirms channels with, `flood` ignores windows."""

    def __init__(self, *, packet_size: int | None = None, flood: bool = False) -> None:
        self._packet_size = packet_size
        self._flood = flood

    def begin_auth(self, username: str) -> bool:
        return False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        send = conn.send_packet

        def lying(number: int, *arguments: bytes, handler: Any = None) -> None:
            if number == CONFIRMATION and self._packet_size is not None:
                arguments = (*arguments[:3], self._packet_size.to_bytes(4, "big"), *arguments[4:])
            send(number, *arguments, handler=handler)
            if number == CONFIRMATION and self._flood:
                piece = (32768).to_bytes(4, "big") + bytes(32768)
                for _ in range(8):
                    send(DATA, arguments[0], piece)

        vars(conn)["send_packet"] = lying

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return asyncssh.SSHServerSession()


async def sentence_about(client: Client, host: Host) -> str:
    """What the tab says of its end, whether it had begun or not."""
    try:
        channel = await client.dial(host, ScriptedPrompter())
    except (ConnectionLost, ChannelRefused) as error:
        return error.sentence
    _, end = await read_to_end(channel)
    return end.reason if end.how == "lost" else ""


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (Lies(packet_size=0), "maximum packet size"),
        (Lies(flood=True), "Window exceeded"),
    ],
    ids=["packets of no bytes", "more than the window"],
)
async def test_a_server_that_lies_about_its_windows_is_left(client: Client, lie: Lies, words: str) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(LOOPBACK, 0, server_factory=lambda: lie, server_host_keys=[host_key])
    async with listener:
        port = listener.get_port()
        client.known_hosts.remember(LOOPBACK, port, HostKey(host_key.public_data))
        assert words in await sentence_about(client, Host("box", LOOPBACK, port, "somebody"))


@pytest.mark.parametrize(
    ("packet", "window"), [(1, 2**21), (2**15, 0), (2**32 - 1, 2**32 - 1)], ids=lambda size: str(size)
)
async def test_odd_packet_and_window_sizes_do_no_harm(client: Client, packet: int, window: int) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_factory=type("Odd", (OddServer,), {}),
        server_host_keys=[host_key],
        process_factory=lambda process: process.stdout.write("hello\n"),
        max_pktsize=packet,
        window=window,
    )
    async with listener:
        port = listener.get_port()
        client.known_hosts.remember(LOOPBACK, port, HostKey(host_key.public_data))
        host = Host("box", LOOPBACK, port, "somebody")
        async with client.terminal(host, ScriptedPrompter()) as channel:
            channel.write(b"x" * 100)
            assert await asyncio.wait_for(channel.read(100), 5) == b"hello\r\n"

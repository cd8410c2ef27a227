"""The byte pipe of a tab: exact ends, a brake that holds, and one login for many tabs."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import ChannelRefused
from sshtui.model.geometry import Size
from sshtui.model.questions import Question
from sshtui.model.settings import Settings
from sshtui.session.outbox import Outbox
from sshtui.ssh.tab import TabChannel
from sshtui.terminal.emulator import Emulator
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import SIZE, Client, read_to_end, read_until, say
from tests.servers.accounts import Account
from tests.servers.key_files import public_line
from tests.servers.openssh import OpenSSH
from tests.servers.process import send_signal
from tests.waiting import eventually

Start = Callable[..., OpenSSH]


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


async def test_a_signal_is_no_exit_status(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key), command="kill -KILL $$")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        _, end = await read_to_end(channel)
    assert (end.how, end.signal, end.status) == ("signalled", "KILL", None)


async def test_a_killed_server_is_a_loss_and_never_an_exit(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await say(channel, "true")
        sshd.kill()
        _, end = await read_to_end(channel)
        channel.write(b"nobody hears this")
        channel.resize(Size(10, 10))
    assert (end.how, end.status) == ("lost", None)
    assert end.reason == "The connection to box was lost."


async def test_a_silent_server_is_stalled_first_and_lost_after_the_missed_keep_alives(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings, Settings(keep_alive=1, keep_alive_misses=2))
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as channel:
        await say(channel, "true")
        assert channel.silence == 0
        sshd.stop()
        began = time.monotonic()
        reading = asyncio.create_task(read_to_end(channel))
        await eventually(lambda: channel.silence > 2, "stalled link")
        assert await channel.ping(0.1) is None
        _, end = await reading
        sshd.resume()
    assert end.reason == "box has stopped answering."
    assert time.monotonic() - began < 15


async def test_the_size_is_told_and_a_repeated_one_is_not(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as channel:
        await say(channel, "trap 'echo resized' WINCH")
        channel.resize(Size(80, 24))
        channel.resize(Size(132, 50))
        seen = await say(channel, "stty size")
        seen += await say(channel, "true")
    assert b"50 132" in seen
    assert seen.count(b"resized\r\n") == 1


async def test_a_flood_nobody_reads_costs_no_memory(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    # asyncssh 2.24.1 grants a full window at each resume: with its default window this held 50 MB after 2 s.
    host = client.save(sshd, key_pair=str(client_key), command="cat /dev/zero")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await channel.read(65536)
        gc.collect()
        tracemalloc.start()
        try:
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                assert await channel.read(16384)
                await asyncio.sleep(0.016)  # an emulator that eats 1 MB/s
            held, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 2_000_000, (held, peak)


async def test_after_ctrl_c_little_of_a_flood_still_comes(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as channel:
        await say(channel, "PS1=pr'ompt> '")
        channel.write(b"yes\n")
        for _ in range(100):
            await channel.read(65536)
        channel.write(b"\x03")
        seen = b""
        while b"prompt> " not in seen[-100:]:
            data = await channel.read(65536)
            await asyncio.sleep(len(data) / 1_000_000)  # an emulator that eats 1 MB/s
            seen += data
    # The window, what we hold, and the buffers of the server's terminal: a third of a second at 1 MB/s.
    assert len(seen) < 400_000
    assert b"^C" in seen


async def test_a_remote_that_asks_without_end_and_reads_nothing_costs_little_memory(
    client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    asking = tmp_path / "asking.py"
    asking.write_text("import os\nwhile True: os.write(1, b'\\033[c' * 1000)\n")
    host = client.save(sshd, key_pair=str(client_key), command=f"stty raw -echo; exec {sys.executable} {asking}")
    async with client.terminal(host, ScriptedPrompter()) as channel:
        taker, emulator, answered = Counted(channel), Emulator(SIZE), 0
        outbox = Outbox(taker, lambda: None)
        while answered < 20_000_000:
            reply = emulator.feed(await channel.read(65536)).reply
            answered += len(reply)
            outbox.answer(reply)
        # sshd's window for a session is 2 MiB, and its terminal takes some.
        assert taker.written < 4_000_000


class Counted:
    """A channel that counts what is written to it."""

    def __init__(self, channel: TabChannel) -> None:
        self.written = 0
        self._channel = channel

    @property
    def backed_up(self) -> bool:
        return self._channel.backed_up

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self._channel.write(data)

    async def drained(self) -> None:
        await self._channel.drained()


async def test_the_second_tab_shares_the_login_and_outlives_the_first(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    first = await client.dial(host, ScriptedPrompter())
    async with client.terminal(host, ScriptedPrompter()) as second:
        await first.close()
        assert b"alive" in await say(second, "echo al'ive'")
    assert sshd.log.count("Accepted publickey") == 1
    await eventually(lambda: not sshd.sessions(), "end of the connection after its last tab")


async def test_a_lost_connection_is_told_under_each_hosts_own_name(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    hosts = [client.save(sshd, name, key_pair=str(client_key)) for name in ("db", "web-1")]
    async with (
        client.terminal(hosts[0], ScriptedPrompter()) as first,
        client.terminal(hosts[1], ScriptedPrompter()) as second,
    ):
        await say(first, "true")
        await say(second, "true")
        sshd.kill()
        reasons = [(await read_to_end(channel))[1].reason for channel in (first, second)]
    assert sshd.log.count("Accepted publickey") == 1
    assert reasons == ["The connection to db was lost.", "The connection to web-1 was lost."]


@pytest.mark.parametrize(
    "extra",
    [
        {"strict_host_key_checking": "yes"},
        {"verify_host_key_dns": "no"},
        {"ciphers": "aes256-ctr"},
        {"login_methods": ["publickey"]},
        {"bind_address": "127.0.0.1"},
    ],
    ids=str,
)
async def test_a_host_with_stricter_rules_shares_no_login_that_was_made_without_them(
    client: Client, sshd: OpenSSH, client_key: Path, extra: dict[str, object]
) -> None:
    lab = client.save(sshd, "lab", key_pair=str(client_key))
    bank = client.save(sshd, "bank", key_pair=str(client_key), extra=extra)
    async with client.terminal(lab, ScriptedPrompter()), client.terminal(bank, ScriptedPrompter()):
        assert sshd.log.count("Accepted publickey") == 2


@pytest.mark.root
async def test_two_tabs_at_once_ask_for_the_password_once(client: Client, sshd: OpenSSH, account: Account) -> None:
    host = client.save(sshd, user=account.name)
    prompter = ScriptedPrompter(account.password)
    first, second = await asyncio.gather(client.dial(host, prompter), client.dial(host, prompter))
    assert len(prompter.questions) == 1
    await first.close()
    await second.close()


@pytest.mark.root
async def test_a_tab_that_waits_for_a_login_takes_over_when_that_one_is_given_up(
    client: Client, sshd: OpenSSH, account: Account
) -> None:
    asked = asyncio.Event()

    class Silent(ScriptedPrompter):
        async def ask(self, question: Question[Any]) -> Any:
            asked.set()
            await asyncio.Event().wait()

    host = client.save(sshd, user=account.name)
    given_up = asyncio.create_task(client.dial(host, Silent()))
    await asked.wait()
    waiting = asyncio.create_task(client.dial(host, ScriptedPrompter(account.password)))
    given_up.cancel()
    channel = await waiting
    await say(channel, "true")
    await channel.close()


async def test_a_broken_connection_ends_every_tab_on_it(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    tabs = [await client.dial(host, ScriptedPrompter()) for _ in range(3)]
    sshd.kill_sessions()
    ends = [(await read_to_end(tab))[1].how for tab in tabs]
    assert ends == ["lost"] * 3
    async with client.terminal(host, ScriptedPrompter()) as again:
        await say(again, "true")
    for tab in tabs:
        await tab.close()


async def test_a_shared_connection_that_died_unnoticed_is_not_waited_for(
    client: Client, start_sshd: Start, client_key: Path
) -> None:
    server = start_sshd()
    host = client.save(server, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as first:
        await say(first, "true")
        frozen = server.sessions()
        send_signal(signal.SIGSTOP, *frozen)
        async with asyncio.timeout(9), client.terminal(host, ScriptedPrompter()) as second:
            await say(second, "true")
        send_signal(signal.SIGCONT, *frozen)


async def test_a_server_without_room_for_another_session_gets_another_connection(
    client: Client, start_sshd: Start, client_key: Path
) -> None:
    server = start_sshd(max_sessions=1)
    host = client.save(server, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()), client.terminal(host, ScriptedPrompter()) as second:
        await say(second, "true")
        assert server.log.count("Accepted publickey") == 2


async def test_a_server_that_gives_no_terminal_says_so(client: Client, start_sshd: Start, client_key: Path) -> None:
    server = start_sshd(permit_tty=False)
    with pytest.raises(ChannelRefused, match="no terminal"):
        await client.dial(client.save(server, key_pair=str(client_key)), ScriptedPrompter())
    await eventually(lambda: not server.sessions(), "end of the connection")


async def test_any_bytes_arrive_as_they_are(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key), command="stty raw -echo; echo ready; head -c 4096")
    sent = bytes(range(256)) * 16
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await read_until(channel, b"ready\n")
        channel.write(sent)
        seen, _ = await read_to_end(channel)
    assert seen == sent


async def test_closing_the_dialer_drops_every_connection_and_closing_the_tabs_after_it_is_harmless(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    tabs = [await client.dial(host, ScriptedPrompter()) for _ in range(2)]
    await client.dialer.close()
    await eventually(lambda: not sshd.sessions(), "end of the connection")
    for tab in tabs:
        await tab.close()
        await tab.close()


async def test_closing_leaves_no_task_and_no_socket(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    tasks, sockets = asyncio.all_tasks(), open_sockets()
    for _ in range(3):
        async with client.terminal(host, ScriptedPrompter()) as channel:
            await say(channel, "true")
    await eventually(lambda: asyncio.all_tasks() == tasks and open_sockets() == sockets, "clean end")


def open_sockets() -> int:
    """How many sockets this process holds."""
    return sum(bool(re.match("socket:", link)) for link in _links())


def _links() -> list[str]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue
    return found


async def test_a_hundred_tabs_opened_at_once_are_all_heard(
    client: Client, start_sshd: Start, client_key: Path, account: Account
) -> None:
    server = start_sshd(log_level="ERROR", max_sessions=10, extra=["MaxStartups 200"])
    # An account of its own: what root's shell does at its start, a hundred times over, is not the matter here.
    account.authorise(public_line(client_key))
    host = client.save(server, user=account.name, key_pair=str(client_key), command="stty -echo; exec cat")
    async with asyncio.timeout(60):
        tabs = await asyncio.gather(*(client.dial(host, ScriptedPrompter()) for _ in range(100)))
        for number, tab in enumerate(tabs):
            tab.write(b"tab-%d\n" % number)
        await asyncio.gather(*(read_until(tab, b"tab-%d\r\n" % number, 50) for number, tab in enumerate(tabs)))
        await asyncio.gather(*(tab.close() for tab in tabs))

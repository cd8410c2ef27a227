"""A session on a real sshd: the bytes that terminal switches send, and a flood that can be stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.keystrokes import Keystroke
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.openssh import OpenSSH
from tests.waiting import eventually

SIZE = Size(80, 24)


@asynccontextmanager
async def opened(client: Client, host: Host) -> AsyncIterator[Session]:
    session = Session(1, host, host.name, SIZE, Surroundings(client.dialer, ScriptedPrompter()))
    session.start()
    try:
        yield session
    finally:
        await session.close()


def screen(session: Session) -> str:
    return "\n".join(session.emulator.row(row).text for row in range(SIZE.rows))


async def test_the_server_gets_the_backspace_and_the_characters_of_the_switches(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings)
    host = client.save(
        sshd,
        key_pair=str(client_key),
        command=r"stty raw -echo; printf 'ready \320\322'; head -c 3 | od -An -tx1; sleep 60",
        terminal=TerminalSwitches(backspace="bs", charset="koi8-r"),
    )
    async with opened(client, host) as session:
        await eventually(lambda: "ready пр" in screen(session), "the bytes are shown as KOI8-R")
        session.press(Keystroke("backspace", ""))
        session.paste("пр")
        await eventually(lambda: "08 d0 d2" in screen(session), "the server tells what it got")


async def test_ctrl_c_stops_a_flood(surroundings: Path, sshd: OpenSSH, client_key: Path) -> None:
    client = Client(surroundings)
    host = client.save(sshd, key_pair=str(client_key), command="yes")
    async with opened(client, host) as session:
        await eventually(lambda: session.emulator.scrolled_total > 50_000, "a flood")
        session.press(Keystroke("ctrl+c", ""))
        await eventually(lambda: session.state is State.ENDED, "its end")


async def test_a_paste_of_ten_megabytes_waits_for_a_server_that_does_not_read_and_esc_stops_it(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings)
    host = client.save(sshd, key_pair=str(client_key), command="stty raw -echo; echo ready; sleep 60")
    async with opened(client, host) as session:
        await eventually(lambda: "ready" in screen(session), "the program runs")
        session.paste("x" * 10_000_000)
        paste = session.pasting
        assert paste is not None
        # OpenSSH's window of a session is 2 MB (channels.h, CHAN_SES_WINDOW_DEFAULT): so much goes unread.
        await eventually(lambda: paste.sent > 2_000_000, "it fills the server's window")
        for _ in range(50):
            assert await session.ping() is not None
        assert paste.sent < 3_000_000
        session.press(Keystroke("escape", ""))
        assert session.pasting is None
        assert session.state is State.LIVE


async def test_ten_megabytes_are_pasted_whole_and_what_is_typed_meanwhile_comes_behind(
    surroundings: Path, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    client, taken = Client(surroundings), tmp_path / "taken"
    text = "".join(f"{number:09d}\n" for number in range(1_000_000))
    host = client.save(
        sshd, key_pair=str(client_key), command=f"stty raw -echo; echo ready; head -c {len(text) + 1} >{taken}"
    )
    async with opened(client, host) as session:
        await eventually(lambda: "ready" in screen(session), "the program runs")
        session.paste(text)
        session.press(Keystroke("q", "q"))
        await eventually(lambda: session.state is State.ENDED, "its end", 60)
    assert taken.read_bytes() == (text.replace("\n", "\r") + "q").encode()

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
from sshtui.session.session import Session, Surroundings
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

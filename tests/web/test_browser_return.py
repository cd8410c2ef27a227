"""Leaving the console and coming back: the same app, the same tabs, and nothing lost of what was said meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from pathlib import Path

from playwright.async_api import Browser

from sshtui.attach.frames import Hello
from sshtui.attach.places import Places
from sshtui.attach.viewer import attached
from sshtui.model.geometry import Size
from sshtui.web.serving import free_port
from tests.servers.relay import relay_to
from tests.waiting import eventually
from tests.web.browsing import Served, Visitor, served, visitor

COUNT = "i=0; while sleep 0.03; do i=$((i+1)); echo count $i; done"
BACK_OF_RELAY = "127.0.0.2"


def counted(text: str) -> list[int]:
    """The numbers that are on the screen."""
    return [int(number) for number in re.findall(r"^count (\d+)", text, re.MULTILINE)]


async def everything_counted(person: Visitor) -> list[int]:
    """Stop the counting and read every number, from the newest to the first one, by scrolling back."""
    await person.press("Control+c")
    await person.sees(r"\^C")
    screen = await person.is_still()
    numbers = set(counted(screen))
    while 1 not in numbers:
        before = screen
        await person.press("Shift+PageUp")
        await person.sees(lambda now, before=before: now != before)  # type: ignore[misc]  # mypy infers no lambda with a default
        # A picture may come in two pieces, and between them a line is nowhere.
        screen = await person.is_still()
        numbers |= set(counted(screen))
    return sorted(numbers)


async def test_a_cut_network_loses_nothing(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    port = free_port()
    async with (
        served(tmp_path, surroundings, "--host", BACK_OF_RELAY, hosts=saved_host, port=port) as console,
        relay_to(port, BACK_OF_RELAY, port=port) as relay,
        visitor(browser, console) as person,
    ):
        await person.sign_in()
        await person.connect("box")
        await person.runs(COUNT, "^count 20")
        relay.cut()
        await person.says("reconnecting|connecting")
        last = max(counted(await person.screen()))
        # The second try fails as well.
        await person.says("reconnecting in 2 s")
        relay.broken = False
        await person.says("^connected")
        await person.sees(lambda screen: bool(counted(screen)) and max(counted(screen)) > last + 50)
        numbers = await everything_counted(person)
    assert numbers == list(range(1, numbers[-1] + 1))


async def test_a_suspended_browser_finds_its_screen_again_and_delays_nobody(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as person:
        await person.sign_in()
        await person.connect("box")
        await person.runs(COUNT, "^count 20")
        stopped = _browser_processes()
        assert stopped
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            slowest = await _slowest_answer(console, 6)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        assert slowest <= 0.5
        await person.says("^connected")
        numbers = await everything_counted(person)
    assert numbers == list(range(1, numbers[-1] + 1))


async def test_a_closed_page_ends_nothing_and_a_terminal_sees_the_same(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    async with served(tmp_path, surroundings, hosts=saved_host) as console:
        async with visitor(browser, console) as person:
            await person.sign_in()
            await person.connect("box")
            await person.runs("echo said-in-the-browser", "^said-in-the-browser")
        assert "box" in await console.command("list")
        (running,) = Places(console.paths.run_dir).running()
        async with attached(running.socket, Hello(Size(60, 20))) as viewer:
            seen = b""
            async with asyncio.timeout(20):
                while b"said-in-the-browser" not in seen:
                    frame = await viewer.read()
                    assert frame is not None
                    seen += frame[1]


async def test_nothing_is_orphaned_when_the_server_is_killed(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as person:
        await person.sign_in()
        await person.connect("box")
        before = _processes_with(console)
        assert len(before) == 2
        console.process.kill()
        await eventually(lambda: not _processes_with(console), "end of the app", 2)
        await person.says("reconnecting")


async def _slowest_answer(console: Served, seconds: float) -> float:
    """The longest time, within `seconds`, that the app took to paint anything for another viewer."""
    (running,) = Places(console.paths.run_dir).running()
    async with attached(running.socket, Hello(Size(80, 24))) as viewer:
        slowest, end = 0.0, time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            async with asyncio.timeout(20):
                assert await viewer.read() is not None
            slowest = max(slowest, time.monotonic() - began)
    return slowest


def _processes_with(console: Served) -> list[int]:
    """Processes of ours that work on these files: the server, and the app it started."""
    mark = f"SSHTUI_CONFIG_DIR={console.paths.config_dir}".encode()
    return [pid for pid in _pids() if mark in _read(pid, "environ") and b"sshtui" in _read(pid, "cmdline")]


def _browser_processes() -> list[int]:
    """Every process of the browsers that this test process has started."""
    parents = {
        pid: int(_read(pid, "stat").rpartition(b")")[2].split()[1] or 0) for pid in _pids() if _read(pid, "stat")
    }

    def ours(pid: int) -> bool:
        return pid == os.getpid() or (pid in parents and ours(parents[pid]))

    return [
        pid
        for pid in parents
        if b"chromium" in _read(pid, "cmdline") and b"--type=" in _read(pid, "cmdline") and ours(pid)
    ]


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""

"""Checks of reachability by the keyboard: who is asked, how many at a time, and what the list and the card say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sshtui.model.hosts import Host
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.ui.reach_checks import AT_ONCE
from tests.ui.shell_stage import HOSTS, Stage

Build = Callable[..., Stage]

ANSWERS = {
    "web-1": Reachability("reachable", 0.0123, detail="SSH-2.0-OpenSSH_9.9"),
    "db": Reachability("not checked", through="bastion"),
    "pi": Reachability("no such name"),
    "lonely": Reachability("refused"),
}


class Network:
    """Answers for each host once it is let go; counts who is asked."""

    def __init__(self, *, held: bool = False) -> None:
        self.asked: list[Host] = []
        self.at_once = self.most = 0
        self.go = asyncio.Event()
        if not held:
            self.go.set()

    async def reach(self, host: Host) -> Reachability:
        self.asked.append(host)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go.wait()
        finally:
            self.at_once -= 1
        return ANSWERS.get(host.name, Reachability("no answer"))


def _line(picture: str, words: str) -> str:
    """The first line with these words."""
    return next(line for line in picture.splitlines() if words in line)


async def test_what_a_check_found_stands_in_the_list_and_on_the_card(stage: Build) -> None:
    network = Network()
    shell = stage(reach=network.reach)
    async with shell.app.run_test(size=(80, 30)) as pilot:
        await pilot.press("end", "up", "t")
        assert "○ web-1" in _line(await shell.shows(pilot, "✓ reachable 12 ms"), "12 ms")
        await shell.shows(pilot, "check      reachable 12 ms")
        await shell.shows(pilot, "SSH-2.0-OpenSSH_9.9")
        assert [host.name for host in network.asked] == ["web-1"]
        await pilot.press("T")
        await shell.until(pilot, "the check", lambda: len(network.asked) == 5)
        picture = await shell.shows(pilot, "✕ no such name")
        assert "○ lonely" in _line(picture, "✕ refused")
        assert "○ db" in _line(picture, "? not checked")
        await pilot.press("up")
        await shell.shows(pilot, "through bastion,")


async def test_a_folder_is_checked_with_all_in_it_as_its_hosts_are_used(stage: Build) -> None:
    network = Network()
    shell = stage(reach=network.reach)
    shell.store.put_folder("production", {"jump": "gate"})
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "up", "up", "up", "left", "t")
        await shell.until(pilot, "the check", lambda: len(network.asked) == 2)
    assert {(host.name, host.jump) for host in network.asked} == {("web-1", "gate"), ("db", "gate")}


async def test_the_marked_hosts_are_checked_not_the_others(stage: Build) -> None:
    network = Network()
    shell = stage(reach=network.reach)
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "space", "up", "space", "t")
        await shell.until(pilot, "the check", lambda: len(network.asked) == 2)
        await shell.until(pilot, "the end", lambda: "checking" not in shell.picture())
    assert {host.name for host in network.asked} == {"web-1", "lonely"}


async def test_many_are_asked_a_few_at_a_time_and_escape_ends_it(stage: Build) -> None:
    network = Network(held=True)
    many = [Host(f"n-{number}", "10.0.0.1") for number in range(AT_ONCE * 3)]
    shell = stage(hosts=(), config_hosts=lambda: many, reach=network.reach)
    for host in many[:2]:
        shell.store.put(host)
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "n-10")
        await pilot.press("T")
        await shell.shows(pilot, f"checking 0 of {len(many)}, Esc ends it")
        assert network.at_once == network.most == AT_ONCE
        await pilot.press("escape")
        await shell.until(pilot, "the end", lambda: network.at_once == 0)
        await shell.until(pilot, "no word of it", lambda: "checking" not in shell.picture())
        network.go.set()
        await pilot.press("T")
        await shell.until(pilot, "all", lambda: len(network.asked) == AT_ONCE + len(many))
        await shell.shows(pilot, "✕ no answer")
        assert network.most == AT_ONCE


async def test_a_new_check_ends_the_one_that_runs(stage: Build) -> None:
    network = Network(held=True)
    shell = stage(reach=network.reach)
    async with shell.app.run_test() as pilot:
        await pilot.press("T")
        await shell.until(pilot, "the check", lambda: network.at_once == len(HOSTS))
        await pilot.press("end", "t")
        await shell.until(pilot, "the other", lambda: network.at_once == 1)
        network.go.set()
        await shell.shows(pilot, "✕ refused")


async def test_what_was_found_is_forgotten_when_the_host_goes_elsewhere(stage: Build) -> None:
    shell = stage(reach=Network().reach)
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "t")
        await shell.shows(pilot, "✕ refused")
        await pilot.press("e", "tab", *"1", "enter")
        await shell.until(pilot, "nothing said", lambda: "✕ refused" not in shell.picture())


async def test_without_unicode_and_in_a_narrow_list_shape_and_word_stay(stage: Build) -> None:
    shell = stage(reach=Network().reach, settings=Settings(unicode=False, sidebar_columns=20))
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "up", "space", "t")
        picture = await shell.shows(pilot, "+ 12 ms")
        assert picture.splitlines()[6].startswith("#  o web-1")
        assert picture.isascii()

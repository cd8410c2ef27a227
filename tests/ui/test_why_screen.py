""" "Why is this set?" by the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import OptionList

from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.ui.screens.why import WhyScreen
from tests.ui.shell_stage import Stage

Build = Callable[..., Stage]

WEB = Host("web", "10.0.0.5", user="root", folder="prod/web", extra={"agent_forwarding": True})
CONFIG = "Host bastion\n  User ada\n  BindInterface eth7\n  Port nonsense\nHost *\n  User nobody\n"


async def _facts_of(pilot: Pilot[Any], shell: Stage, words: str) -> str:
    """What stands beside the first option that a filter for `words` leaves."""
    await pilot.press("slash", *words, "enter")
    await shell.until(pilot, "the list", lambda: shell.app.focused is shell.app.screen.query_one(OptionList))
    picture = shell.picture()
    await pilot.press("escape")
    return picture


async def test_a_saved_host_names_file_and_line_folder_or_default_and_what_it_overrode(stage: Build) -> None:
    shell = stage(hosts=(WEB,), settings=Settings(unicode=True, keep_alive=60))
    shell.store.put_folder("prod", {"user": "deploy", "port": 2222, "jump": "bastion"})
    shell.store.put_folder("prod/web", {"port": 2200})
    lines = shell.path.read_text().split("\n")
    user_line, agent_line = (1 + lines.index(text) for text in ('user = "root"', "agent_forwarding = true"))
    async with shell.app.run_test(size=(100, 30)) as pilot:
        await pilot.press("end", "w")
        await shell.until(pilot, "the screen", lambda: isinstance(shell.app.screen, WhyScreen))
        user = await _facts_of(pilot, shell, "user")
        assert f"from hosts.toml:{user_line}" in user
        assert "instead of deploy" in user
        assert "from folder prod" in user
        port = await _facts_of(pilot, shell, "port")
        assert "from folder prod/web" in port
        assert "instead of 2222" in port
        assert "from folder prod" in await _facts_of(pilot, shell, "proxyjump")
        assert f"from hosts.toml:{agent_line}" in await _facts_of(pilot, shell, "forwardagent")
        assert "from settings.toml" in await _facts_of(pilot, shell, "serveraliveinterval")
        assert "Nothing sets it" in await _facts_of(pilot, shell, "stricthost")
        await pilot.press("escape")
        await shell.until(pilot, "the hosts", lambda: shell.app.screen is shell.main)


async def test_a_host_of_ssh_config_says_what_it_overrode_and_what_is_passed_over(stage: Build) -> None:
    host = Host("bastion", "bastion", user="ada", origin="~/.ssh/config:1")
    shell = stage(hosts=(), config_hosts=lambda: (host,), ssh_config=CONFIG)
    async with shell.app.run_test(size=(400, 30)) as pilot:
        await shell.shows(pilot, "○ bastion")
        await pilot.press("end", "w")
        await shell.until(pilot, "the screen", lambda: isinstance(shell.app.screen, WhyScreen))
        user = await _facts_of(pilot, shell, "user")
        assert "ssh_config:2" in user
        assert "instead of nobody" in user
        assert "sshtui does not follow it" in await _facts_of(pilot, shell, "bindinterface")
        assert "nonsense" in await _facts_of(pilot, shell, "user")


async def test_an_empty_filter_result_and_the_way_back(stage: Build) -> None:
    shell = stage(hosts=(WEB,))
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "w", "slash", *"zzz")
        await shell.shows(pilot, "No option matches.")
        await pilot.press("escape")
        await shell.shows(pilot, "hostname")
        await pilot.press("q")
        await shell.until(pilot, "the hosts", lambda: shell.app.screen is shell.main)


async def test_what_cannot_be_found_out_is_told_and_the_hosts_are_back(stage: Build) -> None:
    gone = Host("gone from it", "10.0.0.5", origin="~/.ssh/config:1")
    shell = stage(hosts=(), config_hosts=lambda: (gone,))
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "gone from it")
        await pilot.press("end", "w")
        await shell.until(pilot, "an error", lambda: shell.prompter.notices)
        assert "'gone from it' is not a destination" in shell.prompter.notices[-1].text
        await shell.until(pilot, "the hosts", lambda: shell.app.screen is shell.main)


async def test_without_a_host_the_key_says_so(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("home", "w")
        await shell.until(pilot, "a word", lambda: shell.prompter.notices)
        assert "Choose a host first" in shell.prompter.notices[-1].text

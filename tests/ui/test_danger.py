"""The danger mark: red, and a word for those who do not see red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sshtui.model.hosts import Host
from sshtui.model.questions import ConfirmPaste
from sshtui.model.settings import Settings
from sshtui.ui.widgets.host_facts import facts_of_host
from sshtui.ui.widgets.pane import Pane
from tests.ui.shell_stage import Stage

HOSTS = (Host("db", "10.0.0.7", folder="prod"), Host("toy", "10.0.0.8", folder="test"))
PROD = {"user": "deploy", "danger": True}


async def test_a_host_of_a_dangerous_folder_is_framed_and_named_in_tab_and_status_line(
    stage: Callable[..., Stage],
) -> None:
    shell = stage(hosts=HOSTS)
    shell.store.put_folder("prod", PROD)
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.shows(pilot, "○ db")
        await pilot.press("home", "down", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.shows(pilot, "12 ms")
        lines = shell.picture().splitlines()
        assert "1 PROD db" in lines[0]
        assert lines[-1].startswith(" PROD  db ")
        pane = shell.app.query_one(Pane)
        assert pane.has_class("danger")
        assert pane.view.size == (pane.size.width, pane.size.height)
        assert shell.main.roster.sessions[0].host.user == "deploy"


async def test_other_hosts_bear_no_mark(stage: Callable[..., Stage]) -> None:
    shell = stage(hosts=HOSTS)
    shell.store.put_folder("prod", PROD)
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.shows(pilot, "○ toy")
        await pilot.press("end", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.shows(pilot, "12 ms")
        assert "PROD" not in shell.picture()
        assert not shell.app.query_one(Pane).has_class("danger")


async def test_several_lines_are_shown_before_they_go_to_a_dangerous_host_whatever_is_set(
    stage: Callable[..., Stage],
) -> None:
    shell = stage(hosts=HOSTS, settings=Settings(confirm_paste=False, unicode=True), answers=[False])
    shell.store.put_folder("prod", PROD)
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.shows(pilot, "○ db")
        await pilot.press("home", "down", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.shows(pilot, "12 ms")
        shell.app.query_one(Pane).view.exchange.paste("drop table\nusers\n")
        await shell.until(pilot, "a question", lambda: shell.prompter.questions)
        assert isinstance(shell.prompter.questions[0], ConfirmPaste)


async def test_a_tab_bears_the_mark_as_soon_as_its_folder_or_its_host_does(stage: Callable[..., Stage]) -> None:
    shell = stage(hosts=HOSTS, settings=Settings(confirm_paste=False, unicode=True), answers=[False])
    async with shell.app.run_test(size=(120, 30)) as pilot:
        await shell.shows(pilot, "○ toy")
        await pilot.press("end", "enter")
        await shell.shows(pilot, "12 ms")
        pane = shell.app.query_one(Pane)
        shell.store.put_folder("test", {"danger": True, "user": "ada"})
        await shell.shows(pilot, "1 PROD toy")
        assert pane.has_class("danger")
        await shell.until(pilot, "the status line", lambda: " PROD  toy " in shell.picture().splitlines()[-1])
        pane.view.exchange.paste("two\nlines\n")
        await shell.until(pilot, "a question", lambda: shell.prompter.asked(ConfirmPaste))
        shell.store.put(replace(HOSTS[1], extra={"danger": False}))
        await shell.until(pilot, "no mark", lambda: "PROD" not in shell.picture())
        assert not pane.has_class("danger")
        assert shell.main.roster.sessions[0].host.user == "ada"


def test_a_host_that_may_use_old_algorithms_is_weak_on_its_card() -> None:
    host = Host("old-switch", "10.0.0.9", extra={"old_algorithms": ["ssh-rsa", "3des-cbc"]})
    assert ("WEAK", "may use old algorithms: ssh-rsa, 3des-cbc") in facts_of_host(host)
    assert "WEAK" not in dict(facts_of_host(Host("new", "10.0.0.9")))

"""Tabs: opened, switched, renamed, moved, closed, ended, reconnected; what each state says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot

from sshtui.errors import ConnectionLost, Refused
from sshtui.model.connection import ChannelEnd
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, NewPassword, Notice, PasswordChange
from sshtui.session.changes import State
from sshtui.ui.widgets.tab_bar import TabBar
from sshtui.ui.widgets.workspace import may_reconnect
from tests.ui.shell_stage import DB, LONELY, WEB, Stage

Build = Callable[..., Stage]
HOSTS = tuple(Host(host.name, host.address, user=host.user) for host in (WEB, DB, LONELY))


async def open_tabs(shell: Stage, pilot: Pilot[Any], count: int) -> None:
    """`count` live tabs on the hosts in their order, the last in front."""
    for place in range(count):
        await pilot.press("alt+0", "home", *["down"] * place, "enter")
        await shell.until(pilot, f"tab {place + 1}", partial(_are_open, shell, place + 1))
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)


async def over_for_a_while(shell: Stage, pilot: Pilot[Any]) -> None:
    """Return when a press cannot be meant any more for what ended."""
    session = shell.app.roster.sessions[0]
    await shell.until(pilot, "a moment", lambda: may_reconnect(session.state, time.monotonic() - session.since))


def _are_open(shell: Stage, count: int) -> bool:
    return len(shell.dialer.channels) == count


def bar(shell: Stage) -> str:
    return shell.main.query_one(TabBar).render_line(0).text.rstrip()


def fronts(shell: Stage) -> str:
    front = shell.app.roster.front
    return front.label if front else ""


async def test_tabs_show_number_name_and_state(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        assert bar(shell) == " 1 db ● │ 2 lonely ● │"


@pytest.mark.parametrize(
    ("keystrokes", "front"),
    [
        (["alt+1"], "db"), (["alt+2"], "lonely"), (["ctrl+backslash", "1"], "db"), (["ctrl+backslash", "n"], "db"),
        (["ctrl+backslash", "p"], "lonely"), (["alt+9"], "web-1"),
    ],
)  # fmt: skip
async def test_tabs_are_switched_by_keystroke(stage: Build, keystrokes: list[str], front: str) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 3)
        await pilot.press(*keystrokes)
        await shell.until(pilot, f"{front} in front", lambda: fronts(shell) == front)
        await pilot.press("x")
        await pilot.pause()
    written = {
        host.name: channel.written for host, channel in zip(shell.dialer.hosts, shell.dialer.channels, strict=True)
    }
    assert written[front].endswith(b"x")


async def test_a_click_on_a_tab_shows_it(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        await pilot.click("#tabs", offset=(3, 0))
        await shell.until(pilot, "db in front", lambda: fronts(shell) == "db")


async def test_output_and_bell_of_a_background_tab_are_marked(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        shell.dialer.channels[0].say(b"news")
        await shell.until(pilot, "a mark", lambda: "db ●+ " in bar(shell))
        shell.dialer.channels[0].say(b"\a")
        await shell.until(pilot, "a bell", lambda: "♪" in bar(shell))
        await pilot.press("alt+1")
        await shell.until(pilot, "no mark", lambda: "db ● " in bar(shell))


async def test_a_tab_is_renamed_in_place(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "comma")
        await shell.shows(pilot, "name of the tab")
        await pilot.press(*"primary", "enter")
        await shell.until(pilot, "the name", lambda: bar(shell) == " 1 primary ● │")
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)


async def test_tabs_are_moved(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        await pilot.press("ctrl+backslash", "less_than_sign")
        await shell.until(pilot, "the move", lambda: bar(shell) == " 1 lonely ● │ 2 db ● │")
        await pilot.press("ctrl+backslash", "greater_than_sign")
        await shell.until(pilot, "the move back", lambda: bar(shell) == " 1 db ● │ 2 lonely ● │")


async def test_closing_a_live_tab_asks_first(stage: Build) -> None:
    shell = stage(HOSTS, answers=(False, True))
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        await pilot.press("ctrl+backslash", "x")
        await shell.until(pilot, "a question", lambda: len(shell.prompter.questions) == 1)
        assert len(shell.app.roster.sessions) == 2
        await pilot.press("ctrl+backslash", "x")
        await shell.until(pilot, "one tab", lambda: bar(shell) == " 1 db ● │")
    assert all(isinstance(question, Confirm) and question.danger for question in shell.prompter.questions)
    assert shell.channel.closed


async def test_after_the_last_tab_the_hosts_have_the_focus(stage: Build) -> None:
    shell = stage(HOSTS, answers=(True,))
    async with shell.app.run_test() as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "x")
        await shell.until(pilot, "the hosts", lambda: shell.main.sidebar.has_focus_within)


async def test_an_ended_tab_stays_readable_and_reconnects(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        shell.channel.say(b"precious words\r\n")
        await shell.shows(pilot, "precious words")
        shell.channel.finish(ChannelEnd("lost", reason="Connection reset by peer."))
        picture = await shell.shows(pilot, "connection lost")
        assert "Connection reset by peer." in picture
        assert "Enter reconnects" in picture
        assert "precious words" in picture
        await over_for_a_while(shell, pilot)
        await pilot.press("enter")
        await shell.until(pilot, "another channel", lambda: len(shell.dialer.channels) == 2)
        picture = await shell.shows(pilot, "precious words")
        await pilot.press("x")
        await pilot.pause()
        assert shell.channel.written == b"x"


async def test_a_tab_that_reconnects_by_itself_says_when_and_escape_stops_it(stage: Build) -> None:
    shell = stage([replace(DB, extra={"reconnect": True})])
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        shell.dialer.error = Refused("db refused the connection.")
        shell.channel.finish(ChannelEnd("lost", reason="Connection reset by peer."))
        picture = await shell.shows(pilot, "by itself in")
        (line,) = [line for line in picture.splitlines() if "by itself in" in line]
        # Whole even while the longest pause, 60 s, is counted down.
        assert "Esc stops" in line
        assert line.rstrip().endswith("Ctrl+\\ x closes")
        assert len(line.rstrip()) <= 79
        await pilot.press("escape")
        await shell.until(pilot, "peace", lambda: "by itself" not in shell.picture())
        (session,) = shell.app.roster.sessions
        assert session.state.over
        assert session.next_try is None


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ChannelEnd("exited", status=0), "ended  Enter reconnects"),
        (ChannelEnd("exited", status=3), "ended with exit status 3"),
        (ChannelEnd("signalled", signal="KILL"), "ended by signal KILL"),
    ],
)
async def test_an_end_says_how(stage: Build, end: ChannelEnd, words: str) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        shell.channel.finish(end)
        await shell.shows(pilot, words)


def test_enter_typed_as_the_connection_ends_does_not_reconnect() -> None:
    assert not may_reconnect(State.ENDED, 0.1)
    assert may_reconnect(State.ENDED, 0.6)
    assert not may_reconnect(State.LIVE, 60.0)


async def test_connecting_shows_its_stage_and_escape_gives_up(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.hold()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("home", "enter")
        picture = await shell.shows(pilot, "connecting to db")
        assert "Esc gives up" in picture
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("escape")
        await shell.shows(pilot, "Connecting was cancelled.")


async def test_a_failure_is_a_sentence_and_a_way_on(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.error = Refused("db refused the connection on port 22.", hint="Is the port right?")
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("home", "enter")
        picture = await shell.shows(pilot, "db refused the connection on port 22.")
        assert "Is the port right?" in picture
        shell.dialer.error = None
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await over_for_a_while(shell, pilot)
        await pilot.press("r")
        await shell.until(pilot, "a live tab", lambda: shell.app.roster.sessions[0].state is State.LIVE)


async def test_a_long_failure_leaves_the_way_on_in_sight_on_a_small_screen(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.error = Refused("db refused the connection on port 22. " * 4, hint="Is the port right? " * 12)
    async with shell.app.run_test(size=(40, 12)) as pilot:
        await pilot.press("home", "enter")
        await shell.shows(pilot, "db refused")
        assert "Enter reconnects" in shell.picture()


async def test_the_status_line_tells_the_truth_about_the_connection(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        await shell.shows(pilot, "db ● connected  root@10.0.0.5 · ED25519 · 12 ms · aes128-gcm@openssh.com")


async def test_a_long_name_leaves_the_state_on_the_status_line_and_no_fact_is_cut(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "comma", "ctrl+u", *"n" * 70, "enter")
        await shell.shows(pilot, "nnn… ● connected")
        last = shell.picture().splitlines()[-1]
    assert last.rstrip().endswith("menu")
    assert "…" not in last.partition("● connected")[2]


async def test_a_server_that_owes_an_answer_is_said_to(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        shell.channel.silence = 21.0
        await shell.shows(pilot, "db ● connected  no answer for 21 s")
        shell.channel.silence = 0.0
        await shell.until(pilot, "an answer", lambda: "no answer" not in shell.picture())


async def test_quick_connect_takes_an_address(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test() as pilot:
        await pilot.press("C", *"a b", "enter")
        await shell.shows(pilot, "An address is needed")
        await pilot.press(*("backspace",) * 3, *"ada@192.0.2.1", "enter")
        await shell.until(pilot, "a dial", lambda: shell.dialer.hosts)
        assert shell.dialer.hosts[0].destination == "ada@192.0.2.1"
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)


async def test_giving_up_quick_connect_goes_back_to_the_hosts_it_came_from(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("alt+0", "C", *"x", "escape")
        await shell.until(pilot, "the hosts", lambda: shell.main.sidebar.has_focus_within)
        await pilot.press("ctrl+backslash", "h", "escape", "ctrl+backslash", "c", "escape")
        await shell.until(pilot, "the terminal", lambda: shell.main.workspace.has_focus_within)
    assert shell.channel.written == b""


async def test_the_password_on_the_server_is_changed_and_its_words_reported(stage: Build) -> None:
    change = PasswordChange("old", "new")
    shell = stage(HOSTS, answers=(change, change))
    async with shell.app.run_test() as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "P")
        await shell.until(pilot, "an answer", lambda: shell.prompter.notices)
        assert shell.channel.password_changes == [change]
        assert "updated successfully" in shell.prompter.notices[0].text
        assert shell.prompter.notices[0].server
        shell.channel.refuses_password = ConnectionLost("BAD PASSWORD")
        await pilot.press("ctrl+backslash", "P")
        await shell.until(pilot, "a refusal", lambda: len(shell.prompter.notices) == 2)
        assert shell.prompter.notices[1].level == "error"
    question = shell.prompter.questions[0]
    assert isinstance(question, NewPassword)
    assert not question.demanded


async def test_the_same_host_is_opened_again_from_the_leader(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "o")
        await shell.until(pilot, "two tabs", lambda: bar(shell) == " 1 db ● │ 2 db (2) ● │")


async def test_an_app_on_its_own_terminal_says_how_one_starts_that_can_be_left(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 1)
        await pilot.press("ctrl+backslash", "d")
        await shell.until(pilot, "a notice", lambda: shell.prompter.notices)
        assert "sshtui --detachable" in shell.prompter.notices[0].text
        assert shell.app.roster.live == 1


async def test_a_corrected_host_is_what_the_tab_reconnects_to(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.error = Refused("db refused the connection on port 22.")
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("home", "enter")
        await shell.shows(pilot, "db refused")
        shell.dialer.error = None
        await pilot.press("alt+0", "f2", *"-new", "tab", "tab", *"2222", "enter")
        await shell.until(pilot, "the new port", lambda: shell.store.get("db-new"))
        await over_for_a_while(shell, pilot)
        await pilot.press("alt+1", "r")
        await shell.until(pilot, "another dial", lambda: len(shell.dialer.hosts) == 2)
    assert shell.dialer.hosts[1] == shell.store.get("db-new")


async def test_a_middle_click_closes_a_tab(stage: Build) -> None:
    shell = stage(HOSTS, answers=(True,))
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await open_tabs(shell, pilot, 2)
        await pilot.click("#tabs", offset=(3, 0), button=2)
        await shell.until(pilot, "one tab", lambda: bar(shell) == " 1 lonely ● │")


async def test_the_status_line_says_how_far_a_large_paste_is_and_how_to_stop_it(stage: Build) -> None:
    shell = stage((Host("n" * 32, "10.0.0.5"),))
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await open_tabs(shell, pilot, 1)
        shell.channel.stall()
        shell.app.roster.sessions[0].paste("x" * 10_000_000)
        await shell.shows(pilot, "pasting 0.0 of 10 MB, Esc stops")
        for _ in range(20):
            shell.channel.take_again()
            shell.channel.stall()
            await pilot.pause()
        await pilot.press("escape")
        await shell.until(pilot, "nothing is pasted", lambda: "pasting" not in shell.picture())
    assert b"\x1b" not in shell.channel.written
    assert "The paste was stopped" in shell.prompter.notices[-1].text


async def test_the_servers_words_stand_above_any_dialog_of_a_low_screen_each_line_behind_a_bar(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.hold()
    shell.dialer.notices = [Notice("Type your badge number.\n" + "word " * 40, title="Message", server=True)]
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await shell.shows(pilot, "Type your badge number.")
        lines = [line.strip() for line in shell.picture().splitlines() if "badge" in line or "word" in line]
        assert len(lines) > 2
        assert all(line.startswith("| ") for line in lines)
        places = [place for place, line in enumerate(shell.picture().splitlines()) if "badge" in line or "word" in line]
        # A dialog of nine rows in the middle of 24 begins at the eighth.
        assert max(places) < 8
        shell.dialer.release()
        await shell.until(pilot, "the shell", lambda: shell.dialer.channels)
        await shell.until(pilot, "the end of the cover", lambda: "connecting" not in shell.picture())


async def test_words_of_the_server_in_wide_characters_are_shown_whole(stage: Build) -> None:
    shell = stage(HOSTS)
    shell.dialer.hold()
    words = "".join(chr(0x4E00 + number) for number in range(80))
    shell.dialer.notices = [Notice(words, title="Message", server=True)]
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        picture = await shell.shows(pilot, "connecting to")
        assert [each for each in words if each not in picture] == []
        shell.dialer.release()
        await shell.until(pilot, "the shell", lambda: shell.dialer.channels)

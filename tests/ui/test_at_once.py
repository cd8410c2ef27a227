"""The short way of a keystroke to the remote: only where the long way would end there too, and never out of turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot

from sshtui.model.connection import ChannelEnd
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Confirm
from sshtui.session.changes import State
from sshtui.ui.modals import dialog_for
from tests.ui.shell_stage import Stage
from tests.ui.test_leader import connected

Build = Callable[..., Stage]

LETTER = Keystroke("a", "a")
LEADER = Keystroke("ctrl+backslash")


async def test_a_keystroke_for_the_terminal_is_sent_before_anybody_else_has_a_turn(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        assert shell.app.take_at_once(LETTER)
        assert shell.channel.written == b"a"
        assert shell.app.take_at_once(Keystroke("ctrl+c"))
        assert shell.channel.written == b"a\x03"


async def test_a_scrolled_back_terminal_returns_to_its_live_end(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        pane = shell.main.workspace.pane
        assert pane is not None
        shell.channel.say(b"line\r\n" * 100)
        await shell.until(pilot, "lines to scroll", lambda: pane.view.viewport.lines.top > 50)
        pane.view.scroll_lines(-5)
        await pilot.pause()
        assert shell.app.take_at_once(LETTER)
        assert pane.view.viewport.live


async def test_what_is_ours_takes_the_long_way(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        for name in ("ctrl+backslash", "alt+1", "alt+0", "shift+pageup"):
            assert not shell.app.take_at_once(Keystroke(name))
        assert shell.channel.written == b""


async def after_the_leader(shell: Stage, pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+backslash")


async def among_the_hosts(shell: Stage, pilot: Pilot[int]) -> None:
    await pilot.press("alt+0")
    await shell.until(pilot, "the hosts", lambda: shell.main.sidebar.has_focus_within)


async def before_a_question(shell: Stage, pilot: Pilot[int]) -> None:
    await shell.app.push_screen(dialog_for(Confirm("Really?", "")))


async def in_help(shell: Stage, pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+backslash", "question_mark")
    await shell.shows(pilot, "Esc closes")


async def while_an_address_is_typed(shell: Stage, pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+backslash", "c")
    await shell.shows(pilot, "connect to")


async def behind_another_keystroke(shell: Stage, _pilot: Pilot[int]) -> None:
    shell.app.post_message(events.Key("ctrl+backslash", None))


async def behind_a_paste_on_its_way(shell: Stage, _pilot: Pilot[int]) -> None:
    pane = shell.main.workspace.pane
    assert pane is not None
    pane.view.post_message(events.Paste("pasted"))


async def in_a_window_without_the_focus(shell: Stage, pilot: Pilot[int]) -> None:
    shell.app.post_message(events.AppBlur())
    await shell.until(pilot, "no focus", lambda: not shell.app.app_focus)


@pytest.mark.parametrize(
    "place",
    [
        after_the_leader,
        among_the_hosts,
        before_a_question,
        in_help,
        while_an_address_is_typed,
        behind_another_keystroke,
        behind_a_paste_on_its_way,
        in_a_window_without_the_focus,
    ],
)
async def test_it_is_left_to_the_long_way(stage: Build, place: Callable[[Stage, Pilot[int]], object]) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await place(shell, pilot)  # type: ignore[misc]  # each of them is a coroutine function
        before = shell.channel.written
        assert not shell.app.take_at_once(LETTER)
        assert shell.channel.written == before


async def test_enter_after_the_end_reconnects_and_is_not_typed(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        shell.channel.finish(ChannelEnd("exited", status=0))
        front = shell.app.roster.front
        assert front is not None
        await shell.until(pilot, "the end", lambda: front.state is State.ENDED)
        assert not shell.app.take_at_once(Keystroke("enter", "\r"))


async def test_before_there_is_a_screen_nothing_is_taken(stage: Build) -> None:
    assert not stage().app.take_at_once(LETTER)


async def test_letters_between_two_leaders_keep_the_lock(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash", "l")
        await shell.shows(pilot, "LOCKED")
        await pilot.press("ctrl+backslash")
        assert shell.app.take_at_once(LETTER)
        assert shell.app.take_at_once(Keystroke("alt+0"))
        await pilot.press("ctrl+backslash")
        assert "LOCKED" in shell.picture()
        assert shell.channel.written == b"\x1ca\x1b0\x1c"


async def test_both_ways_send_the_same_bytes(stage: Build) -> None:
    names = (
        "a",
        "A",
        "ö",
        "space",
        "enter",
        "tab",
        "shift+tab",
        "escape",
        "backspace",
        "up",
        "f5",
        "ctrl+left",
        "alt+x",
    )
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press(*names)
        long = shell.channel.written
        for name in names:
            text = {"space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "backspace": "\x7f"}.get(name, name)
            assert shell.app.take_at_once(Keystroke(name, text if len(text) == 1 else "")), name
        assert shell.channel.written == long * 2

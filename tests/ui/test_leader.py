"""The leader, its menu and the lock; and that everything else is the remote's."""

from __future__ import annotations

from collections.abc import Callable

from textual.pilot import Pilot

from sshtui.ui.keymap import Keymap
from sshtui.ui.leader import Leader, Meaning
from tests.ui.shell_stage import Stage

Build = Callable[..., Stage]


async def connected(shell: Stage, pilot: Pilot[int]) -> None:
    """A tab on the last host, with the focus."""
    await pilot.press("end", "enter")
    await shell.until(pilot, "a live tab", lambda: shell.main.workspace.has_focus_within and shell.app.roster.live)
    await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
    await pilot.pause()


def test_the_lock_passes_every_leader_and_ends_with_two_in_quick_succession() -> None:
    leader = Leader(Keymap())
    leader.lock()
    assert leader.press("ctrl+backslash", 1.0).meaning is Meaning.LITERAL
    assert leader.press("n", 1.1).meaning is Meaning.NOT_OURS
    assert leader.press("ctrl+backslash", 1.2).meaning is Meaning.LITERAL
    assert leader.press("ctrl+backslash", 5.0).meaning is Meaning.LITERAL
    assert leader.press("ctrl+backslash", 5.4).meaning is Meaning.UNLOCKED
    assert not leader.locked


async def test_control_keys_belong_to_the_remote(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+c", "ctrl+p", "ctrl+q", "ctrl+w", "tab", "q", "escape", "enter")
        await pilot.pause()
        assert shell.channel.written == b"\x03\x10\x11\x17\tq\x1b\r"
    assert shell.app.return_code is None


async def test_the_leader_twice_is_the_leader_itself(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash", "ctrl+backslash", "x")
        await pilot.pause()
        assert shell.channel.written == b"\x1cx"


async def test_what_follows_the_leader_never_reaches_the_remote(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash", "z", "ctrl+backslash", "escape", "a")
        await pilot.pause()
        assert shell.channel.written == b"a"


async def test_a_menu_appears_when_the_leader_is_held(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash")
        assert "reconnect" not in shell.picture()
        picture = await shell.shows(pilot, "reconnect")
        assert "1-9 tab" in picture
        assert "quick connect" in picture
        await pilot.press("escape")
        await shell.until(pilot, "no menu", lambda: "reconnect" not in shell.picture())


async def test_another_leader_is_used_and_shown(stage: Build) -> None:
    shell = stage(keymap={"leader": ("ctrl+right_square_bracket",)})
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await shell.shows(pilot, "Ctrl+] menu")
        await pilot.press("ctrl+backslash", "ctrl+right_square_bracket", "h")
        await shell.until(pilot, "the hosts", lambda: shell.main.sidebar.has_focus_within)
        assert shell.channel.written == b"\x1c"


async def test_the_lock_passes_everything_and_says_how_it_ends(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash", "l")
        await shell.shows(pilot, "LOCKED · Ctrl+\\ twice unlocks")
        await pilot.press("alt+0", "ctrl+backslash", "h")
        await pilot.pause()
        assert shell.channel.written == b"\x1b0\x1ch"
        await pilot.press("ctrl+backslash", "ctrl+backslash")
        await shell.shows(pilot, "Ctrl+\\ menu")
        await pilot.press("ctrl+backslash", "h")
        await shell.until(pilot, "the hosts", lambda: shell.main.sidebar.has_focus_within)


async def test_a_click_on_the_status_line_opens_the_lock(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("ctrl+backslash", "l")
        await shell.shows(pilot, "LOCKED")
        await pilot.click("#status")
        await shell.shows(pilot, "Ctrl+\\ menu")


async def test_the_leader_works_while_text_is_typed(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await connected(shell, pilot)
        await pilot.press("alt+0", "slash", "w", "ctrl+backslash", "question_mark")
        await shell.shows(pilot, "In the list of hosts")


async def test_what_needs_a_tab_says_that_none_is_open(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("ctrl+backslash", "x")
        await shell.until(pilot, "a notice", lambda: shell.prompter.notices)
        assert shell.prompter.notices[0].text.startswith("No tab is open")

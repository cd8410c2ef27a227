"""The help and the palette, made from the registry."""

from __future__ import annotations

from collections.abc import Callable

from sshtui.model.hosts import Host
from sshtui.ui.actions import ACTIONS
from sshtui.ui.screens.help import HelpScreen
from sshtui.ui.screens.palette import PaletteScreen
from tests.ui.shell_stage import DB, Stage

Build = Callable[..., Stage]


async def test_the_help_names_every_action_and_its_keystrokes(stage: Build) -> None:
    shell = stage(keymap={"hosts.add": ("f7",)})
    async with shell.app.run_test(size=(120, 170)) as pilot:
        await pilot.press("question_mark")
        picture = await shell.shows(pilot, "Help")
        for action in ACTIONS:
            if not action.id.startswith("tab.show_"):
                assert action.title in picture, action.id
        assert "F7" in picture
        assert "Alt+1-9" in picture
        await pilot.press("escape")
        await shell.until(pilot, "the main screen", lambda: not isinstance(shell.app.screen, HelpScreen))


async def test_the_help_names_the_ids_for_the_keymap_switched_off_ones_too(stage: Build) -> None:
    shell = stage(keymap={"hosts.add": ()})
    async with shell.app.run_test(size=(120, 230)) as pilot:
        await pilot.press("question_mark")
        picture = await shell.shows(pilot, "Names for keymap.toml")
        listed = picture.partition("Names for keymap.toml")[2]
        assert [action.id for action in ACTIONS if f" {action.id} " not in listed] == []


async def test_the_help_tells_the_keystrokes_of_copy_mode(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 230)) as pilot:
        await pilot.press("question_mark")
        picture = await shell.shows(pilot, "In copy mode")
        assert "Mark characters, lines, a block" in picture


async def test_the_palette_carries_out_an_action(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("colon", *"add a", "enter")
        await shell.until(pilot, "the card", lambda: shell.main.sidebar.editing)


async def test_the_palette_offers_what_is_done_to_a_tab_only_where_there_is_one(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon", *"rename the")
        await shell.shows(pilot, "Nothing has such a name.")
        await pilot.press("escape", "end", "enter", "ctrl+backslash", "colon", *"rename the")
        await shell.shows(pilot, "Rename the tab")
        await pilot.press(*["backspace"] * 10, *"reconnect")
        await shell.until(pilot, "no way to reconnect", lambda: "Reconnect" not in shell.picture())


async def test_the_palette_connects_to_a_host(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("colon", *"db")
        await shell.shows(pilot, "10.0.0.6:2222")
        await pilot.press("enter")
        await shell.until(pilot, "a dial", lambda: shell.dialer.hosts)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
    assert shell.dialer.hosts == [DB]


async def test_the_palette_shows_a_tab(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter", "alt+0", "up", "enter")
        await shell.until(pilot, "two tabs", lambda: len(shell.app.roster.sessions) == 2)
        await pilot.press("ctrl+backslash", "colon", *"1 lone", "enter")
        await shell.until(pilot, "lonely in front", lambda: (f := shell.app.roster.front) and f.label == "lonely")


async def test_escape_leaves_the_palette_and_nothing_happens(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("colon", *"quit", "escape")
        await shell.until(pilot, "the main screen", lambda: shell.app.screen is shell.main)
    assert shell.app.return_code is None


async def test_names_in_the_palette_are_only_text(stage: Build) -> None:
    hostile = Host("[@click=app.quit]x[/]", "h", origin="~/.ssh/config:1")
    shell = stage(hosts=(), config_hosts=lambda: (hostile,))
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon", *"click")
        await shell.shows(pilot, "[@click=app.quit]x[/]")


async def test_enter_with_nothing_found_keeps_the_palette_and_says_so(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("colon", *"zzzq", "enter")
        await shell.shows(pilot, "Nothing has such a name.")
        assert isinstance(shell.app.screen, PaletteScreen)


async def test_a_long_title_in_the_help_goes_on_below_itself(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 60)) as pilot:
        await pilot.press("question_mark")
        lines = (await shell.shows(pilot, "Key pairs: make")).splitlines()
    at = next(place for place, line in enumerate(lines) if "Key pairs: make" in line)
    assert lines[at + 1].index("install") == lines[at].index("Key pairs")

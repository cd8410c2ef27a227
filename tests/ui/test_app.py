"""The app as a whole: sizes, themes, quitting, starting with a host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.model.settings import Settings
from sshtui.ui.prompter import ModalPrompter
from tests.ui.shell_stage import LONELY, Stage

Build = Callable[..., Stage]


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (10, 3), (20, 6), (40, 12), (80, 24), (120, 40), (500, 200)])
async def test_no_size_breaks_it(stage: Build, size: tuple[int, int]) -> None:
    shell = stage()
    async with shell.app.run_test(size=size) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a tab", lambda: shell.app.roster.live)
        await pilot.press("ctrl+backslash", "h", "e", "escape", "question_mark", "escape", "colon", "escape")
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(*size)
        await pilot.pause()
    assert shell.app.return_code is None


async def test_at_80_columns_the_terminal_has_them_all_and_the_hosts_lie_over_it(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "the terminal", lambda: shell.main.workspace.has_focus_within)
        await shell.until(pilot, "no sidebar", lambda: not shell.main.sidebar.display)
        assert shell.main.workspace.region.width == 80
        await pilot.press("alt+0")
        await shell.until(pilot, "the drawer", lambda: shell.main.sidebar.display)
        assert shell.main.workspace.region.width == 80
        assert shell.main.sidebar.region.width == 32
        await pilot.press("escape")
        await shell.until(pilot, "the terminal again", lambda: not shell.main.sidebar.display)


async def test_at_120_columns_hosts_and_terminal_stand_side_by_side(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "the terminal", lambda: shell.main.workspace.has_focus_within)
        assert shell.main.sidebar.display
        assert shell.main.workspace.region.width == 120 - 32 - 1
        await pilot.press("ctrl+backslash", "b")
        await shell.until(pilot, "no sidebar", lambda: shell.main.workspace.region.width == 120)
        await pilot.press("ctrl+backslash", "b")
        await shell.until(pilot, "the sidebar", lambda: shell.main.sidebar.display)


async def test_the_splitter_is_dragged_and_remembered(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.mouse_down("#splitter", offset=(0, 5))
        await pilot.hover(offset=(50, 5))
        await pilot.mouse_up(offset=(50, 5))
        await shell.until(pilot, "the width", lambda: shell.main.sidebar.region.width == 50)
    assert shell.settings == {"sidebar_columns": 50}


async def test_a_setting_that_cannot_be_saved_is_said_and_the_app_goes_on(stage: Build) -> None:
    shell = stage()
    shell.settings_file.write_text("theme = \n")

    def told() -> int:
        return sum(notice.text.startswith(f"{shell.settings_file}, line 1: ") for notice in shell.prompter.notices)

    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.mouse_down("#splitter", offset=(0, 5))
        await pilot.hover(offset=(50, 5))
        await pilot.mouse_up(offset=(50, 5))
        await shell.until(pilot, "a word on the width", lambda: told() == 1)
        await pilot.press("s")
        await shell.until(pilot, "a word on the order", lambda: told() == 2)
        await pilot.press("colon", *"paper", "enter")
        await shell.until(pilot, "a word on the theme", lambda: told() == 3)
        assert shell.app.theme == "paper"
    assert shell.settings_file.read_text() == "theme = \n"


async def test_quitting_without_live_tabs_asks_nothing(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert shell.app.return_code == 0
    assert shell.prompter.questions == []


async def test_quitting_with_live_tabs_asks_and_then_closes_them(stage: Build) -> None:
    shell = stage(answers=(False, True))
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a tab", lambda: shell.dialer.channels)
        await pilot.press("alt+0", "q")
        await shell.until(pilot, "a question", lambda: len(shell.prompter.questions) == 1)
        assert shell.app.return_code is None
        await pilot.press("q")
        await shell.until(pilot, "the end", lambda: shell.app.return_code == 0)
    assert isinstance(shell.prompter.questions[0], Confirm)
    assert shell.channel.closed


async def test_it_starts_with_a_tab_on_the_host_it_was_given(stage: Build) -> None:
    shell = stage(open_at_start=Host("given", "192.0.2.9"))
    async with shell.app.run_test() as pilot:
        await shell.until(pilot, "a dial", lambda: shell.dialer.hosts)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
    assert shell.dialer.hosts[0].name == "given"


async def test_a_theme_is_switched_live_and_kept(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        assert shell.app.theme == "midnight"
        await pilot.press("colon", *"paper", "enter")
        await shell.until(pilot, "the theme", lambda: shell.app.theme == "paper")
        assert shell.main.styles.background.hex6.lower() == "#fbfbf8"
    assert shell.settings == {"theme": "paper"}


async def test_a_theme_that_is_gone_does_not_keep_it_from_starting(stage: Build) -> None:
    shell = stage(settings=replace(Settings(), theme="lost", unicode=True))
    async with shell.app.run_test():
        assert shell.app.theme == "midnight"


async def test_no_color_leaves_no_colour(stage: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shell = stage(open_at_start=LONELY)
    async with shell.app.run_test(size=(120, 30)) as pilot:
        await shell.until(pilot, "a tab", lambda: shell.dialer.channels)
        shell.channel.say(b"\x1b[31;42mred on green\x1b[0m")
        await shell.shows(pilot, "red on green")
        for strip in shell.app.screen._compositor.render_strips():  # as in Stage.picture
            for segment in strip:
                for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    red, green, blue = colour.get_truecolor() if colour else (0, 0, 0)
                    assert red == green == blue, segment


async def test_a_notice_leaves_the_last_lines_to_the_terminal(stage: Build) -> None:
    shell = stage(open_at_start=LONELY)
    async with shell.app.run_test(notifications=True) as pilot:
        await shell.until(pilot, "a tab", lambda: shell.dialer.channels)
        shell.app.notify("Look here.")
        lines = (await shell.shows(pilot, "Look here.")).splitlines()
        assert "lonely" in lines[0]
        assert next(at for at, line in enumerate(lines) if "Look here." in line) < 4


async def test_a_question_of_the_wire_takes_the_keyboard_from_the_leader(stage: Build, tmp_path: Path) -> None:
    shell = stage(make_prompter=lambda app: ModalPrompter(app, quiet=0.0))
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a tab", lambda: shell.dialer.channels)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("ctrl+backslash", "x")
        await shell.shows(pilot, "Close the tab?")
        await pilot.press("escape")
        await shell.until(pilot, "the tab again", lambda: shell.main.workspace.has_focus_within)
    assert shell.dialer.hosts == [LONELY]


async def test_on_40_columns_the_hosts_take_the_whole_width_and_the_menu_uses_two_columns(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(40, 12)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "the terminal", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("alt+0")
        await shell.until(pilot, "all columns", lambda: shell.main.sidebar.size.width == 40)
        await pilot.press("ctrl+backslash")
        picture = await shell.shows(pilot, "same host")
    for word in ("hosts", "reconnect", "quit", "palette", "lock"):
        assert word in picture

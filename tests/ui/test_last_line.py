"""The last line: it names what the keystrokes do where the cursor is, and always the way to the help."""

from __future__ import annotations

from collections.abc import Callable

from tests.ui.shell_stage import HOSTS, Stage

Build = Callable[..., Stage]


def last_line(shell: Stage) -> str:
    return shell.picture().splitlines()[-1]


async def test_on_a_folder_it_says_that_enter_folds(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.until(pilot, "fold", lambda: last_line(shell).startswith(" Enter fold "))
        assert "delete" not in last_line(shell)
        await pilot.press("enter")
        await shell.until(pilot, "unfold", lambda: last_line(shell).startswith(" Enter unfold "))
        await pilot.press("end")
        await shell.until(pilot, "a host", lambda: last_line(shell).startswith(" Enter connect "))
        assert "d delete" in last_line(shell)


async def test_without_hosts_it_names_only_what_does_something(stage: Build) -> None:
    shell = stage(())
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.until(pilot, "the footer", lambda: "a add" in last_line(shell))
        for words in ("connect ", "edit", "delete"):
            assert words not in last_line(shell).replace("C quick connect", "")


async def test_it_names_the_help_on_40_columns_too(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(40, 12)) as pilot:
        await pilot.press("end")
        await shell.until(pilot, "the footer", lambda: "Enter connect" in last_line(shell))
        assert "? help" in last_line(shell)


async def test_what_cannot_be_done_to_a_folder_is_said(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("home", "d", "c")
        await shell.until(pilot, "two notices", lambda: len(shell.prompter.notices) == 2)
        first, second = (notice.text for notice in shell.prompter.notices)
        assert "Space marks all that are in it" in first
        assert second == "Choose a host first."
    assert len(shell.store.hosts()) == len(HOSTS)

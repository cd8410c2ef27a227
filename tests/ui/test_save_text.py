"""The tab's text in a file: asked for below, never over a file without a yes, private, whole."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.model.hosts import Host
from sshtui.ui.saving import TextSaver
from sshtui.web.transfer import is_name
from tests.fakes.prompting import ScriptedPrompter
from tests.ui.shell_stage import Stage

Build = Callable[..., Stage]
HOSTS = (Host("web-1", "10.0.0.5"),)


async def asked_for_a_file(shell: Stage, pilot: Pilot[Any]) -> Input:
    """The line that takes the path, with a tab in front that printed a line."""
    await pilot.press("enter")
    await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
    shell.channel.say(b"\x1b[1mtotal\x1b[0m 12  \r\n")
    await shell.shows(pilot, "total 12")
    await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
    await pilot.press("ctrl+backslash", "s")
    await shell.shows(pilot, "save to")
    line = shell.main.query_one("#ask-text", Input)
    assert isinstance(line, Input)
    return line


async def test_the_text_is_saved_where_it_is_suggested(
    stage: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        line = await asked_for_a_file(shell, pilot)
        assert line.value.startswith("~/web-1-20")
        await pilot.press("enter")
        await shell.until(pilot, "a word of it", lambda: shell.prompter.notices)
        await shell.until(pilot, "the focus again", lambda: shell.main.workspace.has_focus_within)
    saved = tmp_path / line.value.removeprefix("~/")
    assert saved.read_text() == "total 12\n"
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert shell.prompter.notices[-1].text == f"1 line is saved in {saved}."


@pytest.mark.parametrize(("answer", "holds"), [(True, "total 12\n"), (None, "mine"), (False, "mine")])
async def test_a_file_that_is_there_is_replaced_only_after_a_yes(
    stage: Build, tmp_path: Path, answer: bool | None, holds: str
) -> None:
    shell, mine = stage(HOSTS, answers=[answer]), tmp_path / "mine.txt"
    mine.write_text("mine")
    async with shell.app.run_test(size=(120, 40)) as pilot:
        line = await asked_for_a_file(shell, pilot)
        line.value = str(mine)
        await pilot.press("enter")
        await shell.until(pilot, "the question", lambda: shell.prompter.questions)
        await shell.until(pilot, "its end", lambda: not [*shell.app.workers])
    assert mine.read_text() == holds


async def test_a_path_that_cannot_be_is_said_beside_it_and_the_line_stays(stage: Build, tmp_path: Path) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        line = await asked_for_a_file(shell, pilot)
        line.value = str(tmp_path / "none" / "x.txt")
        await pilot.press("enter")
        await shell.shows(pilot, "There is no such directory.")
        assert line.value.endswith("x.txt")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Type the file"), ("/tmp/", "Type the file"), ("/", "Type the file"), ("~", "a directory"),
     ("/dev/null", "no regular file"), ("/etc/passwd/x", "no such directory"), ("/tmp/a\x00b", "no such characters"),
     ("/tmp/a\u202eb", "no such characters")],
)  # fmt: skip
def test_what_is_no_place_for_a_file_is_said(typed: str, words: str) -> None:
    assert words in TextSaver(ScriptedPrompter(), None).problem(typed)


@pytest.mark.parametrize(
    "label", ["web-1", "../../etc/passwd", ".hidden", "", "root@[fe80::1]:22", "漢" * 64, "a b\u202ec"]
)
def test_the_name_of_any_tab_makes_a_name_that_the_page_can_offer(label: str, tmp_path: Path) -> None:
    saver = TextSaver(ScriptedPrompter(), tmp_path)
    path = Path(saver.suggestion(label, datetime(2026, 11, 28, 20, 37)))
    assert path.parent == tmp_path
    assert path.name.endswith("-2026-11-28-2037.txt")
    assert is_name(path.name)
    assert saver.problem(str(path)) == ""

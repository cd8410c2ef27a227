"""`w` in a tab that failed: the way to its host step by step, words from outside as text, closed at any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from sshtui.errors import Refused
from sshtui.model.diagnosis import Finding
from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.ui.screens.doctor import DoctorScreen, finding_lines
from tests.ui.shell_stage import HOSTS, Stage

Build = Callable[..., Stage]

FOUND = (
    Finding("name", "ok", "web-1 is 10.0.0.5", 0.004),
    Finding("tcp", "failed", "it refused [/nope]\x1b]0;x\x07", None, "Is the port right?", 5),
    Finding("greeting", "skipped", "no address answers"),
)


async def test_a_failed_tab_tells_why_step_by_step(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    go_on, asked = asyncio.Event(), []

    async def diagnose(host: Host, _prompter: Prompter) -> AsyncIterator[Finding]:
        asked.append(host.name)
        for finding in FOUND:
            yield finding
        await go_on.wait()

    shell.app.parts = replace(shell.app.parts, diagnose=diagnose)
    shell.dialer.error = Refused("box refused the connection.", hint="Is the port right?")
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        await shell.shows(pilot, "w tells why")
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("w")
        picture = await shell.shows(pilot, "no address answers")
        for words in ("the way to", "web-1 is 10.0.0.5  (4 ms)", "✗ FAILED it refused [/nope]", "Is the port right?"):
            assert words in picture
        assert "checking" in picture
        assert "\x1b" not in picture
        go_on.set()
        await shell.until(pilot, "its end", lambda: "checking" not in shell.picture())
        await pilot.press("escape")
        await shell.until(pilot, "the tab", lambda: not isinstance(shell.app.screen, DoctorScreen))
        assert asked == [HOSTS[1].name]


def test_without_unicode_a_verdict_is_a_word_alone() -> None:
    lines = [line.plain for finding in FOUND for line in finding_lines(finding, 70, unicode=False)]
    assert not set("✓✗–") & set("".join(lines))
    assert any("FAILED" in line for line in lines)


async def test_closing_it_ends_the_check(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    ended = []

    async def diagnose(_host: Host, _prompter: Prompter) -> AsyncIterator[Finding]:
        try:
            yield FOUND[0]
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    shell.app.parts = replace(shell.app.parts, diagnose=diagnose)
    shell.dialer.error = Refused("box refused the connection.")
    async with shell.app.run_test() as pilot:
        await pilot.press("end", "enter")
        await shell.shows(pilot, "w tells why")
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("w")
        await shell.shows(pilot, "checking")
        await pilot.press("q")
        await shell.until(pilot, "the end of the check", lambda: ended)

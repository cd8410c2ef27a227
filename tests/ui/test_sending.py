"""Files to and from the front tab's host: asked for below, shown on the way, stopped by the same command."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.errors import ChannelRefused
from sshtui.model.hosts import Host
from sshtui.ui.sending import FileSender
from sshtui.ui.widgets.ask_line import Line
from tests.ui.shell_stage import Stage

Build = Callable[..., Stage]
HOSTS = (Host("web-1", "10.0.0.5"),)


async def connected(shell: Stage, pilot: Pilot[Any]) -> None:
    await pilot.press("enter")
    await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
    await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)


async def fill(shell: Stage, pilot: Pilot[Any], label: str, text: str) -> str:
    """Put `text` into the line called `label` and accept it; what was suggested there."""
    await shell.shows(pilot, f" {label} ")
    line = shell.main.query_one("#ask-text", Input)
    suggested = line.value
    line.value = text or suggested
    await pilot.press("enter")
    return suggested


async def test_a_file_is_sent_completed_and_replaces_only_after_a_yes(stage: Build, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("mine")
    shell = stage(HOSTS, answers=[False, True])
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        files = shell.channel.remote
        files.there["report.txt"] = b"theirs"
        for holds in (b"theirs", b"mine"):
            await pilot.press("ctrl+backslash", "u")
            await shell.shows(pilot, "file to send")
            line = shell.main.query_one("#ask-text", Input)
            line.value = str(tmp_path / "rep")
            await pilot.press("tab")
            await shell.shows(pilot, "report.txt")
            await pilot.press("enter")
            assert await fill(shell, pilot, "send to", "") == "report.txt"
            await shell.until(pilot, "its end", lambda: not shell.app.workers)
            assert files.there["report.txt"] == holds
        await shell.until(pilot, "the focus again", lambda: shell.main.workspace.has_focus_within)
    assert shell.prompter.notices[-1].text == "report.txt is sent: report.txt on web-1."


async def test_a_file_is_fetched_to_the_home_directory(
    stage: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        shell.channel.remote.there["/etc/motd"] = b"hello"
        await pilot.press("ctrl+backslash", "g")
        await fill(shell, pilot, "file to fetch", "/etc/motd")
        assert await fill(shell, pilot, "save to", "") == "~/motd"
        await shell.until(pilot, "a word of it", lambda: shell.prompter.notices)
    assert (tmp_path / "motd").read_bytes() == b"hello"


async def test_how_far_it_is_stands_below_and_the_same_command_stops_it(stage: Build, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(3_000_000))
    shell = stage(HOSTS, answers=[True])
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        shell.channel.remote.hold()
        await pilot.press("ctrl+backslash", "u")
        await fill(shell, pilot, "file to send", str(tmp_path / "big"))
        await fill(shell, pilot, "send to", "")
        await shell.shows(pilot, "sending 1.5 of 3.0 MB")
        await pilot.press("ctrl+backslash", "u")
        await shell.until(pilot, "a word of the end", lambda: shell.prompter.notices)
        await shell.until(pilot, "no word of it", lambda: "sending 1.5" not in shell.picture())
    assert shell.prompter.notices[-1].text == "Sending big was stopped."
    assert shell.channel.remote.there == {}


async def test_closing_the_tab_stops_its_file(stage: Build, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(3_000_000))
    shell = stage(HOSTS, answers=[True])
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        remote = shell.channel.remote
        remote.hold()
        await pilot.press("ctrl+backslash", "u")
        await fill(shell, pilot, "file to send", str(tmp_path / "big"))
        await fill(shell, pilot, "send to", "")
        await shell.shows(pilot, "sending 1.5 of 3.0 MB")
        await pilot.press("ctrl+backslash", "x")
        await shell.until(pilot, "the end of the tab", lambda: not shell.app.workers)
        await shell.until(pilot, "a word of the end", lambda: shell.prompter.notices)
    assert shell.prompter.notices[-1].text == "Sending big was stopped."
    assert remote.there == {}


async def test_who_looks_from_a_browser_is_offered_the_place_it_downloads_from(stage: Build, tmp_path: Path) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        shell.channel.remote.there["/var/log/app.log"] = b"lines"
        downloads = tmp_path / "state" / "transfer"
        sender = FileSender(shell.prompter, shell.main, lambda: downloads)
        (session,) = shell.main.roster.sessions
        there = sender.fetch(session)
        assert there is not None
        here = there.accept("/var/log/app.log")
        assert isinstance(here, Line)
        assert here.text == str(downloads / "app.log")
        answer = here.accept(here.text)
        assert not isinstance(answer, str | Line)
        assert await answer == ""
        await shell.until(pilot, "a word of it", lambda: shell.prompter.notices)
    assert (downloads / "app.log").read_bytes() == b"lines"
    assert stat.S_IMODE(downloads.stat().st_mode) == 0o700
    assert shell.prompter.notices[-1].text.endswith("Files in the page offers it for download.")


async def test_a_failure_is_told_and_what_cannot_be_is_said_beside_the_line(stage: Build, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        shell.channel.remote.error = ChannelRefused("web-1 offers no file transfer (SFTP).")
        await pilot.press("ctrl+backslash", "u")
        await fill(shell, pilot, "file to send", str(tmp_path / "none"))
        await shell.shows(pilot, "There is no such file.")
        await fill(shell, pilot, "file to send", str(tmp_path / "a"))
        await fill(shell, pilot, "send to", "x\u202ey")
        await shell.shows(pilot, "A path has no such characters.")
        await fill(shell, pilot, "send to", "x")
        await shell.until(pilot, "a word of it", lambda: shell.prompter.notices)
    assert shell.prompter.notices[-1].text == "web-1 offers no file transfer (SFTP)."


async def test_a_file_that_is_through_before_it_can_be_stopped_is_not_asked_for(stage: Build, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(3_000_000))
    shell = stage(HOSTS)
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await connected(shell, pilot)
        shell.channel.remote.hold()
        session = shell.app.roster.front
        assert session is not None
        sender = FileSender(shell.prompter, shell.main, lambda: None)
        line: str | Line | None = sender.send(session)
        for answer in (str(tmp_path / "big"), "there"):
            assert isinstance(line, Line)
            accepted = line.accept(answer)
            line = accepted if isinstance(accepted, (str, Line)) else await accepted
        await shell.until(pilot, "half of it", lambda: session.transfer == "sending 1.5 of 3.0 MB")
        shell.channel.remote.go_on()
        assert sender.send(session) is None
        await shell.until(pilot, "the end", lambda: not shell.app.workers)
    assert shell.prompter.notices[-1].text == "big is sent: there on web-1."

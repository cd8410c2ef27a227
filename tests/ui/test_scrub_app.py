"""Hostile text from every side of the app: files, server, remote programs. None of it controls, acts or crashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sshtui.errors import LoginRejected
from sshtui.model.connection import ChannelEnd, ConnectionFacts
from sshtui.model.hosts import Host
from sshtui.model.questions import Notice
from sshtui.session.changes import State
from sshtui.ui.prompter import ModalPrompter
from tests.ui.recording import HOSTILE, actions, leaks, play
from tests.ui.shell_stage import WEB, Stage

Build = Callable[..., Stage]
TEXTS = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


def hostile_host(text: str) -> Host:
    """As a hand-written ssh_config could give it: nothing checked."""
    return Host(
        f"x{text}", text, user=text, folder=text, key_pair=text, jump=text, tags=(text,), notes=text, command=text,
        theme=text, colour=text, origin=f"{text}:12",
    )  # fmt: skip


def clean(stage: Stage) -> None:
    """Fail on anything that got through."""
    assert leaks(stage.app) == []
    assert actions(stage.app) == []


@TEXTS
async def test_hosts_from_a_file_in_sidebar_card_palette_and_tab(stage: Build, text: str) -> None:
    host = hostile_host(text)
    built = stage([WEB], config_hosts=lambda: [host], open_at_start=host)

    async def scene(pilot: Pilot[Any]) -> None:
        await built.until(pilot, "a live tab", lambda: built.app.roster.live == 1)
        built.dialer.channels[-1].say(b"ready")
        await built.shows(pilot, "ready")
        clean(built)
        for keystrokes in (
            ["ctrl+backslash", "h"],
            ["down", "down", "down"],
            ["slash", "x"],
            ["escape"],
            ["colon", "x"],
            ["escape"],
        ):
            await pilot.press(*keystrokes)
            clean(built)

    await play(built.app, scene)


@TEXTS
async def test_titles_and_output_of_a_remote_program(stage: Build, text: str) -> None:
    built = stage([WEB], open_at_start=WEB)

    async def scene(pilot: Pilot[Any]) -> None:
        await built.until(pilot, "a live tab", lambda: built.app.roster.live == 1)
        raw = text.encode("utf-8", "surrogatepass")
        inside = raw.replace(b"\x1b", b"").replace(b"\x07", b"").replace(b"\x9c", b"")
        built.channel.say(b"\x1b]2;" + inside + b"\x07\x1b]8;;https://x/" + inside + b"\x07link\x1b]8;;\x07")
        built.channel.say(raw + b"\r\ndone")
        await built.shows(pilot, "done")
        clean(built)

    await play(built.app, scene)


@TEXTS
async def test_errors_facts_ends_and_notices(stage: Build, text: str) -> None:
    def prompter(app: Any) -> ModalPrompter:
        return ModalPrompter(app)

    built = stage([WEB], make_prompter=prompter)

    async def scene(pilot: Pilot[Any]) -> None:
        built.dialer.error = LoginRejected(text, tried=(text,), offers=(text,), hint=text)
        failed = built.app.roster.open(WEB)
        await built.until(pilot, "the failure", lambda: failed.state is State.FAILED)
        await pilot.pause(0.05)
        clean(built)
        built.dialer.error = None
        session = built.app.roster.open(WEB)
        await built.until(pilot, "a live tab", lambda: built.app.roster.live == 1)
        built.channel.facts = ConnectionFacts(text, text, text, text, text, text, text, text)
        built.channel.say(b"ready")
        await built.shows(pilot, "ready")
        built.app.prompter.tell(Notice(text, title=text, server=True, level="error"))
        session.label = text
        clean(built)
        built.channel.finish(ChannelEnd("lost", reason=text))
        await built.until(pilot, "the loss", lambda: session.state is State.LOST)
        await pilot.pause(0.05)
        clean(built)

    await play(built.app, scene)


async def test_the_app_paints_through_the_filter(stage: Build) -> None:
    """A hostile name is really on the screen, as text: the measure above looks at something."""
    host = replace(hostile_host("[@click=app.quit]x[/]"), name="x[@click=app.quit]x[/]")
    built = stage([], config_hosts=lambda: [host], open_at_start=host)

    async def scene(pilot: Pilot[Any]) -> None:
        await built.shows(pilot, "[@click")

    await play(built.app, scene)

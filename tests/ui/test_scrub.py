"""Hostile text in everything a dialog shows: none of it controls the terminal, none acts, none crashes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import (
    Button,
    DataTable,
    Input,
    Label,
    Log,
    Markdown,
    OptionList,
    RichLog,
    Select,
    Static,
    TextArea,
    Tree,
)

from sshtui.model.host_keys import HostKey, KnownEntry, PublicKey
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    ChooseKeyPair,
    Confirm,
    ConfirmPaste,
    Field,
    NewPassword,
    Notice,
    Passphrase,
    Password,
    Question,
    Quit,
    UnknownHostKey,
)
from sshtui.ui.steady import SteadyApp
from tests.ui.modal_stage import Stage, ed25519, start
from tests.ui.recording import EVERYTHING, HOSTILE, actions, leaks, play, written
from tests.waiting import on_stage


def questions(text: str) -> list[Question[Any]]:
    """Every question with `text` wherever a stranger may have chosen it."""
    host_key = HostKey(ed25519(1))
    hostile_key = HostKey(len(text.encode("utf-8", "replace")).to_bytes(4, "big") + text.encode("utf-8", "replace"))
    public = PublicKey(hostile_key.blob)
    key_pairs = (KeyPair("file", text, public, text), KeyPair("agent", "", None, text))
    return [
        UnknownHostKey(text, text, 22, hostile_key),
        ChangedHostKey(text, text, 22, hostile_key, (KnownEntry(host_key, text, 1),)),
        ChangedHostKey(text, text, 22, hostile_key, (KnownEntry(hostile_key, text, 1),), another_type=True),
        Password(text, text, attempt=2),
        Passphrase(text, attempt=2, problem=text),
        Challenge(text, text, text, text, (Field(text, echo=True), Field(text, echo=False))),
        NewPassword(text, text, text, text),
        ChooseKeyPair(text, key_pairs, current=text),
        Confirm(text, text, text, text),
        ConfirmPaste(text, text),
        Quit(text),
    ]


@pytest.mark.parametrize("text", [*HOSTILE, EVERYTHING], ids=[*map(str, range(len(HOSTILE))), "all"])
async def test_hostile_text_in_every_dialog_leaks_nothing_arms_nothing_and_crashes_nothing(text: str) -> None:
    app = Stage()

    async def scene(pilot: Pilot[Any]) -> None:
        for question in questions(text):
            task = start(app, question)
            await app.ready(pilot)
            assert actions(app) == [], question
            assert leaks(app) == [], question
            await pilot.press("escape")
            await asyncio.wait_for(task, 5)
            await app.no_dialog(pilot)

    await play(app, scene)


async def test_hostile_notices_leak_nothing_arm_nothing_and_crash_nothing() -> None:
    app = Stage()

    async def scene(pilot: Pilot[Any]) -> None:
        for text in HOSTILE:
            app.prompter.tell(Notice(text, title=text))
            app.prompter.tell(Notice(text, title=text, server=True))
        await on_stage(pilot, lambda: "a[/nope]b" in written(app), "notice")
        assert actions(app) == []
        assert leaks(app) == []

    await play(app, scene)


class Careless(SteadyApp[None]):
    """Every kind of widget with hostile text that nobody has made plain."""

    def compose(self) -> ComposeResult:
        text = "\x1b]0;PWN\x07\x9b31m\u202e\x0e"
        yield Static(Content(text))
        yield Label(text, markup=False)
        yield Button(Content(text))
        yield Input(value=text, placeholder=text)
        yield OptionList(Content(text))
        yield TextArea(text)
        yield Select([(text, 1)], value=1)
        yield Markdown(text)
        tree: Tree[None] = Tree(Content(text).plain)
        yield tree
        log = Log()
        yield log
        rich_log = RichLog()
        yield rich_log
        table: DataTable[str] = DataTable()
        yield table
        log.write(text)
        rich_log.write(text)
        table.add_column(text)
        table.add_row(text)
        for widget in (log, rich_log, table, tree):
            widget.styles.height = 3


async def test_the_filter_holds_for_every_kind_of_widget_that_forgot_to_be_plain() -> None:
    app = Careless()

    async def scene(pilot: Pilot[Any]) -> None:
        app.notify("\x1b]0;PWN\x07\x9b31m", title="\x1b]0;PWN\x07", markup=False)
        app.query_one(Static).border_title = Content("\x1b]0;PWN\x07")
        await pilot.pause(0.2)
        assert leaks(app) == []

    await play(app, scene)


async def test_without_the_filter_the_measure_finds_leaks() -> None:
    class Unfiltered(Careless):
        def get_line_filters(self) -> list[Any]:
            return []

    app = Unfiltered()

    async def scene(pilot: Pilot[Any]) -> None:
        await pilot.pause(0.2)
        assert leaks(app) != []

    await play(app, scene)

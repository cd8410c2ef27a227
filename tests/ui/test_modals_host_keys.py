"""The host-key dialogs: what they show, and that nothing but a clear yes accepts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from textual.widgets import Button, Input

from sshtui.model.host_keys import DnsVerdict
from sshtui.model.questions import ChangedHostKey, Question, UnknownHostKey
from tests.ui.modal_stage import HOST_KEY, KNOWN, QUESTIONS, Stage, shown, start
from tests.waiting import on_stage

UNKNOWN, ANOTHER_TYPE = QUESTIONS["unknown"], QUESTIONS["another-type"]
CHANGED = ChangedHostKey("web-1", "10.0.0.5", 2222, HOST_KEY, (KNOWN,))


async def test_an_unknown_host_key_is_shown_with_host_address_port_type_size_and_sha256() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, UNKNOWN)
        await app.ready(pilot)
        text = shown(app)
        for word in ("web-1", "10.0.0.5 port 22", "ED25519, 256 bits", HOST_KEY.sha256):
            assert word in text
        assert HOST_KEY.md5 not in text
        task.cancel()


async def test_what_the_dns_says_is_shown_where_it_was_asked() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        said_of: dict[DnsVerdict, str] = {"agrees": "DNS agrees, not signed.", "differs": "DNS NAMES ANOTHER HOST KEY."}
        for dns, said in said_of.items():
            for question in (UNKNOWN, CHANGED):
                task = start(app, replace(cast("UnknownHostKey | ChangedHostKey", question), dns=dns))
                await app.ready(pilot)
                assert said in shown(app)
                await pilot.press("escape")
                await task


async def test_md5_and_the_picture_are_a_keystroke_away() -> None:
    app = Stage()
    async with app.run_test(size=(80, 40)) as pilot:
        task = start(app, UNKNOWN)
        await app.ready(pilot)
        await pilot.press("m", "p")
        text = shown(app)
        assert HOST_KEY.md5 in text
        for line in HOST_KEY.randomart.splitlines():
            assert line in text
        await pilot.press("m", "p")
        assert HOST_KEY.md5 not in shown(app)
        task.cancel()


async def test_a_picture_that_does_not_fit_is_scrolled_to_and_the_frame_says_how_to_go_on() -> None:
    app = Stage()
    async with app.run_test(size=(80, 16)) as pilot:
        task = start(app, UNKNOWN)
        await app.ready(pilot)
        await pilot.press("p")
        await on_stage(pilot, lambda: "PgUp/PgDn scroll" in shown(app))
        assert HOST_KEY.randomart.splitlines()[0] in shown(app)
        await pilot.press("p")
        await on_stage(pilot, lambda: "p picture" in shown(app))
        task.cancel()


@pytest.mark.parametrize(
    ("keystrokes", "answer"),
    [
        (["enter"], None),
        (["escape"], None),
        (["shift+tab", "enter"], "once"),
        (["left", "left", "enter"], "save"),
        (["tab", "enter"], "save"),
    ],
)
async def test_the_answer_is_the_button_and_cancel_has_the_focus(keystrokes: list[str], answer: str | None) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, UNKNOWN)
        await app.ready(pilot)
        await pilot.press(*keystrokes)
        assert await asyncio.wait_for(task, 5) == answer


async def test_a_changed_host_key_shows_old_and_new_and_where_the_old_one_stands() -> None:
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        task = start(app, CHANGED)
        await app.ready(pilot)
        text = shown(app)
        for word in (HOST_KEY.sha256, KNOWN.host_key.sha256, "~/.ssh/known_hosts, line 12", "10.0.0.5 port 2222"):
            assert word in text
        assert "HAS CHANGED" in text
        task.cancel()


async def test_another_type_has_words_of_its_own() -> None:
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        task = start(app, ANOTHER_TYPE)
        await app.ready(pilot)
        text = shown(app)
        assert "another type" in text
        assert "HAS CHANGED" not in text
        task.cancel()


@pytest.mark.parametrize("question", [CHANGED, ANOTHER_TYPE])
@pytest.mark.parametrize("keystrokes", [["enter"], ["escape"], ["space"]])
async def test_a_changed_host_key_is_declined_by_default(question: Question[Any], keystrokes: list[str]) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, question)
        await app.ready(pilot)
        await pilot.press(*keystrokes, "escape")
        assert await asyncio.wait_for(task, 5) is None


@pytest.mark.parametrize("typed", ["", "web", "WEB-1", "web-1 ", "10.0.0.5", "yes"])
async def test_replacing_takes_the_hosts_name_and_nothing_less(typed: str) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, CHANGED)
        dialog = await app.ready(pilot)
        dialog.query_one("#name", Input).focus()
        await pilot.press(*typed, "enter")
        assert dialog.query_one("#replace", Button).disabled
        assert not task.done()
        task.cancel()


async def test_typing_the_hosts_name_lets_replace() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, CHANGED)
        dialog = await app.ready(pilot)
        dialog.query_one("#name", Input).focus()
        await pilot.press(*"web-1", "tab", "enter")
        assert await asyncio.wait_for(task, 5) == "replace"


async def test_many_known_lines_stay_reachable_on_a_small_screen() -> None:
    app = Stage()
    known = tuple(replace(KNOWN, line=line) for line in range(1, 60))
    async with app.run_test(size=(40, 10)) as pilot:
        task = start(app, replace(CHANGED, known=known))
        await app.ready(pilot)
        assert "Cancel" in shown(app)
        await pilot.press("tab")
        assert "type" in shown(app)
        await pilot.press(*"web-1", "enter")
        assert await asyncio.wait_for(task, 5) == "replace"

"""One question at a time; keystrokes meant for something else answer nothing; a hang-up takes its dialog away."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from textual.events import Paste
from textual.screen import Screen
from textual.widgets import Input

from sshtui.model.questions import Challenge, Confirm, Field, Notice, Password
from sshtui.ui.modals.confirm import ConfirmDialog
from sshtui.ui.modals.host_keys import UnknownHostKeyDialog
from sshtui.ui.modals.secrets import PasswordDialog
from tests.ui.modal_stage import QUESTIONS, Stage, shown, start
from tests.waiting import on_stage

LONG_QUIET = 1.0
"""Longer than a busy machine needs between two keystrokes of a test."""


async def test_questions_are_asked_one_at_a_time_in_the_order_they_came() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        tasks = [start(app, Password(f"host-{number}", f"root@10.0.0.{number}")) for number in range(3)]
        for number in range(3):
            await app.ready(pilot)
            assert f"host-{number}, root@10.0.0.{number}" in shown(app)
            assert app.prompter.waiting == 3 - number
            await pilot.press(*f"pw{number}", "enter")
            assert await asyncio.wait_for(tasks[number], 5) == f"pw{number}"
        await app.no_dialog(pilot)
        assert app.prompter.waiting == 0


async def test_a_question_taken_back_closes_its_dialog_and_wipes_it() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        dialog = await app.ready(pilot)
        field = dialog.query_one(Input)
        await pilot.press(*"half")
        task.cancel()
        await app.no_dialog(pilot)
        assert field.value == ""


async def test_a_question_taken_back_while_it_waits_is_never_asked() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        first, second, third = (start(app, QUESTIONS[name]) for name in ("confirm", "password", "unknown"))
        await app.ready(pilot)
        second.cancel()
        await pilot.press("enter")
        assert await asyncio.wait_for(first, 5) is True
        for _ in range(100):
            await pilot.pause(0.01)
            if isinstance(app.screen, UnknownHostKeyDialog):
                break
            assert not isinstance(app.screen, PasswordDialog)
        assert isinstance(app.screen, UnknownHostKeyDialog)
        third.cancel()


async def test_a_question_taken_back_at_once_leaves_nothing() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        await asyncio.sleep(0)
        task.cancel()
        next_one = start(app, QUESTIONS["confirm"])
        dialog = await app.ready(pilot)
        assert isinstance(dialog, ConfirmDialog)
        await pilot.press("enter")
        assert await asyncio.wait_for(next_one, 5) is True


async def test_a_dialog_under_another_screen_is_taken_back_too() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        await app.ready(pilot)
        await app.push_screen(Screen())
        task.cancel()
        await on_stage(pilot, lambda: len(app.screen_stack) == 1, "end of both screens")


@pytest.mark.parametrize("name", ["unknown", "changed", "confirm", "password", "challenge", "key-pairs", "paste"])
async def test_keystrokes_pressed_as_a_dialog_opens_answer_nothing(name: str) -> None:
    app = Stage(quiet=LONG_QUIET)
    async with app.run_test() as pilot:
        app.query_one("#behind", Input).focus()
        task = start(app, QUESTIONS[name])
        while app.dialog is None:
            await pilot.pause(0.001)
        await pilot.press(*"ls -la", "enter", "space", "tab", "enter", "escape", "left", "enter")
        dialog = await app.ready(pilot)
        assert not task.done()
        assert [field.value for field in dialog.query(Input)] == [""] * len(dialog.query(Input))
        task.cancel()


async def test_a_paste_as_a_dialog_opens_goes_nowhere() -> None:
    app = Stage(quiet=LONG_QUIET)
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        while app.dialog is None:
            await pilot.pause(0.001)
        app.post_message(Paste("pasted"))
        dialog = await app.ready(pilot)
        assert dialog.query_one(Input).value == ""
        task.cancel()


async def test_typing_on_keeps_the_dialog_closed_to_keystrokes() -> None:
    app = Stage(quiet=LONG_QUIET)
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["unknown"])
        while app.dialog is None:
            await pilot.pause(0.001)
        dialog = app.dialog
        opened = monotonic()
        while monotonic() < opened + 1.5 * LONG_QUIET:
            await pilot.press("enter")
        assert not dialog.ready
        assert "waiting until you stop typing" in shown(app)
        await app.ready(pilot)
        assert not task.done()
        task.cancel()


async def test_a_click_as_a_dialog_opens_answers_nothing() -> None:
    app = Stage(quiet=LONG_QUIET)
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["unknown"])
        while app.dialog is None or not app.dialog.query("#save"):
            await pilot.pause(0.001)
        await pilot.click("#save")
        await pilot.click("#cancel")
        assert not task.done()
        await app.ready(pilot)
        await pilot.click("#once")
        assert await asyncio.wait_for(task, 5) == "once"


async def test_focus_returns_to_what_had_it() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        behind = app.query_one("#behind", Input)
        behind.focus()
        task = start(app, QUESTIONS["confirm"])
        await app.ready(pilot)
        await pilot.press("enter")
        await task
        await app.no_dialog(pilot)
        await pilot.press(*"ls")
        assert behind.value == "ls"


async def test_a_question_asked_from_a_plain_task_before_the_app_runs_is_asked() -> None:
    app = Stage()
    task = start(app, QUESTIONS["confirm"])
    await asyncio.sleep(0)
    async with app.run_test() as pilot:
        await app.ready(pilot)
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) is True


async def test_the_line_on_top_is_outside_of_what_a_remote_can_draw_and_names_the_host() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, Challenge("web-1", "root@10.0.0.5", "", "", (Field("Code:", echo=True),)))
        await app.ready(pilot)
        assert shown(app).splitlines()[0].strip() == "sshtui asks: web-1, root@10.0.0.5"
        task.cancel()


async def test_a_notice_is_shown_as_text_and_a_servers_words_behind_a_bar() -> None:
    app = Stage()
    async with app.run_test(size=(80, 30), notifications=True) as pilot:
        app.prompter.tell(Notice("Saved to [b]known_hosts[/b]", title="web-1"))
        app.prompter.tell(Notice("Welcome\nto [red]prod[/]", title="web-1 says", server=True))
        await on_stage(pilot, lambda: "to [red]prod[/]" in shown(app), "second notice")
        text = shown(app)
        assert "Saved to [b]known_hosts[/b]" in text
        assert "| Welcome" in text
        assert "| to [red]prod[/]" in text


async def test_ascii_only_terminals_get_dialogs_of_ascii_only() -> None:
    app = Stage()
    app.unicode = False
    async with app.run_test(size=(80, 40)) as pilot:
        for name in QUESTIONS.keys() - {"paste"}:
            task = start(app, QUESTIONS[name])
            await app.ready(pilot)
            box = app.screen.query_one(".dialog-box").region
            rows = [row[box.x : box.right] for row in shown(app).splitlines()[box.y : box.bottom]]
            assert [row for row in rows if not row.isascii()] == [], name
            await pilot.press("escape")
            await task
            await app.no_dialog(pilot)


async def test_confirming_says_which_host_also_when_the_name_is_hostile() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, Confirm("Close [/nope]x?", "a[/nope]b"))
        await app.ready(pilot)
        assert "Close [/nope]x?" in shown(app)
        assert "a[/nope]b" in shown(app)
        task.cancel()

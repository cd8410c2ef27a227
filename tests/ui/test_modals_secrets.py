"""Passwords, passphrases, server prompts and password changes: typed, never shown, wiped."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key
from textual.widgets import Button, Input

from sshtui.model.questions import Challenge, Field, NewPassword, Passphrase, Password, PasswordChange
from tests.ui.modal_stage import QUESTIONS, Stage, shown, start

SECRET = "tr0ub4dor&3"


@pytest.mark.parametrize("name", ["password", "passphrase"])
async def test_a_secret_is_handed_over_never_shown_and_wiped(name: str) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS[name])
        dialog = await app.ready(pilot)
        field = dialog.query_one(Input)
        await pilot.press(*SECRET)
        assert field.value == SECRET
        assert SECRET not in shown(app)
        assert SECRET not in app.export_screenshot()
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == SECRET
        assert field.value == ""


async def test_ctrl_r_shows_the_secret_and_hides_it_again() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        await app.ready(pilot)
        await pilot.press(*SECRET, "ctrl+r")
        assert SECRET in shown(app)
        await pilot.press("ctrl+r")
        assert SECRET not in shown(app)
        task.cancel()


async def test_a_secret_cannot_be_copied_or_cut() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        dialog = await app.ready(pilot)
        await pilot.press(*SECRET, "shift+home", "ctrl+c", "ctrl+x")
        assert app.clipboard == ""
        assert dialog.query_one(Input).value == SECRET
        task.cancel()


async def test_declining_wipes_too() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        dialog = await app.ready(pilot)
        field = dialog.query_one(Input)
        await pilot.press(*SECRET, "escape")
        assert await asyncio.wait_for(task, 5) is None
        assert field.value == ""


async def test_the_attempt_is_told_from_the_second_on() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        for attempt, told in ((1, False), (2, True)):
            task = start(app, Password("web-1", "root@10.0.0.5", attempt=attempt))
            await app.ready(pilot)
            assert ("Attempt" in shown(app)) == told
            assert "root@10.0.0.5" in shown(app)
            await pilot.press("escape")
            await task
            await app.no_dialog(pilot)


async def test_a_passphrase_says_why_again_and_that_it_stays_here() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, Passphrase("~/.ssh/id_rsa", attempt=3, problem="It is damaged."))
        await app.ready(pilot)
        assert "It is damaged. Attempt 3." in shown(app)
        assert "not sent anywhere" in shown(app)
        task.cancel()


async def test_prompts_are_echoed_as_the_server_says_and_answered_in_order() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["challenge"])
        dialog = await app.ready(pilot)
        await pilot.press(*"ada", "enter", *"s3cret", "enter", *"123456")
        text = shown(app)
        assert "ada" in text
        assert "123456" in text
        assert "s3cret" not in text
        fields = list(dialog.query(Input))
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ("ada", "s3cret", "123456")
        assert [field.value for field in fields] == ["", "", ""]


async def test_no_prompt_at_all_is_confirmed_with_enter() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, Challenge("web-1", "root@10.0.0.5", "Welcome", "", ()))
        await app.ready(pilot)
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ()


async def test_a_thousand_prompts_come_in_pages_and_keep_their_answers() -> None:
    app = Stage()
    fields = tuple(Field(f"prompt {number}", echo=True) for number in range(1000))
    async with app.run_test() as pilot:
        task = start(app, Challenge("web-1", "root@10.0.0.5", "", "", fields))
        dialog = await app.ready(pilot)
        assert "of 125" in shown(app)
        assert len(dialog.query(Input)) < 20
        await pilot.press("a", *["enter"] * 8, "b")
        dialog.query_one("#back", Button).press()
        await pilot.pause()
        assert dialog.query(Input).first().value == "a"
        for _ in range(125):
            dialog.query_one("#continue", Button).press()
            await pilot.pause()
        answers = await asyncio.wait_for(task, 10)
        assert answers is not None
        assert len(answers) == 1000
        assert (answers[0], answers[8]) == ("a", "b")


async def test_huge_server_words_scroll_in_their_block_and_leave_the_field_on_the_screen() -> None:
    app = Stage()
    words = "\n".join(f"line {number}" for number in range(5000))
    async with app.run_test(size=(60, 14)) as pilot:
        task = start(app, Challenge("web-1", "root@10.0.0.5", "Notice", words, (Field("Code:", echo=True),)))
        dialog = await app.ready(pilot)
        await pilot.press("pagedown")
        assert "line 5" in shown(app)
        await pilot.press(*"42")
        assert "42" in shown(app)
        assert "Continue" in shown(app)
        assert dialog.focused is not None
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ("42",)


async def test_server_words_stand_behind_a_bar_under_a_heading_of_ours() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["challenge"])
        await app.ready(pilot)
        lines = shown(app).splitlines()
        heading = next(at for at, line in enumerate(lines) if "web-1 says:" in line)
        column = lines[heading].index("▌")
        words = [line for line in lines if any(word in line for word in ("Two-factor", "Enter the", "Code:", "User:"))]
        assert len(words) == 4
        assert {line[column] for line in words} == {"▌"}
        task.cancel()


async def change(app: Stage, question: NewPassword, *keystrokes: str) -> PasswordChange | None:
    """The answer to `question` after `keystrokes` and Esc."""
    async with app.run_test() as pilot:
        task = start(app, question)
        await app.ready(pilot)
        await pilot.press(*keystrokes, "escape")
        return await asyncio.wait_for(task, 5)


NEW = NewPassword("web-1", "root@10.0.0.5")


async def test_old_new_and_repeated_give_the_change() -> None:
    answer = await change(Stage(), NEW, *"old", "enter", *"n3w pass", "enter", *"n3w pass", "enter")
    assert answer == PasswordChange("old", "n3w pass")


async def test_without_need_of_the_old_one_it_is_not_asked() -> None:
    question = NewPassword("web-1", "root@10.0.0.5", needs_old=False)
    answer = await change(Stage(), question, *"n3w pass", "enter", *"n3w pass", "enter")
    assert answer == PasswordChange("", "n3w pass")


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("old", "n3w pass", "n3w pasS"), ("", "n3w pass", "n3w pass"), ("old", "", ""), ("same", "same", "same")],
)
async def test_a_wrong_change_is_not_handed_over(old: str, new: str, again: str) -> None:
    assert await change(Stage(), NEW, *old, "enter", *new, "enter", *again, "enter") is None


async def test_a_mismatch_and_the_strength_are_shown_while_typing() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["new-password"])
        dialog = await app.ready(pilot)
        await pilot.press(*"old", "enter", *"abcdefgh1", "enter", *"abc")
        assert "differ" in shown(app)
        assert "very weak, about " in shown(app)
        assert dialog.query_one("#change", Button).disabled
        await pilot.press(*"defgh1")
        assert "differ" not in shown(app)
        assert not dialog.query_one("#change", Button).disabled
        task.cancel()


async def test_the_servers_prompt_and_reason_are_shown_as_the_servers() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["new-password"])
        await app.ready(pilot)
        bars = [line for line in shown(app).splitlines() if "▌" in line]
        assert any("Your password has expired." in line for line in bars)
        assert any("BAD PASSWORD: too short" in line for line in bars)
        task.cancel()


async def test_what_is_typed_ahead_in_one_burst_ends_in_the_right_fields() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, NEW)
        await app.ready(pilot)
        burst = [*"old-pw", "enter", *"new-pw-1234", "tab", *"new-pw-1234", "enter"]
        for name in burst:
            app.post_message(Key(name, name if len(name) == 1 else None))
        assert await asyncio.wait_for(task, 5) == PasswordChange("old-pw", "new-pw-1234")


async def test_what_is_typed_after_a_backspace_in_a_burst_does_not_overtake_it() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["password"])
        await app.ready(pilot)
        burst = [*"wrong", "ctrl+u", *"secrez", "backspace", "t", "left", "delete", "t", "enter"]
        for name in burst:
            app.post_message(Key(name, name if len(name) == 1 else None))
        assert await asyncio.wait_for(task, 5) == "secret"

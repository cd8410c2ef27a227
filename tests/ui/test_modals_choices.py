"""Choosing a key pair, yes or no, and the look at a paste."""

from __future__ import annotations

import asyncio

import pytest
from textual.screen import Screen

from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, ChosenKeyPair, Confirm, ConfirmPaste, Prompter
from tests.ui.modal_stage import KEY_PAIRS, QUESTIONS, Stage, shown, start
from tests.waiting import on_stage


async def test_key_pairs_show_place_type_comment_fingerprint_and_whether_encrypted() -> None:
    app = Stage()
    async with app.run_test(size=(80, 30)) as pilot:
        task = start(app, QUESTIONS["key-pairs"])
        await app.ready(pilot)
        text = shown(app)
        assert KEY_PAIRS[0].public is not None
        assert KEY_PAIRS[1].public is not None
        for word in (
            "~/.ssh/id_ed25519", "ED25519 256, file, with passphrase", "ada@laptop", KEY_PAIRS[0].public.sha256,
            "work key", "ED25519 256, in the agent, with certificate", KEY_PAIRS[1].public.sha256, "~/.ssh/legacy.ppk",
        ):  # fmt: skip
            assert word in text
        task.cancel()


@pytest.mark.parametrize(
    ("keystrokes", "answer"),
    [
        (["enter"], ChosenKeyPair(KEY_PAIRS[0])),
        (["down", "enter"], ChosenKeyPair(KEY_PAIRS[1])),
        (["down", "down", "tab", "space", "tab", "enter"], ChosenKeyPair(KEY_PAIRS[2], remember=True)),
        (["escape"], None),
    ],
)
async def test_the_marked_key_pair_is_the_answer(keystrokes: list[str], answer: ChosenKeyPair | None) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["key-pairs"])
        await app.ready(pilot)
        await pilot.press(*keystrokes)
        assert await asyncio.wait_for(task, 5) == answer


async def test_the_hosts_own_key_pair_is_marked_first() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, ChooseKeyPair("web-1", KEY_PAIRS, current="~/.ssh/legacy.ppk"))
        await app.ready(pilot)
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ChosenKeyPair(KEY_PAIRS[2])


async def test_a_hundred_key_pairs_scroll_on_a_small_screen() -> None:
    app = Stage()
    async with app.run_test(size=(40, 10)) as pilot:
        task = start(app, ChooseKeyPair("web-1", KEY_PAIRS * 33 + KEY_PAIRS[2:]))
        await app.ready(pilot)
        await pilot.press("end")
        assert "legacy.ppk" in shown(app)
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ChosenKeyPair(KEY_PAIRS[2])


async def test_without_key_pairs_there_is_a_way_on_and_only_cancel() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["no-key-pairs"])
        await app.ready(pilot)
        assert "sshtui keys new" in shown(app).replace("\n", " ")
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) is None


@pytest.mark.parametrize(
    ("name", "keystrokes", "answer"),
    [
        ("confirm", ["enter"], True),
        ("confirm", ["right", "enter"], False),
        ("confirm", ["escape"], None),
        ("danger", ["enter"], False),
        ("danger", ["left", "enter"], True),
        ("paste", ["enter"], True),
        ("paste", ["escape"], None),
        ("paste", ["tab", "enter"], None),
    ],
)
async def test_yes_or_no(name: str, keystrokes: list[str], answer: bool | None) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS[name])
        await app.ready(pilot)
        await pilot.press(*keystrokes)
        assert await asyncio.wait_for(task, 5) == answer


async def test_a_paste_is_counted_and_its_control_characters_are_seen() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["paste"])
        await app.ready(pilot)
        text = shown(app)
        assert "3 lines, 37 characters" in text
        assert "web-1" in text
        assert "␛[201~echo done" in text
        task.cancel()


async def test_a_huge_paste_is_shown_in_part_and_counted_whole() -> None:
    app = Stage()
    async with app.run_test(size=(40, 10)) as pilot:
        task = start(app, ConfirmPaste("web-1", "echo hello\n" * 100_000))
        await app.ready(pilot)
        assert "100000 lines, 1100000 characters" in shown(app).replace("\n", " ")
        assert "Paste" in shown(app)
        task.cancel()


async def test_the_choice_leads_to_the_key_workshop_and_back_to_a_list_with_the_new_pair() -> None:
    held = list(KEY_PAIRS[:1])

    async def again() -> list[KeyPair]:
        return held

    class Workshop(Screen[None]):
        """Makes a key pair; asks something on its own account while the choice waits below."""

        def __init__(self, prompter: Prompter) -> None:
            super().__init__()
            self._prompter = prompter

        def on_mount(self) -> None:
            self.run_worker(self._work())

        async def _work(self) -> None:
            if await self._prompter.ask(Confirm("Make one?", "Now?")):
                held.append(KEY_PAIRS[2])
                self.dismiss()

    app = Stage(key_workshop=Workshop)
    async with app.run_test() as pilot:
        task = start(app, ChooseKeyPair("web-1", KEY_PAIRS[:1], again=again))
        choice = await app.ready(pilot)
        await pilot.press("K")
        await on_stage(pilot, lambda: app.dialog not in (choice, None), "workshop")
        await app.ready(pilot)
        await pilot.press("enter")
        await on_stage(pilot, lambda: "legacy.ppk" in shown(app), "key pair found there")
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 5) == ChosenKeyPair(KEY_PAIRS[2])


@pytest.mark.parametrize(
    ("keystrokes", "answer"),
    [(["enter"], "detach"), (["tab", "enter"], "quit"), (["tab", "tab", "enter"], None), (["escape"], None)],
)
async def test_leaving_is_the_first_choice_where_quitting_ends_sessions(
    keystrokes: list[str], answer: str | None
) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["quit"])
        await app.ready(pilot)
        await pilot.press(*keystrokes)
        assert await asyncio.wait_for(task, 5) == answer


async def test_one_character_is_counted_as_one() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        task = start(app, ConfirmPaste("web-1", "\x1b"))
        await app.ready(pilot)
        assert "1 line, 1 character goes to web-1:" in shown(app)
        task.cancel()

"""Every dialog at every size: nothing breaks, and from 40 by 10 on each button and field can be seen."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from textual.widget import Widget
from textual.widgets import Button, Input

from sshtui.model.questions import KEYRING, VAULT, Passphrase, Password, RememberableSecret
from tests.ui.modal_stage import QUESTIONS, Stage, shown, start
from tests.waiting import on_stage

SIZES = [(1, 1), (2, 2), (20, 5), (40, 10), (80, 24), (120, 40), (500, 200)]


def _holds(around: Widget, inner: Widget) -> bool:
    return around.content_region.contains_region(inner.region)


@pytest.mark.parametrize("size", SIZES)
async def test_every_dialog_opens_and_closes_at_every_size(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        for question in QUESTIONS.values():
            task = start(app, question)
            await app.ready(pilot)
            await pilot.press("escape")
            assert await asyncio.wait_for(task, 5) is None
            await app.no_dialog(pilot)


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_every_button_is_on_the_screen_and_every_field_comes_with_the_focus(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        for name, question in QUESTIONS.items():
            task = start(app, question)
            dialog = await app.ready(pilot)
            screen = app.screen.region
            for choice in dialog.query_one(".dialog-buttons").query("*").results(Button):
                if choice.display:
                    assert screen.contains_region(choice.region), (name, choice)
            for field in dialog.query(Input):
                dialog.set_focus(field)
                body = dialog.query_one(".dialog-body")
                await on_stage(pilot, partial(_holds, body, field), f"{field} in sight of {name}")
            await pilot.press("escape")
            await task
            await app.no_dialog(pilot)


async def test_resizing_an_open_dialog_keeps_its_buttons_in_sight() -> None:
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        task = start(app, QUESTIONS["new-password"])
        await app.ready(pilot)
        for size in [(40, 10), (20, 5), (300, 100), (40, 10)]:
            await pilot.resize_terminal(*size)
        await pilot.pause(0.05)
        assert "Change" in shown(app)
        assert "Cancel" in shown(app)
        task.cancel()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Password("box", "ada@box", attempt=2), "did not accept that password"),
        (
            Passphrase("~/.ssh/keys/of/office/id_ed25519", 2, "The passphrase does not open it."),
            "The passphrase does not open it.",
        ),
    ],
    ids=["password", "passphrase"],
)
async def test_why_it_is_asked_again_is_seen_on_a_low_screen(question: Password | Passphrase, words: str) -> None:
    app = Stage()
    async with app.run_test(size=(40, 10)) as pilot:
        task = start(app, RememberableSecret(question, (KEYRING, VAULT)))
        await app.ready(pilot)

        def seen() -> bool:
            return words in " ".join(shown(app).replace("│", " ").split())

        await on_stage(pilot, seen, "words in sight")
        task.cancel()

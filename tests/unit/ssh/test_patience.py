"""The clock of an attempt runs while the server is awaited, and stands while a person thinks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sshtui.model.questions import Password, Question
from sshtui.ssh.patience import Patience
from tests.fakes.prompting import ScriptedPrompter


class Slow(ScriptedPrompter):
    """Takes its time."""

    async def ask(self, question: Question[Any]) -> Any:
        await asyncio.sleep(0.05)
        return await super().ask(question)


async def test_it_runs_out() -> None:
    with pytest.raises(TimeoutError):
        async with Patience(0.01).limited():
            await asyncio.sleep(5)


async def test_it_stands_while_a_question_is_open() -> None:
    patience = Patience(0.02)
    prompter = patience.watching(Slow("yes"))
    async with patience.limited():
        assert await prompter.ask(Password("box", "box")) == "yes"


async def test_it_runs_again_after_the_answer() -> None:
    patience = Patience(1)
    prompter = patience.watching(Slow("yes"))

    async def attempt() -> None:
        async with patience.limited():
            await prompter.ask(Password("box", "box"))
            patience.extend(0.01)
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await attempt()

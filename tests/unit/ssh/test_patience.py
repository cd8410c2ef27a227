"""The clock of an attempt runs while the server is awaited, and stands while a person thinks."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncssh
import pytest

from sshtui.model.questions import Password, Question
from sshtui.ssh.patience import Patience
from sshtui.ssh.quirks import unhurried
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


class SlowSigner(asyncssh.SSHKeyPair):
    """Signs when a person has touched it, which takes a while."""

    _key_type = "local"

    async def sign_async(self, data: bytes) -> bytes:
        await asyncio.sleep(0.05)
        return b"signed " + data


async def test_it_stands_while_an_agent_or_a_security_key_signs() -> None:
    patience = Patience(0.02)
    key = asyncssh.generate_private_key("ssh-ed25519")
    slow = SlowSigner(key.algorithm, key.algorithm, key.sig_algorithms, key.sig_algorithms, key.public_data, None)
    async with patience.limited():
        signer: Any = unhurried(slow, patience)
        assert await signer.sign_async(b"this") == b"signed this"

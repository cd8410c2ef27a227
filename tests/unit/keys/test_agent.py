"""Agents that misbehave: silent, babbling, gone. Well-behaved ones are met in integration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sshtui.errors import KeyPairError
from sshtui.keys.agent import Agent
from sshtui.keys.wire import string, uint32

# draft-ietf-sshm-ssh-agent: SSH_AGENT_IDENTITIES_ANSWER.
IDENTITIES = bytes([12])


@asynccontextmanager
async def agent_that_says(tmp_path: Path, answer: bytes | None) -> AsyncIterator[Agent]:
    """An agent that gives `answer` to every request; None: it says nothing at all."""
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(4)
        if answer is None:
            await silent.wait()
        else:
            writer.write(answer)
        writer.close()

    path = str(tmp_path / "agent")
    server = await asyncio.start_unix_server(serve, path)
    try:
        yield Agent(path, answer_time=0.1)
    finally:
        silent.set()
        server.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "does not answer"),
        (b"", "refused"),
        (string(bytes([5])), "refused"),
        (string(IDENTITIES + uint32(3)), "refused"),
        (string(IDENTITIES)[:3], "refused"),
    ],
)
async def test_an_agent_that_misbehaves_is_a_sentence(tmp_path: Path, answer: bytes | None, reason: str) -> None:
    async with agent_that_says(tmp_path, answer) as agent:
        with pytest.raises(KeyPairError, match=reason):
            await agent.held()


async def test_a_certificate_nobody_can_take_apart_does_not_hide_the_other_keys(tmp_path: Path) -> None:
    strange = string(b"new-type-cert-v01@openssh.com") + string(b"nonce")
    plain = string(b"ssh-ed25519") + string(bytes(32))
    listed = uint32(2) + string(strange) + string(b"strange") + string(plain) + string(b"plain")
    async with agent_that_says(tmp_path, string(IDENTITIES + listed)) as agent:
        assert [(key.comment, key.certificate) for key in await agent.held()] == [("strange", True), ("plain", False)]

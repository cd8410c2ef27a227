"""The ssh-agent: what it holds, adding, removing, locking (draft-ietf-sshm-ssh-agent)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError
from sshtui.keys.certificates import read_certificate
from sshtui.keys.translate import talking_to_agent
from sshtui.model.host_keys import PublicKey

if TYPE_CHECKING:
    import asyncssh

ANSWER_TIME = 5.0
"""Seconds; a list of keys comes at once, so an agent silent for longer is stuck."""


@dataclass(frozen=True)
class AgentKey:
    """A key the agent holds: `blob` as the agent names it (a certificate's own), the plain public key, the comment."""

    blob: bytes = field(repr=False)
    public: PublicKey
    comment: str
    certificate: bool


class Agent:
    """The agent behind the socket `path`; every call has a connection of its own. Errors are KeyPairError."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def held(self) -> Sequence[AgentKey]:
        """The keys it would sign with, in its order; none when it is locked."""
        async with self._connected() as agent:
            async with asyncio.timeout(ANSWER_TIME):
                keys = await agent.get_keys()
            return [_agent_key(key.public_data, key.get_comment(errors="replace") or "") for key in keys]

    async def add(self, key: asyncssh.SSHKey, *, lifetime: int | None = None, confirm: bool = False) -> None:
        """Give it `key`; for `lifetime` seconds, None for ever. `confirm` makes it ask before each use."""
        async with self._connected() as agent:
            await agent.add_keys([key], lifetime=lifetime, confirm=confirm)

    async def add_certified(
        self, key: asyncssh.SSHKey, certificate: asyncssh.SSHCertificate, *, lifetime: int | None, confirm: bool
    ) -> None:
        """Give it `key` with its certificate."""
        async with self._connected() as agent:
            await agent.add_keys([(key, certificate)], lifetime=lifetime, confirm=confirm)

    async def remove(self, held: AgentKey) -> None:
        """Let it forget one key."""
        async with self._connected() as agent:
            for key in await agent.get_keys():
                if key.public_data == held.blob:
                    await agent.remove_keys([key])
                    return
        raise KeyPairError(f"The agent no longer holds {held.comment or 'that key'}.")

    async def remove_all(self) -> None:
        """Let it forget every key."""
        async with self._connected() as agent:
            await agent.remove_all()

    async def lock(self, passphrase: str) -> None:
        """Make it refuse everything until `unlock` with the same passphrase."""
        async with self._connected() as agent:
            await agent.lock(passphrase)

    async def unlock(self, passphrase: str) -> None:
        """Open it again."""
        async with self._connected() as agent:
            await agent.unlock(passphrase)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncssh.SSHAgentClient]:
        import asyncssh

        with talking_to_agent():
            async with asyncssh.SSHAgentClient(self.path) as agent:
                await agent.connect()
                yield agent


def _agent_key(blob: bytes, comment: str) -> AgentKey:
    algorithm = PublicKey(blob).algorithm
    if not algorithm.endswith("-cert-v01@openssh.com"):
        return AgentKey(blob, PublicKey(blob), comment, False)
    return AgentKey(blob, read_certificate(blob).public, comment, True)

"""The ssh-agent: what it holds, adding, removing, locking (draft-ietf-sshm-ssh-agent)."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sshtui.errors import KeyFormatError, KeyPairError
from sshtui.keys.beside import usable_certificate
from sshtui.keys.certificates import read_certificate
from sshtui.keys.translate import talking_to_agent
from sshtui.keys.workshop import open_file
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

    def __init__(self, path: str, *, answer_time: float = ANSWER_TIME) -> None:
        self.path = path
        self._answer_time = answer_time

    async def held(self) -> Sequence[AgentKey]:
        """The keys it would sign with, in its order; none when it is locked."""
        async with self._connected() as agent:
            async with asyncio.timeout(self._answer_time):
                held_keys = await agent.get_keys()
            return [
                _agent_key(held_key.public_data, held_key.get_comment(errors="replace") or "") for held_key in held_keys
            ]

    async def add(
        self,
        private_key: asyncssh.SSHKey,
        certificate: asyncssh.SSHCertificate | None = None,
        *,
        lifetime: int | None = None,
        confirm: bool = False,
    ) -> None:
        """Give it `key`, with its certificate too if there is one; for `lifetime` seconds, None for ever.

        `confirm` makes the agent ask before each use.
        """
        pairs: list[Any] = [(private_key, certificate), private_key] if certificate else [private_key]
        async with self._connected() as agent:
            await agent.add_keys(pairs, lifetime=lifetime, confirm=confirm)

    async def remove(self, held: AgentKey) -> None:
        """Let it forget one key."""
        async with self._connected() as agent:
            for held_key in await agent.get_keys():
                if held_key.public_data == held.blob:
                    await agent.remove_keys([held_key])
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


async def add_file(
    agent: Agent, path: Path, passphrase: str | None, *, lifetime: int | None = None, confirm: bool = False
) -> bool:
    """Give `agent` the private key at `path`; whether a certificate beside it went along, which one of no use does not.

    Raises KeyPairError, WrongPassphrase, NotFound.
    """
    private_key = await asyncio.to_thread(open_file, path, passphrase)
    certificate = await asyncio.to_thread(usable_certificate, path, PublicKey(private_key.public_data))
    await agent.add(private_key, certificate, lifetime=lifetime, confirm=confirm)
    return certificate is not None


@dataclass(frozen=True)
class StartedAgent:
    """An agent of our own making: its socket and process."""

    path: str
    pid: int


def start_agent(*, lifetime: int | None = None) -> StartedAgent:
    """Start OpenSSH's ssh-agent; it outlives this program. `lifetime` in seconds holds for each key it is given.

    Raises KeyPairError when the program is not there.
    """
    command = ["ssh-agent", "-s", *(["-t", str(lifetime)] if lifetime else [])]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise KeyPairError("ssh-agent does not start.", hint="It comes with OpenSSH's client programs.") from error
    path, pid = re.search(r"SSH_AUTH_SOCK=([^;]+);", said), re.search(r"SSH_AGENT_PID=(\d+);", said)
    if not path or not pid:
        raise KeyPairError("ssh-agent started, but what it said is not understood.")
    return StartedAgent(path[1], int(pid[1]))


def _agent_key(blob: bytes, comment: str) -> AgentKey:
    algorithm = PublicKey(blob).algorithm
    if not algorithm.endswith("-cert-v01@openssh.com"):
        return AgentKey(blob, PublicKey(blob), comment, False)
    try:
        public = read_certificate(blob).public
    except KeyFormatError:
        # Of a type we cannot take apart; it is still the agent's to sign with.
        public = PublicKey(blob)
    return AgentKey(blob, public, comment, True)

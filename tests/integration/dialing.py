"""A dialer on a home of the test, and words to talk to a shell through it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.model.connection import ChannelEnd
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.settings import Settings
from sshtui.ssh.dialer import SshDialer
from sshtui.ssh.dns_host_keys import PublishedHostKeys
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.tab import TabChannel
from tests.servers.process import ServerProcess

SIZE = Size(80, 24)


class Client:
    """What one running program would have: known hosts, key pairs, saved hosts, and a dialer on them."""

    def __init__(
        self,
        home: Path,
        settings: Settings | None = None,
        agent: str | None = None,
        dns: PublishedHostKeys | None = None,
        remember: Callable[[Host, KeyPair], None] | None = None,
    ) -> None:
        self.known_hosts = KnownHosts(home / ".ssh" / "known_hosts")
        self.identities = FileAndAgentIdentities(home / ".ssh", agent)
        self.saved: dict[str, Host] = {}
        self.remembered: list[tuple[Host, KeyPair]] = []
        self.stages: list[str] = []
        self.dialer = SshDialer(
            self.known_hosts,
            self.identities,
            settings or Settings(connect_timeout=10),
            self.saved.get,
            remember=remember or (lambda host, pair: self.remembered.append((host, pair))),
            agent_path=agent,
            dns=dns,
        )

    def save(self, server: ServerProcess, name: str = "box", *, trusted: bool = True, **fields: Any) -> Host:
        """A saved host for `server`, whose host keys are known unless told otherwise."""
        if trusted:
            for host_key in server.host_keys:
                self.known_hosts.remember(server.address, server.port, host_key)
        host = Host(name, server.address, server.port, server.user)
        self.saved[name] = replace(host, **fields)
        return self.saved[name]

    async def dial(self, host: Host, prompter: Prompter, **options: Any) -> TabChannel:
        """A terminal on `host`; its stages are kept."""
        return await self.dialer.dial(host, SIZE, prompter, progress=self.stages.append, **options)

    @asynccontextmanager
    async def terminal(self, host: Host, prompter: Prompter, **options: Any) -> AsyncIterator[TabChannel]:
        """A terminal on `host`, closed after the block; nothing of it is left then."""
        channel = await self.dial(host, prompter, **options)
        try:
            yield channel
        finally:
            await channel.close()


async def read_until(channel: TabChannel, wanted: bytes, seconds: float = 10) -> bytes:
    """Everything read up to and with `wanted`."""
    seen = b""
    try:
        async with asyncio.timeout(seconds):
            while wanted not in seen:
                data = await channel.read(65536)
                assert data, f"the end came before {wanted!r}: {seen!r}"
                seen += data
    except TimeoutError:
        raise AssertionError(f"no {wanted!r} in {seen!r}") from None
    return seen


async def listen(channel: TabChannel, seconds: float) -> bytes:
    """Everything read within `seconds`."""
    seen = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while data := await channel.read(65536):
                seen += data
    return seen


def client_at(home: Path, key_file: Path) -> Client:
    """A program whose new home directory `home` has the key pair of `key_file`."""
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    (home / ".ssh" / "id_ed25519").write_bytes(key_file.read_bytes())
    (home / ".ssh" / "id_ed25519").chmod(0o600)
    return Client(home)


async def say(channel: TabChannel, command: str) -> bytes:
    """Run a command line in the shell; its output, with the echo of the line."""
    channel.write(f"{command}; echo 'do'ne-{id(command)}\n".encode())
    return await read_until(channel, f"done-{id(command)}".encode())


async def read_to_end(channel: TabChannel, seconds: float = 10) -> tuple[bytes, ChannelEnd]:
    """The rest of the output, and how it ended."""
    seen = b""
    async with asyncio.timeout(seconds):
        while data := await channel.read(65536):
            seen += data
    assert channel.end is not None
    return seen, channel.end

"""The parts that need asyncssh: built late, in a thread, and handed to sessions as their Dialer."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sshtui.model.diagnosis import Finding
from sshtui.model.further_fields import OLD_ALGORITHMS
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.secrets.diagnosis import with_saved
from sshtui.secrets.remembering import RememberingPrompter
from sshtui.session.protocols import Channel
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.paths import Paths

if TYPE_CHECKING:
    from sshtui.keys.identities import FileAndAgentIdentities
    from sshtui.ssh.dialer import SshDialer


@dataclass(frozen=True)
class Wire:
    """The parts that need asyncssh, built together."""

    dialer: SshDialer
    identities: FileAndAgentIdentities


class LazyWire:
    """Builds the wire at the first use or when warmed up, in a thread either way; fits Dialer."""

    def __init__(self, build: Callable[[], Wire], remembering: Callable[[Prompter, Host], RememberingPrompter]) -> None:
        """`remembering` makes the prompter that answers one attempt to connect from saved secrets."""
        self._build = build
        self._remembering = remembering
        self._lock = threading.Lock()
        self._wire: Wire | None = None

    def warm_up(self) -> None:
        """Build it where we stand, which takes a while the first time."""
        with self._lock:
            self._wire = self._wire or self._build()

    def settle(self) -> None:
        """Warm up, then take what is loaded by now out of the collector's rounds.

        With 10,000 hosts a full round would hold a keystroke for 30 ms; what is loaded at the start stays anyway.
        """
        self.warm_up()
        gc.collect()
        gc.freeze()

    async def ready(self) -> Wire:
        """The wire, built in a thread when nobody did before."""
        if self._wire is None:
            await asyncio.to_thread(self.warm_up)
        assert self._wire is not None
        return self._wire

    async def dial(
        self, host: Host, size: Size, prompter: Prompter, *, progress: Callable[[str], None] | None = None
    ) -> Channel:
        """A terminal on `host`, as SshDialer.dial gives it."""
        remembering = self._remembering(prompter, host)
        channel = await (await self.ready()).dialer.dial(host, size, remembering, progress=progress)
        remembering.logged_in()
        return channel

    def remembering(self, prompter: Prompter, host: Host) -> RememberingPrompter:
        """`prompter`, with what is saved for `host` answering first."""
        return self._remembering(prompter, host)

    async def diagnose(self, host: Host, prompter: Prompter) -> AsyncIterator[Finding]:
        """Each step of the way to `host`, as SshDialer.diagnose finds it; jump hosts are logged in to."""
        dialer = (await self.ready()).dialer
        async for finding in with_saved(dialer.diagnose(host, self._remembering(prompter, host)), host):
            yield finding

    async def key_pairs(self, host: Host) -> Sequence[KeyPair]:
        """What a person can choose from for `host`."""
        return await (await self.ready()).identities.available(host)

    async def reach(self, host: Host) -> Reachability:
        """Whether an SSH server answers at `host`."""
        return await (await self.ready()).dialer.reach(host)

    def use_agent(self, path: str) -> None:
        """Log in with the agent at the socket `path` from here on, and forward it, as programs started by us do."""
        os.environ["SSH_AUTH_SOCK"] = path
        if self._wire is not None:
            self._wire.identities.use_agent(path)
            self._wire.dialer.pool.use_agent(path)


def build_wire(
    paths: Paths, settings: Settings, lookup: Lookup, hosts: HostStore, change: Callable[[Host, Host], None]
) -> Wire:
    """The wire on the files at `paths`.

    `change` puts what became of a host of `hosts` in its place: a person chose a key pair for good, or allowed old
    algorithms.
    """
    from sshtui.keys.identities import FileAndAgentIdentities
    from sshtui.ssh.dialer import SshDialer
    from sshtui.ssh.known_hosts import KnownHosts, read_only

    def remember(host: Host, key_pair: KeyPair) -> None:
        saved = hosts.get(host.name)
        if saved is not None and key_pair.path:
            change(saved, replace(saved, key_pair=key_pair.path))

    def allow_old(host: Host, algorithms: Sequence[str]) -> None:
        saved = hosts.get(host.name)
        if saved is not None:
            change(saved, replace(saved, extra={**saved.extra, OLD_ALGORITHMS: list(algorithms)}))

    agent_path = os.environ.get("SSH_AUTH_SOCK") or None
    identities = FileAndAgentIdentities(paths.ssh_dir, agent_path)
    dialer = SshDialer(
        KnownHosts(paths.known_hosts, read_only(paths.known_hosts)),
        identities,
        settings,
        lookup.hop,
        prepare=lookup.connecting,
        remember=remember,
        allow_old=allow_old,
        agent_path=agent_path,
    )
    return Wire(dialer, identities)

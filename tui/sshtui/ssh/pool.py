"""One login, many channels: whoever wants the same account of the same server gets the same connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from sshtui.errors import SshtuiError
from sshtui.model.diagnosis import Finding
from sshtui.model.further_fields import IDENTITY_AGENT, OLD_ALGORITHMS
from sshtui.model.hosts import Host
from sshtui.model.questions import Notice, Prompter
from sshtui.model.reachability import Reachability
from sshtui.ssh.connection import Connection
from sshtui.ssh.connector import AGENT_FORWARDING, Connector, Wish
from sshtui.ssh.diagnosis import NO_WAY, skipped
from sshtui.ssh.jumps import check_way, last_hop
from sshtui.ssh.reach import reach
from sshtui.ssh.system_login import DELEGATE
from sshtui.ssh.trust import ALIAS, CHECKING, DNS, FILES, FINGERPRINT, REVOKED, SYSTEM_FILES
from sshtui.ssh.users import login_user
from sshtui.ssh.ways import PROXY, PROXY_COMMAND, UNIX_SOCKET, Progress
from sshtui.ssh.wishes import OF_A_CONNECTION

Prepare = Callable[[Host], tuple[Host, Sequence[str]]]


@dataclass(frozen=True)
class Target:
    """What makes two hosts the same login: everything that decides where it goes and as whom."""

    user: str
    address: str
    port: int
    key_pair: str
    way: str
    agent_forwarded: bool
    rules: tuple[str, ...]
    """What the host says in `_DECIDING`: whoever pins a host key must not get a login made without that."""


class Pool:
    """Connections in use, by target."""

    def __init__(
        self, connector: Connector, resolve: Callable[[str], Host | None], prepare: Prepare | None = None
    ) -> None:
        """`prepare` gives a host as it is to be connected to now, and sentences for the person; it may take seconds."""
        self._connector = connector
        self._resolve = resolve
        self._prepare = prepare
        self._told: set[str] = set()
        self._connections: dict[Target, list[Connection]] = {}
        self._logging_in: dict[Target, asyncio.Lock] = {}

    def use_agent(self, path: str) -> None:
        """As Connector.use_agent; connections that are up keep the agent they have."""
        self._connector.use_agent(path)

    async def prepared(self, host: Host, prompter: Prompter) -> Host:
        """`host` as it is to be connected to now, asked once for each attempt; tells each sentence about it once a run.

        Raises Unreachable.
        """
        if self._prepare is None:
            return host
        ready, sentences = await asyncio.to_thread(self._prepare, host)
        new = [sentence for sentence in sentences if sentence not in self._told]
        self._told.update(new)
        if new:
            prompter.tell(Notice("\n".join(new)))
        return ready

    async def hold(
        self,
        host: Host,
        prompter: Prompter,
        progress: Progress,
        wish: Wish,
        *,
        fresh: bool = False,
    ) -> Connection:
        """A connection the caller holds and must `release`: a shared one, or a new one that asks what it must.

        Whoever comes while another one logs in to the same target waits for that login. `fresh` never shares, and a
        connection with old algorithms is shared by hosts that may use them alone.
        """
        # Before any lock is taken: two hosts that jump through each other would wait for each other.
        check_way(host, self._resolve)
        target = _target(host)
        lock = self._logging_in.setdefault(target, asyncio.Lock())
        async with lock:
            if not fresh and (shared := self._usable(host)) is not None:
                shared.hold()
                return shared
            connection = await self._make(host, prompter, progress, wish)
        self._connections.setdefault(target, []).append(connection)
        return connection

    async def open_forwards(self, connection: Connection, host: Host, prompter: Prompter) -> None:
        """Open the port forwards of `host` on a connection the caller holds, those that no tab's has open yet.

        Raises ForwardFailed where the host wants no terminal without them.
        """
        group = self._connections.get(_target(host), ())
        others = [each.forwards for each in group if each is not connection and not each.ssh.is_closed()]
        await connection.forwards.open(host, prompter, others)

    async def _make(self, host: Host, prompter: Prompter, progress: Progress, wish: Wish) -> Connection:
        hop = last_hop(host, self._resolve)
        if hop is None:
            return await self._connector.connect(host, prompter, progress, over=None, wish=wish)
        over = await self.hold(await self.prepared(hop, prompter), prompter, progress, Wish())
        try:
            return await self._connector.connect(host, prompter, progress, over=over, wish=wish)
        except BaseException:
            # Whatever ended it, a cancelled task too: the way there is not needed any more.
            await over.release()
            raise

    async def diagnose(self, host: Host, prompter: Prompter) -> AsyncIterator[Finding]:
        """What stands between us and `host`; the way to it through others is logged in to, with their questions."""
        host = await self.prepared(host, prompter)
        check_way(host, self._resolve)
        hop = last_hop(host, self._resolve)
        over: Connection | None = None
        if hop is not None:
            try:
                hop = await self.prepared(hop, prompter)
                over = await self.hold(hop, prompter, lambda stage: None, Wish())
            except SshtuiError as error:
                text = f"{hop.name}, which {host.name} is reached through: {error.sentence}"
                yield Finding("way", "failed", text, None, error.hint, error.exit_code)
                for finding in skipped(NO_WAY):
                    yield finding
                return
        try:
            async for finding in self._connector.diagnose(host, prompter, over=over):
                yield finding
        finally:
            if over is not None:
                await over.release()

    async def reach(self, host: Host) -> Reachability:
        """Whether a server answers at `host`; behind a jump host only where a connection to that one is open.

        Nobody is asked and nobody logs in. Never raises for what a person typed or a network does.
        """
        try:
            check_way(host, self._resolve)
            hop = last_hop(host, self._resolve)
        except SshtuiError as error:
            return Reachability("not checked", detail=error.sentence)
        if hop is None:
            return await reach(host)
        over = self._usable(hop)
        if over is None:
            return Reachability("not checked", through=hop.name)
        over.hold()
        try:
            return await reach(host, over)
        finally:
            await over.release()

    def _usable(self, host: Host) -> Connection | None:
        self._forget_ended()
        group = self._connections.get(_target(host), ())
        return next((each for each in group if each.usable and self._connector.may_share(host, each)), None)

    def _forget_ended(self) -> None:
        alive = {
            target: [each for each in group if each.users and not each.ssh.is_closed()]
            for target, group in self._connections.items()
        }
        self._connections = {target: group for target, group in alive.items() if group}

    async def close(self) -> None:
        """Drop every connection, whoever uses it."""
        connections = [each for group in self._connections.values() for each in group if each.users]
        self._connections.clear()
        await asyncio.gather(*(each.drop() for each in connections))


_DECIDING = (
    *(FINGERPRINT, ALIAS, FILES, SYSTEM_FILES, CHECKING, DNS, REVOKED),
    *(DELEGATE, IDENTITY_AGENT),
    *(OLD_ALGORITHMS, *OF_A_CONNECTION),
)
"""Fields of a host that decide whom a connection trusts, whose agent logs in, and how it is made."""


def _target(host: Host) -> Target:
    return Target(
        login_user(host),
        host.address.lower(),
        host.port,
        host.key_pair,
        host.jump
        or next((str(way) for field in (UNIX_SOCKET, PROXY_COMMAND, PROXY) if (way := host.extra.get(field))), ""),
        host.extra.get(AGENT_FORWARDING) is True,
        tuple(str(host.extra.get(field, "")) for field in _DECIDING),
    )

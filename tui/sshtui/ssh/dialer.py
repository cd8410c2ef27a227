"""The dialer: from a saved host to a terminal on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from sshtui.errors import ChannelRefused, ConfigError, ConnectionLost, Declined, LoginRejected, NotFound
from sshtui.model.diagnosis import Finding
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, Notice, Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.resuming import command_for
from sshtui.model.settings import Settings
from sshtui.ssh.channel import Pipe
from sshtui.ssh.connection import Connection
from sshtui.ssh.connector import Connector, Wish
from sshtui.ssh.dns_host_keys import PublishedHostKeys
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.offers import MOST_OFFERS
from sshtui.ssh.pool import Pool, Prepare
from sshtui.ssh.protocols import Identities
from sshtui.ssh.tab import TabChannel
from sshtui.ssh.unfinished import Unfinished
from sshtui.ssh.ways import Progress
from sshtui.ssh.wishes import environment_for


class SshDialer:
    """Opens terminals on servers; tabs on one account of one server share a connection.

    `resolve` finds a saved host by name, for jumps. `remember` is told the key pair a person chose for good,
    `allow_old` the old algorithms a person allowed a host. `agent_path` is the agent that hosts may be allowed to use,
    `dns` whoever looks up published host keys; the name servers of this system unless given.
    `prepare` gives a host as it is to be connected to now, and sentences for the person; it may take seconds.
    """

    def __init__(
        self,
        known_hosts: KnownHosts,
        identities: Identities,
        settings: Settings,
        resolve: Callable[[str], Host | None],
        *,
        remember: Callable[[Host, KeyPair], None] | None = None,
        allow_old: Callable[[Host, Sequence[str]], None] | None = None,
        agent_path: str | None = None,
        dns: PublishedHostKeys | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        self._identities = identities
        self._remember = remember
        self._unfinished = Unfinished()
        self.pool = Pool(Connector(known_hosts, identities, settings, allow_old, agent_path, dns), resolve, prepare)
        """The connections that tabs and commands share."""

    async def dial(
        self,
        host: Host,
        size: Size,
        prompter: Prompter,
        *,
        progress: Progress | None = None,
        choose: bool = False,
        password: str = "",
    ) -> TabChannel:
        """A shell (or the host's command) on `host`; with `choose` the person picks the key pair first.

        `progress` is told each stage in a few words. `password` is tried once before the person is asked.
        Raises an SshtuiError that says what to do next. Cancelling leaves no socket and no task behind.
        """
        stage = progress or _ignore
        host = await self.pool.prepared(host, prompter)
        wish = Wish(password=password)
        if choose:
            chosen = await self._choose(host, prompter)
            if chosen is None:
                raise Declined(f"No key pair was chosen for {host.name}.")
            wish = replace(wish, chosen=chosen)
        try:
            return await self._open(host, size, prompter, stage, wish)
        except LoginRejected as rejected:
            if choose or "publickey" not in rejected.offers or not await self._untried(host):
                raise
            chosen = await self._choose(host, prompter)
            if chosen is None:
                raise
            return await self._open(host, size, prompter, stage, replace(wish, chosen=chosen))

    def diagnose(self, host: Host, prompter: Prompter) -> AsyncIterator[Finding]:
        """Each step of a connection to `host` as a finding, as soon as it is known; no credential is sent.

        `prompter` is asked only for the jump hosts on the way, which must be logged in to.
        """
        return self.pool.diagnose(host, prompter)

    async def reach(self, host: Host) -> Reachability:
        """Whether an SSH server answers at `host`; nobody is asked and nobody logs in."""
        return await self.pool.reach(host)

    async def close(self) -> None:
        """Drop every connection."""
        await self.pool.close()

    async def _open(self, host: Host, size: Size, prompter: Prompter, stage: Progress, wish: Wish) -> TabChannel:
        connection, pipe = await self._pipe(host, size, prompter, stage, wish)

        async def again(password: str) -> tuple[Connection, Pipe]:
            return await self._pipe(host, size, prompter, stage, replace(wish, password=password), fresh=True)

        return TabChannel(host, connection, pipe, prompter, again, self._unfinished)

    async def _pipe(
        self, host: Host, size: Size, prompter: Prompter, stage: Progress, wish: Wish, *, fresh: bool = False
    ) -> tuple[Connection, Pipe]:
        """A terminal, on another connection when the shared one is dead or has no room for it (MaxSessions)."""
        while True:
            connection = await self.pool.hold(host, prompter, stage, wish, fresh=fresh or wish.chosen is not None)
            shared = connection.users > 1
            stage("opening a terminal")
            try:
                await self.pool.open_forwards(connection, host, prompter)
                return connection, await connection.open_pipe(
                    size, command_for(host), environment(host), name=host.name
                )
            except (ChannelRefused, ConnectionLost):
                await connection.release()
                if not shared or not connection.full:
                    raise
            except BaseException:
                # Lost or cancelled: what was held must be let go on every way out.
                await connection.release()
                raise

    async def _choose(self, host: Host, prompter: Prompter) -> KeyPair | None:
        """The key pair a person picks; None when they do not."""

        async def again() -> Sequence[KeyPair]:
            return await self._identities.available(host)

        key_pairs = tuple(await again())
        if not key_pairs:
            raise NotFound(
                "There is no key pair to choose from.", hint="Make one: sshtui keys new, or K in the host list."
            )
        answer = await prompter.ask(ChooseKeyPair(host.name, key_pairs, host.key_pair, again))
        if answer is None:
            return None
        if answer.remember and self._remember is not None:
            try:
                self._remember(host, answer.key_pair)
            except ConfigError as unsaved:
                prompter.tell(
                    Notice(f"{unsaved.sentence} {host.name} is dialed with it all the same.", level="warning")
                )
        return answer.key_pair

    async def _untried(self, host: Host) -> bool:
        """Whether there is a key pair the login did not offer by itself."""
        available = await self._identities.available(host)
        return any(not pair.automatic for pair in available) or len(available) > MOST_OFFERS


def environment(host: Host) -> dict[str, str]:
    """What the remote terminal is told, where its server lets it: true colour, UTF-8, the wishes of the host."""
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    utf8 = locale.lower().replace("-", "").endswith("utf8")
    return {"COLORTERM": "truecolor", "LANG": locale if utf8 else "C.UTF-8", **environment_for(host)}


def _ignore(stage: str) -> None:
    """Nobody wants to know the stages."""

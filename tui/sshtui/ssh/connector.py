"""From a saved host to a logged-in connection: trust first, then login, hop by hop."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from sshtui.errors import ConfigError, LoginRejected, NoCommonAlgorithm
from sshtui.model.diagnosis import Finding
from sshtui.model.further_fields import IDENTITY_AGENT, OLD_ALGORITHMS, agent_socket
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Confirm, Notice, Prompter
from sshtui.model.settings import Settings
from sshtui.ssh.algorithms import MODERN, Algorithms, allowing, needed_for, offers, side_by_side
from sshtui.ssh.attempt import (
    Announced,
    Liveliness,
    LoggedIn,
    UntrustedHostKey,
    UselessCertificate,
    connect,
    facts_of,
)
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.connection import Connection
from sshtui.ssh.diagnosis import Examination, diagnose
from sshtui.ssh.dns_host_keys import PublishedHostKeys
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.library import asyncssh
from sshtui.ssh.offers import MOST_OFFERS, Offers
from sshtui.ssh.patience import Patience
from sshtui.ssh.protocols import Identities
from sshtui.ssh.quirks import vanish
from sshtui.ssh.system_login import NOTHING, SystemLogin, system_login
from sshtui.ssh.trust import HostKeyTrust
from sshtui.ssh.users import login_user
from sshtui.ssh.ways import Progress, route_to
from sshtui.ssh.wishes import chosen_algorithms, connect_limit, keep_alive_misses, login_methods

AGENT_FORWARDING = "agent_forwarding"
"""The field of a saved host that lets programs there use the agent here; off unless it is `true`."""


@dataclass(frozen=True)
class Wish:
    """What a dial wants beyond the saved host: one key pair and no other, a password to begin with."""

    chosen: KeyPair | None = None
    password: str = field(default="", repr=False)


class Connector:
    """Makes connections, each with its own trust and its own login.

    `allow_old` is told of a host, and of the old algorithms a person allowed it for good. `agent_path` is the socket
    of the agent that hosts may be allowed to use, None for no agent.
    """

    def __init__(
        self,
        known_hosts: KnownHosts,
        identities: Identities,
        settings: Settings,
        allow_old: Callable[[Host, Sequence[str]], None] | None = None,
        agent_path: str | None = None,
        dns: PublishedHostKeys | None = None,
    ) -> None:
        self._trust = HostKeyTrust(known_hosts, dns)
        self._identities = identities
        self._settings = settings
        self._allow_old = allow_old
        self._agent_path = agent_path
        self._told_damage = False
        self._allowed: dict[tuple[str, str, int], tuple[str, ...]] = {}
        self._most_offers: dict[tuple[str, int], int] = {}
        """For servers that hung up before anything but key pairs was tried, how many they stand (MaxAuthTries)."""

    def use_agent(self, path: str) -> None:
        """From here on the agent that hosts may be allowed to use is the one behind the socket `path`."""
        self._agent_path = path

    async def connect(
        self, host: Host, prompter: Prompter, progress: Progress, *, over: Connection | None, wish: Wish
    ) -> Connection:
        """A connection to `host`, which the caller holds or drops; `over` is released when it ends.

        A host key nobody trusts yet ends the first attempt before anything was sent. The question is asked
        with nothing open, and the second attempt accepts exactly the host key that was shown.
        """
        plain_only = judged = False
        # Whoever chose a key pair wants to know whether that one gets in.
        system = NOTHING if wish.chosen else system_login(host, prompter, through_jump=over is not None)
        while True:
            patience = Patience(connect_limit(host, self._settings.connect_timeout))
            client = self._login(host, prompter, progress, wish, patience, system)
            known = await self._trust.known(host)
            self._tell_damage(known.damaged, prompter)
            offer = self._offer(host)
            try:
                there = await connect(
                    host,
                    login_user(host),
                    client,
                    route=route_to(host, over),
                    offer=offer,
                    known=replace(known, authorities=()) if plain_only else known,
                    patience=patience,
                    liveliness=self._liveliness(host),
                    forwarded_agent=self._agent_for(host),
                    system=system,
                    announced=self._announced(host, client, prompter),
                    progress=progress,
                )
            except UntrustedHostKey as refused:
                progress("waiting for your decision about the host key")
                await self._trust.judge(host, refused.host_key, prompter)
                judged = True
            except UselessCertificate as useless:
                # As ssh does: with certificates left out the server shows its plain host key.
                plain_only = True
                if useless.reason:
                    text = f"{host.name} shows a host certificate that {useless.reason}; its plain host key counts."
                    prompter.tell(Notice(text, level="warning"))
            except LoginRejected as rejected:
                if wish.chosen or not _only_key_pairs_were_tried(rejected, client):
                    raise
                # Nobody was asked anything yet: the next attempt leaves a try for what a person types.
                self._most_offers[_place(host)] = client.offers_made - 1
            except NoCommonAlgorithm as error:
                theirs = client.wire.server_offers if client.wire is not None else {}
                if not await self._allow(host, error, needed_for(offer, theirs), prompter):
                    raise
            else:
                if not judged:
                    await self._compare_with_dns(host, there, prompter)
                return self._connection(host, there, client, over, prompter)

    async def _compare_with_dns(self, host: Host, there: LoggedIn, prompter: Prompter) -> None:
        """Warn when the DNS contradicts a host key that is known, where the host wants it asked; as ssh, go on."""
        used = there.ssh.get_server_host_key()
        try:
            verdict = await self._trust.in_dns(host, HostKey(used.public_data), prompter) if used else "unasked"
        except BaseException:
            # Cancelled: nobody else has this connection yet.
            await vanish(there.ssh)
            await there.way.close()
            raise
        if verdict == "differs":
            text = f"The DNS names another host key for {host.name} than the one it shows and is known by."
            prompter.tell(Notice(text, level="warning"))

    def _announced(self, host: Host, client: LoginClient, prompter: Prompter) -> Announced:
        async def announced(host_keys: Sequence[HostKey]) -> None:
            used = client.wire.connection.get_server_host_key() if client.wire is not None else None
            if used is None:
                return
            try:
                await self._trust.announced(host, HostKey(used.public_data), host_keys, prompter)
            except ConfigError as unread:
                prompter.tell(Notice(unread.sentence, level="warning"))

        return announced

    def _login(
        self,
        host: Host,
        prompter: Prompter,
        progress: Progress,
        wish: Wish,
        patience: Patience,
        system: SystemLogin,
    ) -> LoginClient:
        def on_login() -> None:
            patience.extend()
            progress("logging in")

        asking = patience.watching(prompter)
        return LoginClient(
            host,
            replace(host, user=login_user(host)).destination,
            asking,
            Offers(
                host,
                self._identities,
                asking,
                wish.chosen,
                patience=patience,
                spent=system.tries,
                most=MOST_OFFERS if wish.chosen else self._most_offers.get(_place(host), MOST_OFFERS),
            ),
            password=wish.password,
            progress=on_login,
            # A key pair that a person picked is offered whatever the host says.
            methods=login_methods(host) | ({"publickey"} if wish.chosen else set()),
        )

    def _connection(
        self, host: Host, there: LoggedIn, client: LoginClient, over: Connection | None, prompter: Prompter
    ) -> Connection:
        """Held once, by the caller."""
        interval = self._liveliness(host).interval
        if there.wire.chokes_on_ignore:
            there.ssh.set_keepalive(0)
            interval = 0
        facts = facts_of(
            there.ssh,
            there.wire,
            replace(host, user=login_user(host)),
            client,
            agent_forwarded=bool(self._agent_for(host)),
        )
        if facts.method == "none":
            text = f"{host.name} let you in without asking who you are: everybody gets in there."
            prompter.tell(Notice(text, level="warning"))
        if facts.certificate is not None and facts.certificate.expires_soon(time.time()):
            until = time.strftime("%Y-%m-%d %H:%M", time.localtime(facts.certificate.valid_until))
            text = f"The certificate that logs in to {host.name} expires on {until}: have it renewed."
            prompter.tell(Notice(text, level="warning"))
        connection = Connection(
            there.ssh,
            there.wire,
            host.name,
            facts,
            keep_alive=interval,
            below=[there.way.close, *([over.release] if over is not None else [])],
        )
        connection.hold()
        return connection

    async def diagnose(self, host: Host, prompter: Prompter, *, over: Connection | None) -> AsyncIterator[Finding]:
        """What stands between us and `host`, as `diagnosis.diagnose` tells it; `over` stays the caller's."""
        examination = Examination(
            self._identities,
            self._settings,
            prompter,
            await self._trust.known(host),
            self._offer(host),
            route_to(host, over),
            lambda host_key: self._trust.in_dns(host, host_key, prompter),
        )
        async for finding in diagnose(host, examination):
            yield finding

    def _tell_damage(self, lines: int, prompter: Prompter) -> None:
        """Say once in a run that known_hosts holds lines nobody can read."""
        if lines and not self._told_damage:
            self._told_damage = True
            text = f"{lines} line{'s' if lines > 1 else ''} of the known hosts cannot be read and count for nothing."
            prompter.tell(Notice(text, level="warning"))

    def _agent_for(self, host: Host) -> str:
        if host.extra.get(AGENT_FORWARDING) is not True:
            return ""
        return os.path.expanduser(agent_socket(str(host.extra.get(IDENTITY_AGENT) or ""), self._agent_path) or "")

    def may_share(self, host: Host, connection: Connection) -> bool:
        """Whether `host`, for whose target `connection` was made, may use each old algorithm that it uses."""
        # What a person allowed one host of the target holds for no other one.
        return not connection.facts.old or offers(self._offer(host), connection.facts.old)

    def _offer(self, host: Host) -> Algorithms:
        return allowing(chosen_algorithms(MODERN, host), self._allowed_for(host))

    def _allowed_for(self, host: Host) -> tuple[str, ...]:
        saved = host.extra.get(OLD_ALGORITHMS)
        names = [name for name in saved if isinstance(name, str)] if isinstance(saved, list) else []
        return (*names, *self._allowed.get((host.name, *_place(host)), ()))

    async def _allow(self, host: Host, error: NoCommonAlgorithm, needed: tuple[str, ...], prompter: Prompter) -> bool:
        """Whether a person lets this host, and no other, use the old algorithms it needs."""
        if not needed:
            return False
        text = (
            f"They have no {error.kind} in common.\n\n"
            f"{side_by_side(('the server has', *error.theirs), ('sshtui offers', *error.ours))}\n\n"
            f"The least that would work: {', '.join(needed)}. Whoever can read or change the traffic may break these."
        )
        question = Confirm(f"{host.name} knows only old algorithms", text, yes="Allow for this host", danger=True)
        if not await prompter.ask(question):
            return False
        self._allowed[host.name, *_place(host)] = (*self._allowed.get((host.name, *_place(host)), ()), *needed)
        if self._allow_old is not None:
            try:
                self._allow_old(host, tuple(dict.fromkeys(self._allowed_for(host))))
            except ConfigError as unsaved:
                prompter.tell(Notice(f"{unsaved.sentence} Until sshtui ends, the old algorithms are allowed."))
        return True

    def _liveliness(self, host: Host) -> Liveliness:
        interval = self._settings.keep_alive if host.keep_alive is None else host.keep_alive
        return Liveliness(interval, keep_alive_misses(host, self._settings.keep_alive_misses))


def _only_key_pairs_were_tried(rejected: LoginRejected, client: LoginClient) -> bool:
    """Whether the server ended a login that could have gone on with a person's answers."""
    hung_up = isinstance(rejected.__cause__, asyncssh.DisconnectError)
    hung_up = hung_up and not isinstance(rejected.__cause__, asyncssh.PermissionDenied)
    answers = {"password", "keyboard-interactive"} & set(client.server_methods)
    return hung_up and bool(answers) and client.tried == ["publickey"] and client.offers_made > 0


def _place(host: Host) -> tuple[str, int]:
    return host.address.lower(), host.port

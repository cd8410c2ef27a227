"""From a saved host to a logged-in connection: trust first, then login, hop by hop."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, replace

from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.settings import Settings
from sshtui.ssh.algorithms import LEGACY, MODERN
from sshtui.ssh.attempt import Liveliness, Progress, Route, UntrustedHostKey, connect, facts_of
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.connection import Connection
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.offers import Offers
from sshtui.ssh.patience import Patience
from sshtui.ssh.protocols import Identities
from sshtui.ssh.trust import HostKeyTrust


@dataclass(frozen=True)
class Wish:
    """What a dial wants beyond the saved host: one key pair and no other, a password to begin with, old algorithms."""

    chosen: KeyPair | None = None
    password: str = field(default="", repr=False)
    legacy: bool = False


def old_gear(host: Host, wish: Wish) -> bool:
    """Whether old algorithms are allowed: `legacy = true` in the saved host, or a yes just now."""
    return wish.legacy or bool(host.extra.get("legacy"))


class Connector:
    """Makes connections, each with its own trust and its own login."""

    def __init__(self, known_hosts: KnownHosts, identities: Identities, settings: Settings) -> None:
        self._trust = HostKeyTrust(known_hosts)
        self._identities = identities
        self._settings = settings

    async def connect(
        self, host: Host, prompter: Prompter, progress: Progress, *, over: Connection | None, wish: Wish
    ) -> Connection:
        """A connection to `host`, which the caller holds or drops; `over` is released when it ends.

        A host key nobody trusts yet ends the first attempt before anything was sent. The question is asked
        with nothing open, and the second attempt accepts exactly the host key that was shown.
        """
        command = str(host.extra.get("proxy_command") or "") if over is None else ""
        route = Route(over, command)
        user = host.user or getpass.getuser()
        liveliness = self._liveliness(host)
        while True:
            patience = Patience(self._settings.connect_timeout)
            offers = Offers(host, self._identities, patience.watching(prompter), wish.chosen)

            def on_login(patience: Patience = patience) -> None:
                patience.extend()
                progress("logging in")

            client = LoginClient(
                host,
                replace(host, user=user).destination,
                patience.watching(prompter),
                offers,
                password=wish.password,
                progress=on_login,
            )
            known = await self._trust.known(host)
            try:
                there = await connect(
                    host,
                    user,
                    client,
                    route=route,
                    offer=LEGACY if old_gear(host, wish) else MODERN,
                    known=known,
                    patience=patience,
                    liveliness=liveliness,
                    progress=progress,
                )
            except UntrustedHostKey as refused:
                progress("waiting for your decision about the host key")
                await self._trust.judge(host, refused.host_key, prompter)
                continue
            wire = there.wire
            if wire.chokes_on_ignore:
                there.ssh.set_keepalive(0)
            connection = Connection(
                there.ssh,
                wire,
                host.name,
                facts_of(there.ssh, wire, replace(host, user=user), client.method),
                keep_alive=0 if wire.chokes_on_ignore else liveliness.interval,
                below=[each for each in (there.proxy and there.proxy.close, over and over.release) if each],
            )
            connection.hold()
            return connection

    def _liveliness(self, host: Host) -> Liveliness:
        interval = self._settings.keep_alive if host.keep_alive is None else host.keep_alive
        return Liveliness(interval, self._settings.keep_alive_misses)

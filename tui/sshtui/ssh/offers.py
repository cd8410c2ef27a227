"""Which key pairs a login offers, and in which order: the right one first, and never so many that it locks out."""

from __future__ import annotations

import os

from sshtui.errors import KeyPairError
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Notice, Prompter
from sshtui.ssh.library import asyncssh
from sshtui.ssh.patience import Patience
from sshtui.ssh.protocols import Identities
from sshtui.ssh.quirks import unhurried

MOST_OFFERS = 4
"""OpenSSH ends a connection at six failures (MaxAuthTries); two stay for passwords."""


class Offers:
    """Hands out what asyncssh can offer, one at a time; opens no private half before the server wants it."""

    def __init__(
        self,
        host: Host,
        identities: Identities,
        prompter: Prompter,
        chosen: KeyPair | None = None,
        *,
        patience: Patience | None = None,
        spent: int = 0,
        most: int = MOST_OFFERS,
    ) -> None:
        """`spent`: tries that other methods may have used up before; the first key pair is offered all the same.

        `most`: how many this server stands, where it has shown that.
        """
        self._host = host
        self._identities = identities
        self._prompter = prompter
        self._chosen = chosen
        self._patience = patience
        self._waiting: list[KeyPair] | None = None
        self._ready: list[asyncssh.SSHKeyPair] = []
        self._left = min(max(1, MOST_OFFERS - spent), most)
        self.made = 0
        """How many were handed out."""

    async def next(self) -> asyncssh.SSHKeyPair | None:
        """The next one to offer; None when all were, or as many as a server stands."""
        if self._waiting is None:
            self._waiting = await self._in_order()
        while not self._ready:
            if not self._waiting or not self._left:
                return None
            key_pair = self._waiting.pop(0)
            try:
                self._ready = list(await self._identities.signer(key_pair, self._prompter))
            except KeyPairError as error:
                # One unusable file must not end the login: the person hears of it, the next one is tried.
                self._prompter.tell(Notice(error.told, level="warning"))
        if not self._left:
            return None
        self._left -= 1
        self.made += 1
        signer = self._ready.pop(0)
        return signer if self._patience is None else unhurried(signer, self._patience)

    async def _in_order(self) -> list[KeyPair]:
        if self._chosen is not None:
            # A person pointed at one: offering others too could log in with the wrong one.
            return [self._chosen]
        available = [pair for pair in await self._identities.available(self._host) if pair.automatic]
        own = self._host.key_pair
        if own and not any(_is(pair, own) for pair in available):
            # Missing or damaged: offering it all the same brings the reason to the person.
            return [KeyPair("file", own), *available]
        return available


def _is(pair: KeyPair, path: str) -> bool:
    return pair.source == "file" and pair.path == os.path.expanduser(path)

"""A login that asks the server what it would take and gives it nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.library import asyncssh


class _PublicHalf(asyncssh.SSHKeyPair):
    """A key pair that is only shown: being asked for a signature means that the server would take it."""

    _key_type = "public"

    def __init__(self, public: asyncssh.SSHKey, pair: KeyPair, accepted: list[KeyPair]) -> None:
        super().__init__(
            public.algorithm,
            public.algorithm,
            public.sig_algorithms,
            public.sig_algorithms,
            public.public_data,
            None,
        )
        self._pair = pair
        self._accepted = accepted

    async def sign_async(self, data: bytes) -> bytes:
        self._accepted.append(self._pair)
        # asyncssh goes on with the next one after this error.
        raise ValueError("only asked")


class ProbeClient(LoginClient):
    """Shows the key pairs of `queue`, keeps those that are `accepted`, and answers no question."""

    def __init__(self, host: Host, queue: Sequence[KeyPair], prompter: Prompter) -> None:
        super().__init__(host, host.destination, prompter, None)
        self._queue = list(queue)
        self.accepted: list[KeyPair] = []
        """Those the server would take, in the order they were shown."""

    async def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | None:
        self._asked_for("publickey")
        while self._queue:
            pair = self._queue.pop(0)
            if pair.public is not None:
                try:
                    return _PublicHalf(asyncssh.import_public_key(pair.public.line), pair, self.accepted)
                except asyncssh.KeyImportError:
                    continue
        return None

    async def password_auth_requested(self) -> str | None:
        self._asked_for("password")
        return None

    async def kbdint_auth_requested(self) -> str | None:
        self._asked_for("keyboard-interactive")
        return None

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Nobody is logging in: a banner is not shown."""

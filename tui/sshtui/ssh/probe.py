"""A login that asks the server what it would take and gives it nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sshtui.errors import KeyPairError
from sshtui.model.connection import UserCertificate
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import A, Notice, Prompter, Question
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.library import asyncssh
from sshtui.ssh.protocols import Identities
from sshtui.ssh.quirks import certificate_of


@dataclass(frozen=True)
class Shown:
    """What is shown for a key pair: its public half, or a certificate of it, and what that says."""

    pair: KeyPair
    public_half: asyncssh.SSHKeyPair
    certificate: UserCertificate | None = None


@dataclass(frozen=True)
class Choice:
    """What can be shown for some key pairs, certificates first, and what is wrong with the others."""

    shown: Sequence[Shown]
    complaints: Sequence[str]
    of_no_use: Sequence[KeyPair]
    """Files without a public half that are missing or damaged."""
    without_certificate: Sequence[KeyPair]
    """Those whose certificate cannot be shown, which `complaints` says why."""


async def to_show(pairs: Sequence[KeyPair], identities: Identities) -> Choice:
    """What can be shown for `pairs` without asking anybody; a file without a public half may want its passphrase."""
    listener = _Listener()
    shown: list[Shown] = []
    of_no_use: list[KeyPair] = []
    without_certificate: list[KeyPair] = []
    for pair in pairs:
        try:
            if pair.public is None:
                if pair.source == "file":
                    await identities.signer(pair, listener)
                continue
            signers = await identities.signer(pair, listener) if pair.certificate else ()
            certified = [each for each in signers if each.has_cert]
            without_certificate += [pair] if signers and not certified else []
            shown += [Shown(pair, each, certificate_of(each)) for each in certified]
            shown.append(Shown(pair, _PublicHalf(asyncssh.import_public_key(pair.public.line))))
        except KeyPairError as error:
            listener.heard.append(error.told)
            of_no_use += [pair] if pair.public is None else []
        except asyncssh.KeyImportError:
            continue
    return Choice(shown, listener.heard, of_no_use, without_certificate)


class _Listener:
    """Fits Prompter: answers nothing and keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def ask(self, question: Question[A]) -> A | None:
        return None

    def tell(self, notice: Notice) -> None:
        self.heard.append(notice.text)


class _PublicHalf(asyncssh.SSHKeyPair):
    """The public half of a key pair; being asked for a signature means that the server would take it."""

    _key_type = "public"

    def __init__(self, public: asyncssh.SSHKey) -> None:
        super().__init__(
            public.algorithm,
            public.algorithm,
            public.sig_algorithms,
            public.sig_algorithms,
            public.public_data,
            None,
        )


class ProbeClient(LoginClient):
    """Shows the key pairs of `queue`, keeps those that are `accepted`, and answers no question."""

    def __init__(self, host: Host, queue: Sequence[Shown], prompter: Prompter) -> None:
        super().__init__(host, host.destination, prompter, None)
        self.shown = tuple(queue)
        self._queue = list(queue)
        self.accepted: list[KeyPair] = []
        """Those the server would take, in the order they were shown."""

    async def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | None:
        self._asked_for("publickey")
        if not self._queue:
            return None
        shown = self._queue.pop(0)

        async def sign_async(data: bytes) -> bytes:
            self.accepted.append(shown.pair)
            # asyncssh goes on with the next one after this error.
            raise ValueError("only asked")

        vars(shown.public_half)["sign_async"] = sign_async
        return shown.public_half

    async def password_auth_requested(self) -> str | None:
        self._asked_for("password")
        return None

    async def kbdint_auth_requested(self) -> str | None:
        self._asked_for("keyboard-interactive")
        return None

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Nobody is logging in: a banner is not shown."""

"""Key pairs as asyncssh offers them; loaded when a connection is made, since it brings asyncssh along."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
from asyncssh.agent import SSHAgentKeyPair

from sshtui.errors import KeyPairError, NotFound, WrongPassphrase
from sshtui.keys.agent import AgentKey
from sshtui.keys.apart import apart
from sshtui.keys.beside import read_certificate_beside, read_certificate_file
from sshtui.keys.inspect import read_key_file
from sshtui.keys.private import open_private
from sshtui.keys.security_keys import TOUCH, WANTS_VERIFICATION, Credential, credential_of, sign_verified
from sshtui.keys.tokens import OpenedToken
from sshtui.keys.translate import decoding
from sshtui.model.host_keys import PublicKey
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Notice, Passphrase, Prompter

Opened = Callable[[asyncssh.SSHKey, Prompter], Awaitable[None]]


class OpenedFile:
    """A private key file that asks for its passphrase once and keeps the key in memory while the file is the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: Opened | None = None
        """Called once with the key when it was opened, and with who was asked."""
        self._key: asyncssh.SSHKey | None = None
        self._digest = b""
        # Two tabs that start together ask once: the second waits and finds the key opened.
        self._turn = asyncio.Lock()

    async def private(self, prompter: Prompter) -> asyncssh.SSHKey | None:
        """The private key, asking until a passphrase fits; None when the person declines. Raises KeyPairError."""
        async with self._turn:
            data = await asyncio.to_thread(read_key_file, self.path)
            digest = hashlib.sha256(data).digest()
            if self._key is None or digest != self._digest:
                self._key = await self._open(data, prompter)
                self._digest = digest
                if self._key is not None and self.opened is not None:
                    await self.opened(self._key, prompter)
            return self._key

    async def _open(self, data: bytes, prompter: Prompter) -> asyncssh.SSHKey | None:
        passphrase, attempt, problem = None, 0, ""
        while True:
            try:
                return await asyncio.to_thread(open_private, data, passphrase, str(self.path))
            except WrongPassphrase as error:
                # The first round goes without a passphrase: its failing only says that one is needed.
                problem = error.sentence if attempt else ""
            attempt += 1
            passphrase = await prompter.ask(Passphrase(str(self.path), attempt, problem))
            if passphrase is None:
                return None


class _Signer(asyncssh.SSHKeyPair):
    """A public half or certificate whose private half signs elsewhere, and may fail to: that is told to the person."""

    def __init__(
        self,
        public: asyncssh.SSHKey,
        comment: str,
        prompter: Prompter,
        certificate: asyncssh.SSHCertificate | None = None,
    ) -> None:
        names, kind = public.sig_algorithms, public.algorithm
        super().__init__(kind, kind, names, names, public.public_data, comment, certificate)
        self._prompter = prompter

    async def sign_async(self, data: bytes) -> bytes:
        """The signature of `data`; ValueError, on which asyncssh moves to the next key pair, without one."""
        try:
            return await self._sign(data)
        except (KeyPairError, NotFound) as error:
            self._prompter.tell(Notice(error.told, level="error"))
            raise ValueError(error.sentence) from error

    async def _sign(self, data: bytes) -> bytes:
        """The signature. Raises KeyPairError, NotFound; ValueError for what the person knows already."""
        raise NotImplementedError


class FileSigner(_Signer):
    """A key file's public half or certificate, which opens the private half when a signature is wanted."""

    _key_type = "local"

    def __init__(
        self,
        opened: OpenedFile,
        public: asyncssh.SSHKey,
        certificate: asyncssh.SSHCertificate | None,
        prompter: Prompter,
    ) -> None:
        super().__init__(public, str(opened.path), prompter, certificate)
        self._opened = opened

    async def _sign(self, data: bytes) -> bytes:
        private_key = await self._opened.private(self._prompter)
        if private_key is None:
            raise ValueError("The passphrase was not given.")
        credential = credential_of(private_key)
        if credential is not None and credential.verified:
            return await self._sign_verified(credential, data)
        if credential is not None:
            self._prompter.tell(TOUCH)
        try:
            return await apart(lambda: private_key.sign(data, self.sig_algorithm))
        except ValueError as error:
            if credential is not None and WANTS_VERIFICATION in str(error):
                return await self._sign_verified(credential, data)
            self._prompter.tell(Notice(f"{self._opened.path} cannot sign: {error}.", level="error"))
            raise

    async def _sign_verified(self, credential: Credential, data: bytes) -> bytes:
        return await sign_verified(credential, data, self.sig_algorithm.decode(), self._prompter)


async def file_signers(opened: OpenedFile, pair: KeyPair, prompter: Prompter) -> list[asyncssh.SSHKeyPair]:
    """Certificate and plain key of a file; empty when the person declines to open one that hides its public half."""
    if pair.public is None:
        private_key = await opened.private(prompter)
        if private_key is None:
            return []
        public = private_key.convert_to_public()
    else:
        with decoding(pair.label):
            public = asyncssh.import_public_key(pair.public.line)
    signers: list[asyncssh.SSHKeyPair] = []
    named = replace(pair, path=str(opened.path), public=PublicKey(public.public_data))
    if certificate := certificate_or_told(named, prompter):
        signers.append(FileSigner(opened, public, certificate, prompter))
    signers.append(FileSigner(opened, public, None, prompter))
    return signers


def certificate_or_told(pair: KeyPair, prompter: Prompter) -> asyncssh.SSHCertificate | None:
    """The certificate a host names for the pair, else the one beside its file; one of no use is told and left out."""
    if pair.public is None:
        return None
    try:
        if pair.certificate_file:
            return read_certificate_file(Path(pair.certificate_file), pair.public)
        return read_certificate_beside(Path(pair.path), pair.public) if pair.path else None
    except (KeyPairError, NotFound) as error:
        prompter.tell(Notice(error.sentence, level="warning"))
        return None


class TokenSigner(_Signer):
    """A key on a token, which is opened with its PIN when a signature is wanted."""

    _key_type = "pkcs11"

    def __init__(self, opened: OpenedToken, prompter: Prompter) -> None:
        super().__init__(asyncssh.import_public_key(opened.public.line), opened.token.name, prompter)
        self._opened = opened

    async def _sign(self, data: bytes) -> bytes:
        return await self._opened.sign(data, self.sig_algorithm.decode(), self._prompter)


class AgentSigner(SSHAgentKeyPair):
    """A key of the agent; each signature has a connection of its own, so none stays open."""

    def __init__(
        self,
        agent_path: str,
        held: AgentKey,
        prompter: Prompter,
        certificate: asyncssh.SSHCertificate | None = None,
    ) -> None:
        algorithm = PublicKey(held.blob).algorithm.encode()
        super().__init__(asyncssh.SSHAgentClient(agent_path), algorithm, held.blob, held.comment.encode())
        self._prompter = prompter
        if certificate is not None:
            self.set_certificate(certificate)

    async def sign_async(self, data: bytes) -> bytes:
        """The agent's signature of `data`; ValueError when it refuses or is gone."""
        if self.algorithm.startswith(b"sk-"):
            self._prompter.tell(TOUCH)
        try:
            return await super().sign_async(data)
        except (ValueError, OSError) as error:
            comment = self.get_comment(errors="replace") or "a key"
            self._prompter.tell(Notice(f"The agent did not sign with {comment}: {error}.", level="warning"))
            raise ValueError(str(error)) from error
        finally:
            self._agent.close()
            await self._agent.wait_closed()

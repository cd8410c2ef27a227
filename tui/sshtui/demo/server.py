"""An SSH server inside this process, on loopback: the demo's other end, and the tests' server of rare answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sshtui.demo.accounts import Account, Accounts
from sshtui.demo.programs import Surroundings
from sshtui.demo.sessions import ChannelSession
from sshtui.model.host_keys import HostKey
from sshtui.ssh.library import asyncssh

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Manners:
    """How the server behaves apart from its accounts."""

    banner: str = ""
    """Sent before authentication (RFC 4252 section 5.4)."""
    delay: float = 0.0
    """Seconds before it answers each authentication step."""
    login_seconds: float = 120.0
    """Hangs up when nobody has logged in by then (LoginGraceTime)."""
    terminals: bool = True
    """False: a pty is refused (PermitTTY)."""
    files: bool = True
    """False: there is no SFTP."""
    sessions: int = 10
    """Channels of one connection (MaxSessions)."""
    key_kinds: Sequence[str] = ("ssh-ed25519",)
    """Algorithms of the host keys it makes for itself."""


class EmbeddedServer:
    """A running server as an async context manager; leaving it leaves no connection, no process, no task."""

    def __init__(
        self,
        accounts: Sequence[Account],
        surroundings: Surroundings,
        manners: Manners | None = None,
    ) -> None:
        self.address = LOOPBACK
        self.port = 0
        self.host_keys: tuple[HostKey, ...] = ()
        self.login_attempts = 0
        """Connections that got as far as naming a user."""
        self._accounts = Accounts(accounts)
        self._surroundings = surroundings
        self._manners = manners or Manners()
        self._keys: list[asyncssh.SSHKey] = []
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._sessions: set[ChannelSession] = set()

    async def __aenter__(self) -> Self:
        """Listen on a free port of loopback; entered again, on the same port with the same host keys."""
        manners = self._manners
        self._keys = self._keys or [asyncssh.generate_private_key(kind) for kind in manners.key_kinds]
        self.host_keys = tuple(HostKey(private_key.public_data) for private_key in self._keys)
        self._acceptor = await asyncssh.listen(
            LOOPBACK,
            self.port,
            server_factory=lambda: _Login(self),
            server_host_keys=self._keys,
            config=None,
            encoding=None,
            line_editor=False,
            allow_pty=manners.terminals,
            agent_forwarding=False,
            login_timeout=manners.login_seconds,
            server_version="sshtui_demo",
            gss_host=None,
        )
        self.port = self._acceptor.get_port()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up on everybody and wait until nothing runs."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        await self.drop()

    async def drop(self) -> None:
        """Hang up on every client without a goodbye, as a power failure would; the server goes on listening."""
        connections, sessions = tuple(self._connections), tuple(self._sessions)
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(session.close() for session in sessions))
        await asyncio.gather(*(connection.wait_closed() for connection in connections))

    @property
    def connections(self) -> int:
        """Clients connected right now, logged in or not."""
        return len(self._connections)

    @property
    def sessions(self) -> int:
        """Channels whose program still runs."""
        return len(self._sessions)

    def account(self, name: str) -> Account:
        """An account, to look at what became of its password."""
        return self._accounts.get(name)


_Challenge = bool | tuple[str, str, str, Sequence[tuple[str, bool]]]
"""asyncssh's: the next request, or whether the login is over and well."""


class _Login(asyncssh.SSHServer):
    """One client, from its connection to its channels."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._manners = server._manners
        self._connection: asyncssh.SSHServerConnection | None = None
        self._account = Account("")
        self._round = 0
        self._sessions: set[ChannelSession] = set()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._server._connections.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        await asyncio.sleep(self._manners.delay)
        self._account = self._server._accounts.get(username)
        self._server.login_attempts += 1
        if self._manners.banner and self._connection is not None:
            self._connection.send_auth_banner(self._manners.banner)
        return not self._account.trusting

    def password_auth_supported(self) -> bool:
        return not self._account.rounds

    def public_key_auth_supported(self) -> bool:
        return not self._account.rounds

    def kbdint_auth_supported(self) -> bool:
        return bool(self._account.rounds)

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        await asyncio.sleep(self._manners.delay)
        return self._account.has_public_key(key.public_data)

    async def validate_password(self, username: str, password: str) -> bool:
        await asyncio.sleep(self._manners.delay)
        if not self._account.has_password(password):
            return False
        if self._account.expired:
            raise asyncssh.PasswordChangeRequired("Your password has expired. Choose a new one.")
        return True

    async def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        await asyncio.sleep(self._manners.delay)
        if not self._account.has_password(old_password):
            return False
        objection = self._account.objection(new_password)
        if objection:
            raise asyncssh.PasswordChangeRequired(objection)
        self._account.change_password(new_password)
        return True

    async def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> _Challenge:
        await asyncio.sleep(self._manners.delay)
        self._round = 0
        return self._challenge()

    async def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> _Challenge:
        await asyncio.sleep(self._manners.delay)
        if tuple(responses) != self._account.rounds[self._round].answers:
            return False
        self._round += 1
        return self._challenge() if self._round < len(self._account.rounds) else True

    def _challenge(self) -> _Challenge:
        asked = self._account.rounds[self._round]
        return asked.title, asked.instruction, "", asked.prompts

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        # Whoever is in has a shell already: forwarding gives away nothing more, and lets a jump host be shown.
        return True

    def session_requested(self) -> ChannelSession:
        if len(self._sessions) >= self._manners.sessions:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "No more sessions on this connection")
        surroundings, files = self._server._surroundings, self._manners.files
        session = ChannelSession(self._account, surroundings, self._finished, files=files)
        self._sessions.add(session)
        self._server._sessions.add(session)
        return session

    def _finished(self, session: ChannelSession) -> None:
        self._sessions.discard(session)
        self._server._sessions.discard(session)

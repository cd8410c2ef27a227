"""One attempt on one server: a socket, the key exchange, the host key, the login. No credential before trust."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sshtui.errors import ConnectionLost, LoginRejected, SshtuiError, TimedOut
from sshtui.model.connection import ConnectionFacts
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ssh import translate
from sshtui.ssh.algorithms import Algorithms, for_known
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.connection import Connection
from sshtui.ssh.known_hosts import Known
from sshtui.ssh.library import asyncssh
from sshtui.ssh.patience import Patience
from sshtui.ssh.quirks import Wire
from sshtui.ssh.sockets import connect_to_any, resolve
from sshtui.ssh.trust import revoked

Progress = Callable[[str], None]

_TOO_MANY_FAILURES = asyncssh.DISC_PROTOCOL_ERROR
"""The reason code OpenSSH gives with "Too many authentication failures"."""


class UntrustedHostKey(Exception):
    """The server showed a host key that is not among the trusted ones; nothing was sent to it."""

    def __init__(self, host_key: HostKey) -> None:
        super().__init__(host_key.sha256)
        self.host_key = host_key


@dataclass(frozen=True)
class Route:
    """How bytes get to the server: straight, or over the connection to a jump host."""

    over: Connection | None = None


@dataclass(frozen=True)
class Liveliness:
    """Keep-alive: seconds of silence before the server is asked for an answer, and how many may be missed."""

    interval: int
    misses: int


async def connect(
    host: Host,
    user: str,
    client: LoginClient,
    *,
    route: Route,
    offer: Algorithms,
    known: Known,
    patience: Patience,
    liveliness: Liveliness,
    progress: Progress,
) -> tuple[asyncssh.SSHClientConnection, Wire]:
    """A logged-in connection to `host`.

    Raises UntrustedHostKey, or an SshtuiError that says what to do. Leaves nothing behind then, nor when cancelled.
    """
    # A revoked host key must reach the callback like an unknown one: the judge has the words for it.
    trusted = [key for key in known.trusted if key not in known.revoked]
    offer = for_known(offer, [key.algorithm for key in trusted], authorities=bool(known.authorities))
    try:
        async with patience.limited():
            connection = await _connect(host, user, client, route, offer, known, trusted, liveliness, progress)
    except (*translate.FOREIGN, SshtuiError) as error:
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and client.refused_host_keys:
            raise UntrustedHostKey(client.refused_host_keys[-1]) from error
        raise explain(error, host, client, offer, route) from error
    assert client.wire is not None
    return connection, client.wire


async def _connect(
    host: Host,
    user: str,
    client: LoginClient,
    route: Route,
    offer: Algorithms,
    known: Known,
    trusted: Sequence[HostKey],
    liveliness: Liveliness,
    progress: Progress,
) -> asyncssh.SSHClientConnection:
    way: dict[str, object] = {}
    link: socket.socket | None = None
    if route.over is not None:
        progress(f"connecting through {route.over.name}")
        way["tunnel"] = route.over.ssh
    else:
        progress("resolving")
        addresses = await resolve(host.address, host.port)
        progress("connecting")
        way["sock"] = link = await connect_to_any(addresses)
        progress("verifying host key")
    try:
        return await asyncssh.connect(
            host.address,
            host.port,
            **way,
            username=user,
            client_factory=lambda: client,
            config=None,
            # Revocations count for certificates only: plain host keys that are revoked are not among the trusted.
            known_hosts=(_keys(trusted), _keys(known.authorities), _keys(known.revoked if known.authorities else ())),
            # None and a path of None: the callbacks alone decide what is offered, and in which order.
            client_keys=None,
            agent_path=None,
            gss_host=None,
            x509_trusted_certs=None,
            kex_algs=offer.kex,
            encryption_algs=offer.ciphers,
            mac_algs=offer.macs,
            compression_algs=offer.compression,
            server_host_key_algs=offer.host_keys,
            signature_algs=offer.signatures,
            # `patience` is the limit: asyncssh's own would run while a person types.
            login_timeout=0,
            keepalive_interval=liveliness.interval,
            keepalive_count_max=liveliness.misses,
            utf8_decode_errors="replace",
        )
    except BaseException:
        # On every way out without a connection, cancelled ones too; asyncssh may not have taken it over yet.
        if link is not None:
            link.close()
        raise


def explain(error: BaseException, host: Host, client: LoginClient, offer: Algorithms, route: Route) -> SshtuiError:
    """Why the attempt failed, as far as it came."""
    if isinstance(error, SshtuiError):
        return error
    wire = client.wire
    logging_in = bool(client.server_methods)
    if isinstance(error, asyncssh.HostKeyNotVerifiable) and "revoked" in str(error):
        return revoked(host)
    if isinstance(error, asyncssh.PermissionDenied) or (
        logging_in and isinstance(error, asyncssh.DisconnectError) and error.code == _TOO_MANY_FAILURES
    ):
        return _rejected(host, client)
    if isinstance(error, UnicodeError) and wire is not None:
        return translate.before_login(
            asyncssh.ProtocolError("bytes that are no text"), host.name, host.address, host.port
        )
    if logging_in:
        return _left_at_login(error, host)
    if wire is None and route.over is not None:
        return translate.not_reached_through(error, host.name, host.address, host.port, route.over.name)
    theirs = wire.server_offers.get("host key", ()) if wire is not None else ()
    if theirs and not set(theirs) & set(offer.host_keys):
        # asyncssh leaves this to the server, which just hangs up.
        return translate.no_common_algorithm(host.name, "host key type", offer.host_keys, theirs)
    return translate.before_login(
        error,
        host.name,
        host.address,
        host.port,
        heard=wire is not None and wire.received > 0,
        spoke=wire is not None and bool(wire.software),
    )


def _rejected(host: Host, client: LoginClient) -> LoginRejected:
    offers = tuple(plain(method, 40) for method in client.server_methods)
    tried = " and ".join(client.tried) or "nothing"
    sentence = (
        f"{host.name} rejected the login: tried {tried}; the server takes {', '.join(offers) or 'nothing known'}."
    )
    if "password" not in offers and "keyboard-interactive" not in offers and "publickey" in offers:
        hint = "Passwords are off there: install a key pair on the server, or choose another one."
    elif "publickey" in offers:
        hint = "Check the user name and the password, or choose a key pair the server knows."
    else:
        hint = "Check the user name and the password."
    return LoginRejected(sentence, tried=tuple(client.tried), offers=offers, hint=hint)


def _left_at_login(error: BaseException, host: Host) -> SshtuiError:
    if isinstance(error, TimeoutError):
        return TimedOut(f"{host.name} stopped answering during the login.", hint="Try again.")
    reason = plain(error.reason) if isinstance(error, asyncssh.DisconnectError) else plain(str(error))
    said = "" if isinstance(error, asyncssh.ConnectionLost) or not reason else f": {reason}"
    return ConnectionLost(
        f"{host.name} hung up during the login{said}.",
        hint="The time it allows for the login may have passed (LoginGraceTime); try again.",
    )


def facts_of(connection: asyncssh.SSHClientConnection, wire: Wire, host: Host, method: str) -> ConnectionFacts:
    """What the status line and the details screen tell of it."""
    server_key = connection.get_server_host_key()
    host_key = HostKey(server_key.public_data) if server_key is not None else None
    cipher = str(connection.get_extra_info("recv_cipher") or "")
    mac = str(connection.get_extra_info("recv_mac") or "")
    return ConnectionFacts(
        destination=host.destination,
        server_software=plain(wire.software.removeprefix("SSH-2.0-"), 80),
        host_key_kind=host_key.kind if host_key else "",
        host_key_sha256=host_key.sha256 if host_key else "",
        kex=wire.kex,
        cipher=cipher,
        # A cipher that authenticates by itself is named in both places.
        mac="" if mac == cipher else mac,
        method=method,
    )


def _keys(host_keys: Sequence[HostKey]) -> list[asyncssh.SSHKey]:
    """As asyncssh wants them; those of a type it does not know cannot be shown by a server it talks to."""
    found = []
    for host_key in host_keys:
        try:
            found.append(asyncssh.import_public_key(host_key.line))
        except asyncssh.KeyImportError:
            continue
    return found

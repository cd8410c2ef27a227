"""One attempt on one server: a socket, the key exchange, the host key, the login. No credential before trust."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sshtui.model.connection import ConnectionFacts
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ssh import translate
from sshtui.ssh.algorithms import Algorithms, for_known, old_ones
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.failures import explain
from sshtui.ssh.known_hosts import Known
from sshtui.ssh.library import asyncssh
from sshtui.ssh.patience import Patience
from sshtui.ssh.quirks import Wire, certificate_of
from sshtui.ssh.system_login import METHODS, NOTHING, SystemLogin
from sshtui.ssh.ways import Progress, Route, Way, open_way


class UntrustedHostKey(Exception):
    """The server showed a host key that is not among the trusted ones; nothing was sent to it."""

    def __init__(self, host_key: HostKey) -> None:
        super().__init__(host_key.sha256)
        self.host_key = host_key


class UselessCertificate(Exception):
    """The server showed a host certificate that proves nothing; its plain host key may still be known.

    `reason` completes "a certificate that …" when a trusted authority signed it, "" when nobody trusts the authority.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_USELESS = {
    "CA key is not trusted": "",
    "Certificate expired": "has expired",
    "Certificate not yet valid": "is not valid yet",
    "Certificate principal mismatch": "was made for another name",
    "Certificate type mismatch": "is no host certificate",
}
"""What asyncssh says of a host certificate, and what it means; a revoked one is not among them."""

Announced = Callable[[Sequence[HostKey]], Awaitable[None]]
"""Told of further host keys that a logged-in server has proved to own (OpenSSH PROTOCOL, section 2.5)."""


@dataclass(frozen=True)
class LoggedIn:
    """What an attempt leaves: the connection, its bytes, and the way they take; close that after the connection."""

    ssh: asyncssh.SSHClientConnection
    wire: Wire
    way: Way


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
    forwarded_agent: str = "",
    system: SystemLogin = NOTHING,
    announced: Announced | None = None,
    progress: Progress,
) -> LoggedIn:
    """A logged-in connection to `host`; `forwarded_agent` is the socket of the agent it may use, "" for none.

    Raises UntrustedHostKey or UselessCertificate, or an SshtuiError that says what to do. Leaves nothing behind
    then, nor when cancelled.
    """
    # A revoked host key must reach the callback like an unknown one: the judge has the words for it.
    trusted = [key for key in known.trusted if not known.revokes(key)]
    client.revoked = known.revocations.revokes_certificate
    offer = for_known(offer, [key.algorithm for key in trusted], authorities=bool(known.authorities))
    way = Way()
    try:
        async with patience.limited():
            way = await open_way(host, user, route, progress)
            arguments = {
                **way.arguments,
                **system.arguments,
                **_trust_arguments(known, trusted),
                **_algorithm_arguments(offer),
                "agent_forwarding": forwarded_agent or False,
                "keepalive_interval": liveliness.interval,
                "keepalive_count_max": liveliness.misses,
                "server_host_keys_handler": _handler(announced) if announced is not None else None,
            }
            ssh = await _speak(host, user, client, arguments)
    except BaseException as error:
        # Also when cancelled: the way has no other owner.
        foreign = translate.is_foreign(error)
        spoke = client.wire is not None and bool(client.wire.software)
        # What a server says of a login comes before what its end does to a program on the way.
        broken = not spoke or isinstance(error, (asyncssh.ConnectionLost, ConnectionError))
        complaint = await way.complaint(host.name, spoke=spoke) if foreign and broken else None
        await way.close()
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and client.refused_host_keys:
            raise UntrustedHostKey(client.refused_host_keys[-1]) from error
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            for said, reason in _USELESS.items():
                if said in str(error):
                    raise UselessCertificate(reason) from error
        if foreign:
            over = route.over.name if route.over is not None else ""
            raise complaint or explain(error, host, client, offer, over) from error
        raise
    assert client.wire is not None
    return LoggedIn(ssh, client.wire, way)


async def _speak(
    host: Host, user: str, client: LoginClient, arguments: Mapping[str, Any]
) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        host.address,
        host.port,
        username=user,
        client_factory=lambda: client,
        config=None,
        # None and a path of None: the callbacks alone decide what is offered, and in which order.
        client_keys=None,
        agent_path=None,
        # `patience` is the limit: asyncssh's own would run while a person types.
        login_timeout=0,
        utf8_decode_errors="replace",
        **arguments,
    )


def _trust_arguments(known: Known, trusted: Sequence[HostKey]) -> dict[str, Any]:
    # Revocations count for certificates only: plain host keys that are revoked are not among the trusted.
    revoked = _keys(known.revoked if known.authorities else ())
    return {"known_hosts": (_keys(trusted), _keys(known.authorities), revoked), "x509_trusted_certs": None}


def _algorithm_arguments(offer: Algorithms) -> dict[str, Any]:
    return {
        "kex_algs": offer.kex,
        "encryption_algs": offer.ciphers,
        "mac_algs": offer.macs,
        "compression_algs": offer.compression,
        "server_host_key_algs": offer.host_keys,
        "signature_algs": offer.signatures,
    }


def _handler(announced: Announced) -> Callable[..., Awaitable[None]]:
    async def handle(added: Sequence[asyncssh.SSHKey], *_removed_retained_revoked: object) -> None:
        await announced([HostKey(key.public_data) for key in added])

    return handle


def facts_of(
    connection: asyncssh.SSHClientConnection, wire: Wire, host: Host, client: LoginClient, *, agent_forwarded: bool
) -> ConnectionFacts:
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
        method=wire.asked if wire.asked in METHODS else client.method,
        agent_forwarded=agent_forwarded,
        strict_exchange=wire.strict_exchange,
        certificate=certificate_of(client.key_pair) if client.method == "publickey" and client.key_pair else None,
        old=old_ones((wire.kex, wire.host_key_algorithm, cipher, mac)),
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

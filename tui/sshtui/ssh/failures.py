"""Why an attempt failed, told by how far it came."""

from __future__ import annotations

import time

from sshtui.errors import ConnectionLost, LoginRejected, SshtuiError, TimedOut
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ssh import translate
from sshtui.ssh.algorithms import Algorithms, unmatched
from sshtui.ssh.auth import LoginClient
from sshtui.ssh.library import asyncssh
from sshtui.ssh.system_login import METHODS
from sshtui.ssh.trust import revoked

_SHORTEST_GRACE = 5.0
"""Seconds that every server allows for a login (LoginGraceTime of sshd_config(5): 120)."""

_TOO_MANY_FAILURES = asyncssh.DISC_PROTOCOL_ERROR
"""The reason code OpenSSH gives with "Too many authentication failures"."""


def explain(error: BaseException, host: Host, client: LoginClient, offer: Algorithms, over: str) -> SshtuiError:
    """Why the attempt failed, as far as it came; `over` names the jump host, "" for none."""
    if not isinstance(error, translate.FOREIGN):
        return translate.unexpected(error, host.name)
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
        return _left_at_login(error, host, time.monotonic() - wire.began if wire is not None else 0.0)
    if wire is None and over:
        return translate.not_reached_through(error, host.name, host.address, host.port, over)
    theirs = wire.server_offers if wire is not None else {}
    if theirs and (found := unmatched(offer, theirs)):
        # asyncssh leaves a host key type to the server, and the server may hang up before asyncssh has told the rest.
        kind, ours = found
        return translate.no_common_algorithm(host.name, kind, ours, theirs[kind])
    return translate.before_login(
        error,
        host.name,
        host.address,
        host.port,
        said=wire.prelude if wire is not None else "",
        spoke=wire is not None and bool(wire.software),
    )


def _rejected(host: Host, client: LoginClient) -> LoginRejected:
    offers = tuple(plain(method, 40) for method in client.server_methods)
    tried = (*(method for method in METHODS if method in client.asked_for), *client.tried)
    sentence = (
        f"{host.name} rejected the login: tried {' and '.join(tried) or 'nothing'}; "
        f"the server takes {', '.join(offers) or 'nothing known'}."
    )
    if "password" not in offers and "keyboard-interactive" not in offers and "publickey" in offers:
        hint = "Passwords are off there: install a key pair on the server, or choose another one."
    elif "publickey" in offers:
        hint = "Check the user name and the password, or choose a key pair the server knows."
    else:
        hint = "Check the user name and the password."
    return LoginRejected(sentence, tried=tried, offers=offers, hint=hint)


def _left_at_login(error: BaseException, host: Host, seconds: float) -> SshtuiError:
    if isinstance(error, TimeoutError):
        return TimedOut(f"{host.name} stopped answering during the login.", hint="Try again.")
    reason = plain(error.reason) if isinstance(error, asyncssh.DisconnectError) else plain(str(error))
    said = "" if isinstance(error, asyncssh.ConnectionLost) or not reason else f": {reason}"
    hint = "The time it allows for the login may have passed (LoginGraceTime); try again."
    if seconds < _SHORTEST_GRACE:
        hint = "The account may have expired or be locked there, or not be let in from here; the server's log tells."
    return ConnectionLost(f"{host.name} hung up during the login{said}.", hint=hint)

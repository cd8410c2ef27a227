"""From what a person wants served to a console that serves: addresses, names, certificates, signals."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sshtui.browser import open_in_browser
from sshtui.errors import NotFound, SshtuiError, UsageError
from sshtui.web.enrolment import EnrolmentFile
from sshtui.web.gate import Doorplate
from sshtui.web.pages import DEFAULT_LEADER
from sshtui.web.protocols import OpenViewer
from sshtui.web.server import Console, ConsoleFiles, serve_until_signalled
from sshtui.web.tls import Certificate, check_private, own_certificate

_EVERYWHERE = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    host: str = "127.0.0.1"
    port: int = 8022
    names: tuple[str, ...] = ()
    open_browser: bool = False
    tls: bool = False
    cert: Path | None = None
    key: Path | None = None


def run(
    wish: Wish,
    files: ConsoleFiles,
    own: Certificate,
    open_viewer: OpenViewer,
    *,
    leader: str = DEFAULT_LEADER,
    made: Mapping[str, Callable[[], bytes]] | None = None,
    meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> int:
    """Serve until a signal; the exit code. `own`: where a certificate made here is kept.

    `leader`: what the app's leader sends. `made`: files that are made when the page asks for them. `meanwhile` runs
    beside it, from when it listens.

    Raises UsageError for what is not safe to serve, NotFound before the set-up, and what a bad certificate raises.
    """
    _check_enrolment(files.enrolment)
    certificate = _certificate(wish, own)
    if certificate is None and not is_loopback(wish.host):
        raise UsageError(
            f"{wish.host} is not loopback, and without TLS everybody on the way could read along.",
            hint="Add --tls, or --cert and --key.",
        )
    context = certificate.context() if certificate else None
    # For the machine's own names it would bind every other server on loopback to TLS as well.
    lasting = wish.cert is not None and not is_loopback(wish.host)
    doorplate = Doorplate(_names(wish), wish.port, tls=context is not None, lasting=lasting)
    console = Console(files, doorplate, open_viewer, leader=leader, made=made)

    def reload() -> None:
        if certificate is None or context is None:
            return
        try:
            certificate.load(context)
            _say(f"Certificate read anew, SHA-256 {certificate.fingerprint()}")
        except SshtuiError as error:
            _say(f"The old certificate stays: {error.sentence}")

    def ready(port: int) -> None:
        url = f"{doorplate.scheme}://{_in_url(wish.host)}:{port}/"
        _say(f"The console is at {url}")
        if certificate:
            _say(f"Certificate SHA-256 {certificate.fingerprint()}")
        if wish.open_browser:
            open_in_browser(url)

    return asyncio.run(serve_until_signalled(console, wish.host, wish.port, context, reload, ready, meanwhile))


def free_port() -> int:
    """A port of loopback nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _check_enrolment(path: Path) -> None:
    """Somebody is enrolled, and nobody else can read how; a clock that is behind is told of."""
    enrolment = EnrolmentFile(path).read()
    if enrolment is None:
        raise NotFound("Nobody is enrolled, so nobody could enter.", hint="Set it up first: sshtui serve setup")
    check_private(path, "enrolment")
    behind = (enrolment.last_step - enrolment.totp.counter(time.time()) - 1) * enrolment.totp.period
    if behind > 0:
        _say(f"The clock is behind the last code that was used: codes count again in {behind // 60 + 1} min.")


def is_loopback(host: str) -> bool:
    """Whether every address `host` stands for is of this machine alone. Raises UsageError for a name of nothing."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{host} is no address of this machine.") from error
    return all(ipaddress.ip_address(str(each[4][0]).partition("%")[0]).is_loopback for each in found)


def _certificate(wish: Wish, own: Certificate) -> Certificate | None:
    if (wish.cert is None) != (wish.key is None):
        raise UsageError("--cert and --key belong together.")
    if wish.cert is not None and wish.key is not None:
        return Certificate(wish.cert, wish.key)
    return own_certificate(own, _names(wish)) if wish.tls else None


def _names(wish: Wish) -> tuple[str, ...]:
    """How browsers may call us: the address, its usual name, and those given."""
    names = list(wish.names)
    if is_loopback(wish.host):
        names += ["localhost", "127.0.0.1", "::1"]
    else:
        names.append(socket.gethostname())
    names.append("localhost" if wish.host in _EVERYWHERE else wish.host)
    return tuple(dict.fromkeys(name.casefold() for name in names))


def _in_url(host: str) -> str:
    if host in _EVERYWHERE:
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

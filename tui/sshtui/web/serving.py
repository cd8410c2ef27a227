"""From what a person wants served to a console that serves: addresses, names, certificates, signals."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import resource
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sshtui.browser import open_in_browser
from sshtui.errors import NotFound, SshtuiError, UsageError
from sshtui.web.doorplate import Doorplate, before_proxies, host_name
from sshtui.web.enrolment import EnrolmentFile
from sshtui.web.pages import DEFAULT_LEADER
from sshtui.web.protocols import OpenViewer
from sshtui.web.server import Console, ConsoleFiles, serve_until_signalled
from sshtui.web.tls import Certificate, check_private, own_certificate

DESCRIPTORS = 1024
"""Connections have a quarter of them (see `guests`); macOS gives 256 in all."""

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
    url: str = ""
    """Where browsers come to, when that is a reverse proxy."""
    proxies: tuple[str, ...] = ()
    """Addresses that the reverse proxy calls from."""


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
    doorplate = _doorplate(wish, tls=context is not None)
    console = Console(files, doorplate, open_viewer, leader=leader, made=made)

    def reload() -> None:
        if certificate is None or context is None:
            return
        try:
            _certificate(wish, own)
            certificate.load(context)
            _say(f"Certificate read anew, SHA-256 {certificate.fingerprint()}")
        except SshtuiError as error:
            _say(f"The old certificate stays: {error.sentence}")

    def ready(port: int) -> None:
        here = f"{'https' if context else 'http'}://{_in_url(wish.host)}:{port}/"
        url = wish.url or here
        _say(f"The console is at {url}{f', and its proxy finds it at {here}' if wish.url else ''}")
        if certificate:
            _say(f"Certificate SHA-256 {certificate.fingerprint()}")
        if wish.open_browser:
            open_in_browser(url)

    _make_room()
    return asyncio.run(serve_until_signalled(console, wish.host, wish.port, context, reload, ready, meanwhile))


def _make_room() -> None:
    """Let this process have a descriptor for each connection that is let in, where the system starts us with few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < DESCRIPTORS:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))


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
    if behind := enrolment.clock_behind(time.time()):
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


def _doorplate(wish: Wish, *, tls: bool) -> Doorplate:
    if wish.url:
        return before_proxies(wish.url, wish.proxies)
    if wish.proxies:
        raise UsageError("--proxy says who is believed, --url where browsers come to: give both.")
    # For the machine's own names it would bind every other server on loopback to TLS as well.
    lasting = wish.cert is not None and not is_loopback(wish.host)
    return Doorplate(_names(wish), wish.port, tls=tls, lasting=lasting)


def _names(wish: Wish) -> tuple[str, ...]:
    """How browsers may call us: the address, its usual name, and those given."""
    names = [host_name(each) for each in wish.names]
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

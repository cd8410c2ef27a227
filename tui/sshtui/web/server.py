"""The console as one server: everything put together, from the first listening socket to the last."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from sshtui.errors import ConfigError, UsageError
from sshtui.web.audit import Audit
from sshtui.web.console import Consoles
from sshtui.web.control import Control
from sshtui.web.doorplate import Doorplate
from sshtui.web.enrolment import EnrolmentFile
from sshtui.web.entrance import Entrance
from sshtui.web.gate import HEADERS, Gate
from sshtui.web.guests import Guests
from sshtui.web.limits import Limits
from sshtui.web.login import Login
from sshtui.web.pages import DEFAULT_LEADER, PUBLIC, Pages
from sshtui.web.protocols import OpenViewer
from sshtui.web.sessions import Session, Sessions
from sshtui.web.transfer import Transfers

LOOK = 0.5
"""Seconds between looks at what ends sessions: time, and the enrolment file."""

KEPT_OPEN = 30.0
"""Seconds a connection without a request stays."""

STOP_TIME = 2.0
"""Seconds that stopping waits for what is open."""


@dataclass(frozen=True)
class ConsoleFiles:
    """Where the console keeps its files."""

    enrolment: Path
    limits: Path
    audit: Path
    control: Path
    """The socket by which the command line asks."""
    transfer: Path
    """The directory of files that browsers bring and fetch."""


class Console:
    """Everything behind one address; `login`, `sessions` and the rest can be handed in by tests."""

    def __init__(
        self,
        files: ConsoleFiles,
        doorplate: Doorplate,
        open_viewer: OpenViewer,
        *,
        sessions: Sessions | None = None,
        login: Login | None = None,
        leader: str = DEFAULT_LEADER,
        made: Mapping[str, Callable[[], bytes]] | None = None,
    ) -> None:
        self.files = files
        self.audit = Audit(files.audit)
        self.enrolment = EnrolmentFile(files.enrolment)
        self.limits = Limits(files.limits)
        self.sessions = sessions or Sessions(self._session_ended)
        self.login = login or Login(self.enrolment, self.limits)
        self.guests = Guests(proxies=doorplate.proxies)
        self.transfers = Transfers(files.transfer, self.sessions, self.audit, made)
        self.consoles = Consoles(open_viewer, self.sessions, self.audit)
        self._pages = Pages(leader)
        self._doorplate = doorplate

    def _session_ended(self, session: Session) -> None:
        self.audit.note("session ended", session=session.name, reason=session.ended)

    def application(self) -> web.Application:
        """The routes behind the gate."""
        public = frozenset({"/", "/login", *(f"/static/{name}" for name in PUBLIC)})
        gate = Gate(self._doorplate, self.sessions, self.audit, self.guests, public)
        entrance = Entrance(self._pages, self.login, self.limits, self.sessions, self.audit)
        app = web.Application(middlewares=gate.middlewares, client_max_size=64 * 1024)
        app.on_response_prepare.append(gate.add_headers)
        app.add_routes(
            [
                web.get("/", entrance.page),
                web.post("/login", entrance.enter),
                web.post("/logout", entrance.leave),
                web.get("/session", entrance.who),
                web.get("/files", self.transfers.listing),
                web.get("/files/{name}", self.transfers.send, allow_head=False),
                web.put("/files/{name}", self.transfers.take),
                web.delete("/files/{name}", self.transfers.remove),
                web.get("/made/{name}", self.transfers.make, allow_head=False),
                web.get("/console", self.consoles.handle, allow_head=False),
                *(web.get(path, self._pages.asset) for path in self._pages.assets),
            ]
        )
        return app

    async def watch(self) -> None:
        """End sessions whose time is over, and all of them when the account is set up anew or taken away."""
        generation, seen = self._generation(), self.enrolment.signature
        while True:
            await asyncio.sleep(LOOK)
            self.sessions.sweep()
            if (now := self.enrolment.signature) != seen:
                seen = now
                before, generation = generation, self._generation()
                if generation != before:
                    self.limits.forget(devices=True)
                    self.sessions.end("the account was set up anew")

    def _generation(self) -> str:
        try:
            enrolment = self.enrolment.read()
        except ConfigError:
            return ""
        return enrolment.generation if enrolment else ""


class _Visit(web.RequestHandler):
    """aiohttp's side of a connection, with our answer to what is no request."""

    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """A short text with our headers, and nothing of what was sent."""
        response = web.Response(status=status, text=HTTPStatus(status).phrase + "\n", headers=HEADERS)
        response.force_close()
        return response


@asynccontextmanager
async def serving(console: Console, host: str, port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve at `host` until the block is left; the port it listens at. Raises UsageError where it cannot listen."""
    loop = asyncio.get_running_loop()
    logger = logging.getLogger(__name__)
    # aiohttp writes down what it could not parse, cookies and passwords with it.
    for silent in (logger, logging.getLogger("aiohttp")):
        silent.setLevel(logging.CRITICAL + 1)
    runner = web.AppRunner(console.application(), access_log=None, handle_signals=False, shutdown_timeout=STOP_TIME)
    await runner.setup()
    server = runner.server
    assert server is not None

    def behind() -> asyncio.Protocol:
        return _Visit(server, loop=loop, access_log=logger, logger=logger, keepalive_timeout=KEPT_OPEN)

    try:
        async with Control(console.files.control, console.sessions, console.limits, console.audit):
            try:
                listening = await loop.create_server(console.guests.received(behind, tls), host, port)
            except OSError as error:
                reason = error.strerror or str(error)
                raise UsageError(f"{host} port {port} cannot be listened at: {reason}.") from error
            console.audit.note("started", host=host, port=port, tls=int(tls is not None))
            watching = asyncio.create_task(console.watch())
            try:
                yield listening.sockets[0].getsockname()[1]
            finally:
                listening.close()
                watching.cancel()
                console.consoles.close()
                console.audit.note("stopped")
    finally:
        await runner.cleanup()
        console.login.close()


async def serve_until_signalled(
    console: Console,
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    reload: Callable[[], None],
    ready: Callable[[int], None],
    meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> int:
    """Serve until SIGTERM, SIGINT or, with no certificate to reload, SIGHUP; the exit code. `ready` gets the port."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[int] = loop.create_future()

    def stop(number: int) -> None:
        if not told.done():
            told.set_result(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    if tls is not None:
        loop.add_signal_handler(signal.SIGHUP, reload)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # What was started with nohup goes on.
        loop.add_signal_handler(signal.SIGHUP, stop, signal.SIGHUP)
    async with serving(console, host, port, tls) as bound:
        ready(bound)
        beside = asyncio.create_task(meanwhile()) if meanwhile else None
        try:
            return await told
        finally:
            if beside is not None:
                beside.cancel()

"""One websocket, one viewer: what the app paints goes to the browser, what is typed there goes to the app.

From the page: first a text frame `{"type": "hello", "page": id, "columns": n, "rows": n}`, then binary frames of input
and text frames `{"type": "resize", "columns": n, "rows": n}` and `{"type": "ping"}`, which is no input. To the page:
binary frames for the terminal, and text frames of type `attached`, `pong`, `open_url` (`url`) and `failed` (`sentence`,
`hint`).
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import WSMsgType, web

from sshtui.errors import SshtuiError
from sshtui.model.geometry import LARGEST_VIEW, SMALLEST_VIEW, Size
from sshtui.model.text import plain
from sshtui.model.web_address import is_web_address
from sshtui.web.audit import Audit
from sshtui.web.gate import SESSION
from sshtui.web.protocols import OpenViewer, Viewer
from sshtui.web.sessions import Session, Sessions

VIEWERS = 8
"""Pages at once; one that comes back takes the place of its own older socket."""

FRAME_LIMIT = 1024 * 1024
"""Bytes of a frame from the browser. The page cuts what is pasted into smaller ones."""

FACT_LIMIT = 4096
"""Characters of a text frame from the browser."""

HELLO_TIME = 10.0
HEARTBEAT = 15.0
"""Seconds between pings; an answer that takes half as long again ends the socket."""

SEND_TIME = 10.0
"""Seconds a browser may leave what is sent to it unread."""

MESSAGES = 5000.0
BYTES = 4 * 1024 * 1024
"""Per second, and four times as much at once. Beyond that the socket is read more slowly."""

OPENINGS, OPENINGS_AT_ONCE = 10.0, 100.0
"""Sockets per second, and at once. A closed one costs memory for as long as a heartbeat."""

SIGNED_OUT, REPLACED, ENDED, FULL, FAILED = 4401, 4409, 4410, 4503, 4500
"""Close codes of our own; the page tells by them whether to come back."""

POLICY, GOING_AWAY = 1008, 1001
"""RFC 6455 section 7.4.1."""


class _Over(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Pace:
    """A bucket that makes whoever is too fast wait."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = time.monotonic()

    async def take(self, amount: float) -> None:
        """Wait until `amount` more is within the rate."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - amount
        self._at = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self._rate)


class Consoles:
    """The handler of the websocket, and all that are open."""

    def __init__(
        self,
        open_viewer: OpenViewer,
        sessions: Sessions,
        audit: Audit,
        *,
        viewers: int = VIEWERS,
        send_time: float = SEND_TIME,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._open_viewer = open_viewer
        self._sessions = sessions
        self._audit = audit
        self._viewers = viewers
        self._send_time = send_time
        self._heartbeat = heartbeat
        self._pages: dict[tuple[str, str], _Console] = {}
        self._openings = _Pace(OPENINGS, OPENINGS_AT_ONCE)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Upgrade, and stay until either side leaves."""
        session = request[SESSION]
        await self._openings.take(1)
        # Compressing what a person types together with what a stranger's host prints would tell lengths.
        socket = web.WebSocketResponse(heartbeat=self._heartbeat, max_msg_size=FRAME_LIMIT, compress=False, timeout=2.0)
        try:
            await socket.prepare(request)
        except ValueError:
            # A key that is not base64 (RFC 6455 section 4.2.1).
            raise web.HTTPBadRequest from None
        console = _Console(self, socket, session, request)
        session.viewers[console.sign_out] = None
        if session.ended:
            console.sign_out(session.ended)
        began = time.monotonic()
        talk = asyncio.create_task(self._talk(console))
        over = _Over(GOING_AWAY, "cut off")
        try:
            await asyncio.wait({talk, console.over}, return_when=asyncio.FIRST_COMPLETED)
            over = console.over.result() if console.over.done() else talk.result()
        finally:
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)
            session.viewers.pop(console.sign_out, None)
            seconds = round(time.monotonic() - began)
            self._audit.note("console closed", session=session.name, reason=over.reason, seconds=seconds)
            await console.close(over)
        return socket

    async def _talk(self, console: _Console) -> _Over:
        """How it ended."""
        try:
            page, size = await console.hello()
            key = (console.session.name, page)
            if older := self._pages.get(key):
                older.end(REPLACED, "replaced")
            elif len(self._pages) >= self._viewers:
                return _Over(FULL, f"{self._viewers} pages are open.")
            self._pages[key] = console
            try:
                await console.run(size, self._open_viewer, self._send_time)
            finally:
                if self._pages.get(key) is console:
                    del self._pages[key]
        except _Over as over:
            return over
        return _Over(GOING_AWAY, "left")

    def note_opened(self, session: Session, size: Size) -> None:
        """For the audit log."""
        self._audit.note("console opened", session=session.name, columns=size.columns, rows=size.rows)

    def touch(self, session: Session) -> None:
        """Something was typed."""
        self._sessions.touch(session)

    def close(self) -> None:
        """Let every page go; it will try to come back."""
        for console in list(self._pages.values()):
            console.end(GOING_AWAY, "the console stops")


class _Console:
    """One of them."""

    def __init__(self, all: Consoles, socket: web.WebSocketResponse, session: Session, request: web.Request) -> None:
        self._all = all
        self._socket = socket
        self._request = request
        self.session = session
        self.over: asyncio.Future[_Over] = asyncio.get_running_loop().create_future()

    def end(self, code: int, reason: str) -> None:
        """Close it from elsewhere."""
        if not self.over.done():
            self.over.set_result(_Over(code, reason))

    def sign_out(self, reason: str) -> None:
        """Its session is over."""
        self.end(SIGNED_OUT, reason)

    async def close(self, over: _Over) -> None:
        """Say why within a second, else cut the line."""
        try:
            async with asyncio.timeout(1.0):
                await self._socket.close(code=over.code, message=over.reason.encode()[:120])
        except (TimeoutError, ConnectionError):
            self._cut()

    def _cut(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def hello(self) -> tuple[str, Size]:
        """Which page it is, and its size."""
        try:
            async with asyncio.timeout(HELLO_TIME):
                fact = _fact(await self._socket.receive())
        except TimeoutError:
            raise _Over(POLICY, "no hello") from None
        page = fact.get("page")
        if fact.get("type") != "hello" or not isinstance(page, str) or not 1 <= len(page) <= 64:
            raise _Over(POLICY, "no hello")
        return page, _size(fact)

    async def run(self, size: Size, open_viewer: OpenViewer, send_time: float) -> None:
        """Join the app to the browser until one of them ends."""
        try:
            async with open_viewer(size) as viewer:
                self._all.note_opened(self.session, size)
                tasks = [asyncio.create_task(self._output(viewer, send_time)), asyncio.create_task(self._input(viewer))]
                try:
                    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        except SshtuiError as error:
            await self._fail(error.sentence, error.hint)

    async def _fail(self, sentence: str, hint: str) -> None:
        await self._tell("failed", sentence=plain(sentence, 500), hint=plain(hint, 500))
        raise _Over(FAILED, "no app")

    async def _output(self, viewer: Viewer, send_time: float) -> None:
        while (frame := await viewer.read()) is not None:
            kind, payload = frame
            try:
                async with asyncio.timeout(send_time):
                    if kind == b"D":
                        await self._socket.send_bytes(payload)
                    elif kind == b"M":
                        await self._pass_on(payload)
            except TimeoutError:
                # Closing would wait for the browser once more; whoever does not read is cut off.
                self._cut()
                raise _Over(GOING_AWAY, "the browser did not read") from None
        raise _Over(ENDED, "The app is gone.")

    async def _pass_on(self, payload: bytes) -> None:
        """What the page needs of what the app tells."""
        fact = json.loads(payload)
        match fact.get("type"):
            case "welcome":
                await self._tell("attached")
            case "refused":
                await self._fail(str(fact.get("sentence", "")), str(fact.get("hint", "")))
            case "bye" if fact.get("reason") == "detached":
                raise _Over(ENDED, "Detached. The app goes on.")
            case "bye":
                raise _Over(ENDED, "The app has ended.")
            case "open_url" if isinstance(url := fact.get("url"), str) and is_web_address(url):
                await self._tell("open_url", url=url)

    async def _input(self, viewer: Viewer) -> None:
        messages, bytes_ = _Pace(MESSAGES, 4 * MESSAGES), _Pace(BYTES, 4 * BYTES)
        async for message in self._socket:
            await messages.take(1)
            if message.type is WSMsgType.BINARY:
                await bytes_.take(len(message.data))
                self._all.touch(self.session)
                viewer.type(message.data)
                await viewer.drained()
            elif message.type is WSMsgType.TEXT:
                await self._told(_fact(message), viewer)

    async def _told(self, fact: dict[str, Any], viewer: Viewer) -> None:
        match fact.get("type"):
            case "resize":
                viewer.resize(_size(fact))
            case "ping":
                await self._tell("pong")
            case _:
                raise _Over(POLICY, "unknown message")

    async def _tell(self, type: str, **fields: str) -> None:
        await self._socket.send_str(json.dumps({"type": type, **fields}))


def _fact(message: Any) -> dict[str, Any]:
    """What a text frame of the page says. Raises _Over."""
    if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
        raise _Over(GOING_AWAY, "left")
    if message.type is not WSMsgType.TEXT or len(message.data) > FACT_LIMIT:
        raise _Over(POLICY, "not a message of ours")
    try:
        fact = json.loads(message.data)
    except (ValueError, RecursionError):
        fact = None
    if not isinstance(fact, dict):
        raise _Over(POLICY, "not a message of ours")
    return fact


def _size(fact: dict[str, Any]) -> Size:
    columns, rows = fact.get("columns"), fact.get("rows")
    if type(columns) is not int or type(rows) is not int:
        raise _Over(POLICY, "no size")
    return Size(columns, rows).between(SMALLEST_VIEW, LARGEST_VIEW)

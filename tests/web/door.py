"""A console that listens on loopback before an app of the tests, and a browser that speaks to it in plain HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from sshtui.errors import SshtuiError
from sshtui.secrets.argon2id import Cost
from sshtui.secrets.totp import Totp
from sshtui.web.doorplate import Doorplate
from sshtui.web.enrolment import EnrolmentFile, candidate
from sshtui.web.login import Login
from sshtui.web.server import Console, ConsoleFiles, serving
from sshtui.web.serving import free_port
from sshtui.web.sessions import Sessions
from tests.fakes.viewing import FakeApp

CHEAP = Cost(8 * 1024, 1, 1)
ACCOUNT, PASSWORD = "owner", "tin wagon under rain"


class Clock:
    """Time that a test moves."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now or time.time()

    def __call__(self) -> float:
        return self.now


@dataclass
class Enrolled:
    """What the owner knows and has."""

    file: EnrolmentFile
    totp: Totp
    recovery: tuple[str, ...]


def enrol(path: Path, *, now: float, cost: Cost = CHEAP) -> Enrolled:
    """Set the account up, with a first code of five minutes ago so that the present one still counts."""
    applicant = candidate(ACCOUNT, PASSWORD, cost=cost)
    earlier = now - 300
    proved = applicant.proved_by(applicant.totp.code(applicant.totp.counter(earlier)), earlier)
    assert proved is not None
    file = EnrolmentFile(path)
    file.save(proved[0])
    return Enrolled(file, applicant.totp, proved[1])


@dataclass
class Answer:
    """What a request came back with."""

    status: int
    headers: Any
    text: str


@dataclass
class Door:
    """A running console and what a test may do around it."""

    console: Console
    port: int
    app: FakeApp
    owner: Enrolled
    clock: Clock
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)
    broken: SshtuiError | None = None
    """What making `hosts.csv` fails with."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def code(self) -> str:
        return self.owner.totp.code(self.owner.totp.counter(self.clock()))

    def next_code(self) -> str:
        """A code that was not used: half a minute passes."""
        self.clock.now += 30
        return self.code()

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Origin": self.origin, **({"Cookie": cookies} if cookies else {}), **given}
        return {name: value for name, value in headers.items() if value}

    async def ask(self, method: str, path: str, *, data: Any = None, **headers: str) -> Answer:
        """One request; `headers` replace what a browser would send, with _ for -, "" for none."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(
            method, self.origin + path, data=data, headers=self._headers(named), allow_redirects=False
        ) as response:
            text = await response.text(errors="replace")
            self.cookies |= {name: morsel.value for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers, text)

    async def sign_in(self, *, account: str = ACCOUNT, password: str = PASSWORD, code: str | None = None) -> Answer:
        """Post the form."""
        form = {"account": account, "password": password, "code": self.code() if code is None else code}
        return await self.ask("POST", "/login", data=form)

    async def enter(self) -> None:
        """Sign in; the cookies are kept."""
        answer = await self.sign_in(code=self.next_code())
        assert answer.status == 303, answer.text

    @asynccontextmanager
    async def socket(self, **headers: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The websocket, before its hello."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"ws://{self.host}/console"
        brief = aiohttp.ClientWSTimeout(ws_close=0.5)
        async with self.http.ws_connect(url, headers=self._headers(named), max_msg_size=0, timeout=brief) as socket:
            yield socket

    @asynccontextmanager
    async def console_page(self, page: str = "a") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The websocket, attached."""
        async with self.socket() as socket:
            await socket.send_str(json.dumps({"type": "hello", "page": page, "columns": 80, "rows": 24}))
            assert json.loads(await socket.receive_str(timeout=5)) == {"type": "attached"}
            yield socket

    def audit_rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.console.files.audit.read_text().splitlines()]


@asynccontextmanager
async def door(
    directory: Path,
    *,
    cost: Cost = CHEAP,
    sessions: Callable[[Clock], Sessions] | None = None,
    plate: Doorplate | None = None,
) -> AsyncIterator[Door]:
    """A console with its files in `directory`; with `plate`, behind what that says."""
    clock, app, opened = Clock(), FakeApp(), list[Door]()
    places = ConsoleFiles(
        directory / "console.json",
        directory / "limits.json",
        directory / "audit.jsonl",
        directory / "c" / "s",
        directory / "transfer",
    )
    owner = enrol(places.enrolment, now=clock(), cost=cost) if not places.enrolment.exists() else None
    port = free_port()
    console = Console(
        places,
        plate or Doorplate(("127.0.0.1", "localhost"), port, tls=False),
        app.viewer,
        sessions=sessions(clock) if sessions else None,
        made={"hosts.csv": lambda: made(opened[0])},
    )
    console.login = Login(console.enrolment, console.limits, clock=clock, cost=cost)
    assert owner is not None
    async with serving(console, "127.0.0.1", port), aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        opened.append(Door(console, port, app, owner, clock, http))
        yield opened[0]


def made(here: Door) -> bytes:
    if here.broken:
        raise here.broken
    return b"name,address\n"


async def closed_with(socket: aiohttp.ClientWebSocketResponse, seconds: float = 5) -> int | None:
    """The close code that comes within `seconds`, whatever else comes before."""
    async with asyncio.timeout(seconds):
        while (message := await socket.receive()).type != aiohttp.WSMsgType.CLOSED:
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING):
                break
    return socket.close_code

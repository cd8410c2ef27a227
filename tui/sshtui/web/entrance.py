"""The pages a person meets on the way in and out."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from aiohttp import web

from sshtui.errors import NotSaved
from sshtui.web.audit import Audit
from sshtui.web.gate import ADDRESS, DEVICE_COOKIE, SESSION, SESSION_COOKIE, set_cookie
from sshtui.web.limits import DEVICE_KEPT, Delayed, Limits
from sshtui.web.login import Answer, Login
from sshtui.web.pages import Pages
from sshtui.web.sessions import Sessions

FORM_LIMIT = 4096
"""Bytes of a login form."""

FORM_TIME = 10.0
"""Seconds its body may take to arrive."""

_WRONG = "That is not right: account, password or code. A code counts once; wait for the next one."
_BUSY = "Too many people are signing in just now. Try again in a moment."
_NO_COOKIE = (
    "The browser did not keep the session's cookie. Some keep it over TLS only: start the console with "
    "sshtui serve --tls."
)


@dataclass(frozen=True)
class Entrance:
    """The handlers of `/`, `/login`, `/logout` and `/session`."""

    pages: Pages
    login: Login
    limits: Limits
    sessions: Sessions
    audit: Audit

    async def page(self, request: web.Request) -> web.Response:
        """The console for who is in, the login page for everybody else."""
        session = request.get(SESSION)
        if session is not None:
            return _html(self.pages.console(session.account))
        return _html(self.pages.login(_NO_COOKIE if "in" in request.query else ""))

    async def enter(self, request: web.Request) -> web.Response:
        """Judge account, password and code; the session begins only when all of it is written down."""
        address = request[ADDRESS]
        device = request.cookies.get(DEVICE_COOKIE, "")
        account, password, code = await self._form(request)
        try:
            answer = await self.login.attempt(address, device, account, password, code)
        except Delayed as delay:
            seconds = math.ceil(delay.seconds)
            self.audit.refuse("login delayed", address=address, seconds=seconds)
            wait = f"Too many tries. Wait {_span(seconds)}, or use a recovery code."
            return _html(self.pages.login(wait, account), 429, {"Retry-After": str(seconds)})
        except NotSaved:
            self.audit.refuse("login not saved", address=address)
            answer = Answer.BUSY
        if answer is Answer.BUSY:
            self.audit.refuse("login busy", address=address)
            return _html(self.pages.login(_BUSY, account), 503, {"Retry-After": "2"})
        if answer is Answer.WRONG:
            behind = await asyncio.to_thread(self.login.clock_behind)
            facts = {"clock_behind": behind} if behind else {}
            self.audit.refuse("login refused", address=address, **facts)
            return _html(self.pages.login(_WRONG, account), 401)
        return await self._let_in(request, address, account.strip(), device)

    async def _let_in(self, request: web.Request, address: str, account: str, device: str) -> web.Response:
        if before := request.get(SESSION):
            self.sessions.end("signed in anew", before)
        token, session = self.sessions.begin(account, address, request.headers.get("User-Agent", "")[:200])
        self.audit.note("login", address=address, session=session.name, agent=session.agent)
        response = web.Response(status=303, headers={"Location": "/?in"})
        set_cookie(response, SESSION_COOKIE, token)
        if not self.limits.knows(device):
            device = await asyncio.to_thread(self.limits.remember_device)
            set_cookie(response, DEVICE_COOKIE, device, lasts=DEVICE_KEPT)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """End the session and what looks through it."""
        self.sessions.end("signed out", request[SESSION])
        response = web.Response(status=303, headers={"Location": "/"})
        response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def who(self, request: web.Request) -> web.Response:
        """Answers at all only within a session: a page that lost its socket learns what that means."""
        return web.json_response({"account": request[SESSION].account})

    async def _form(self, request: web.Request) -> tuple[str, str, str]:
        if request.content_type != "application/x-www-form-urlencoded":
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > FORM_LIMIT:
            raise web.HTTPRequestEntityTooLarge(FORM_LIMIT, request.content_length or 0)
        try:
            async with asyncio.timeout(FORM_TIME):
                form = await request.post()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except (ValueError, LookupError):
            # Not in the character set that it names, or in one that nobody knows.
            raise web.HTTPBadRequest from None
        account, password, code = (str(form.get(name, "")) for name in ("account", "password", "code"))
        return account, password, code


def _html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"

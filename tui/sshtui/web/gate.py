"""What every request passes before anything else: the right Host, the right Origin, a session; and what every answer
carries."""

from __future__ import annotations

import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sshtui.web.audit import Audit
from sshtui.web.doorplate import Doorplate
from sshtui.web.guests import Guests
from sshtui.web.sessions import Session, Sessions

SESSION_COOKIE = "__Host-sshtui"
DEVICE_COOKIE = "__Host-sshtui-device"
"""The prefix makes browsers insist on Secure, no Domain and Path=/ (RFC 6265bis section 4.1.3.2)."""

SESSION = web.RequestKey("session", Session)
ADDRESS = web.RequestKey("address", str)
"""Who asks: the other end of the connection, or whoever a proxy of ours says it is."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # no-referrer would make Chromium send `Origin: null` with the login form.
    "Referrer-Policy": "same-origin",
    "Server": "sshtui",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer carries, besides a content policy."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'{socket}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_log = logging.getLogger(__name__)


class Gate:
    """The middlewares of the console."""

    def __init__(
        self, doorplate: Doorplate, sessions: Sessions, audit: Audit, guests: Guests, public: frozenset[str]
    ) -> None:
        """`public`: paths that are answered without a session."""
        self._doorplate = doorplate
        self._sessions = sessions
        self._audit = audit
        self._guests = guests
        self._public = public

    @property
    def middlewares(self) -> list[Middleware]:
        """In the order they are met."""
        return [self.answer_errors, self.check]

    @web.middleware
    async def answer_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every refusal is a short plain text; a mistake of ours is logged, and says nothing to the other side."""
        self._guests.asked(request.transport)
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            headers = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
            return web.Response(status=error.status, text=HTTPStatus(error.status).phrase + "\n", headers=headers)
        except ConnectionError:
            raise
        except web.RequestPayloadError:
            # A body that breaks off, or is not in the pieces it says it is in.
            return web.Response(status=400, text="Bad Request\n")
        except Exception:  # noqa: BLE001  the other side must get an answer with our headers, whatever went wrong
            _log.exception("%s %s", request.method, request.path)
            return web.Response(status=500, text="Internal Server Error\n")

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Host, then Origin where something changes, then the session."""
        address = self._doorplate.client(request.remote or "", request.headers.getall("X-Forwarded-For", []))
        request[ADDRESS] = address
        hosts = request.headers.getall("Host", [])
        # A target with a name of its own (RFC 9112 section 3.2.2) is for proxies.
        for_proxies = not request.raw_path.startswith("/")
        if for_proxies or len(hosts) != 1 or not self._doorplate.is_ours(hosts[0], _local_address(request)):
            self._audit.refuse("wrong host", address=address, host=hosts[0] if hosts else "")
            raise web.HTTPMisdirectedRequest
        if request.method not in ("GET", "HEAD") or "Upgrade" in request.headers:
            origins = request.headers.getall("Origin", [])
            if origins != [f"{self._doorplate.scheme}://{hosts[0]}"]:
                self._audit.refuse("wrong origin", address=address, origin=" ".join(origins))
                raise web.HTTPForbidden
        if "Content-Encoding" in request.headers:
            # Nothing of ours sends one, and a little of it can be very much.
            raise web.HTTPUnsupportedMediaType
        if request.match_info.http_exception is not None:
            raise request.match_info.http_exception
        session = self._sessions.find(request.cookies.get(SESSION_COOKIE, ""))
        if session is not None:
            request[SESSION] = session
            self._guests.known(request.transport)
        elif request.path not in self._public:
            raise web.HTTPUnauthorized
        return await handler(request)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """For `on_response_prepare`: what every answer carries, refusals too."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Whatever aiohttp calls itself is nobody's business.
        response.headers["Server"] = HEADERS["Server"]
        host = request.headers.get("Host", "")
        ours = self._doorplate.is_ours(host, _local_address(request))
        # Some browsers do not count the websocket as 'self'.
        socket = f" {'wss' if self._doorplate.tls else 'ws'}://{host}" if ours else ""
        response.headers["Content-Security-Policy"] = _POLICY.format(socket=socket)
        if self._doorplate.lasting:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"


def set_cookie(response: web.StreamResponse, name: str, token: str, *, lasts: float | None = None) -> None:
    """A cookie that no script, no other site and no plain connection sees; without `lasts` it ends with the browser."""
    age = None if lasts is None else int(lasts)
    response.set_cookie(name, token, max_age=age, path="/", secure=True, httponly=True, samesite="Strict")


def _local_address(request: web.Request) -> str:
    transport = request.transport
    name = transport.get_extra_info("sockname") if transport is not None else None
    return str(name[0]) if name else ""

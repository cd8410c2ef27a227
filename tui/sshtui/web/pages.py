"""The pages and what they load: read once from the package, so that no request ever names a file on the disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from aiohttp import web

from sshtui.model.text import plain

PUBLIC = ("login.css", "DejaVuSansMono.woff2")
"""What the login page needs, and therefore everybody gets."""

_OURS = (
    "login.css",
    "console.css",
    "console.js",
    "clipboard.js",
    "files.js",
    "keybar.js",
    "keystrokes.js",
    "link.js",
    "sheet.js",
    "touch.js",
    "widths.js",
)
_VENDORED = (
    "xterm.css", "xterm.mjs", "addon-fit.mjs", "addon-unicode-graphemes.mjs", "DejaVuSansMono.woff2",
    "DejaVuSansMono-Bold.woff2",
)  # fmt: skip

DEFAULT_LEADER = "\x1c"

_TYPES = {"css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    """A file of the page; `tag` changes with its bytes."""

    data: bytes
    type: str
    tag: str


class Pages:
    """The two pages as HTML, and the assets by their path."""

    def __init__(self, leader: str = DEFAULT_LEADER) -> None:
        """`leader`: what the app's leader sends, for the key bar."""
        self._leader = leader
        root, vendor = files("sshtui.web") / "static", files("sshtui.web") / "vendor"
        self._login = Template((root / "login.html").read_text("utf-8"))
        self._console = Template((root / "console.html").read_text("utf-8"))
        self.assets: Mapping[str, Asset] = {
            f"/static/{name}": _asset(name, (place / name).read_bytes())
            for place, names in ((root, _OURS), (vendor, _VENDORED))
            for name in names
        }

    def login(self, message: str, account: str = "") -> str:
        """The login page, with what went wrong before."""
        shown = f'<p id="message" role="alert">{escape(message)}</p>' if message else ""
        return self._login.substitute(message=shown, account=escape(plain(account, 100), quote=True))

    def console(self, account: str) -> str:
        """The console of a session."""
        # A control character as a reference would be a parse error in HTML; a JSON string is read as data.
        leader = escape(json.dumps(self._leader), quote=True)
        return self._console.substitute(account=escape(plain(account, 100), quote=True), leader=leader)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """One of the assets; the browser may keep it, and asks each time whether it is still the same."""
        asset = self.assets[request.path]
        headers = {"ETag": asset.tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == asset.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.data, content_type=asset.type, headers=headers)


def _asset(name: str, data: bytes) -> Asset:
    return Asset(data, _TYPES[name.rpartition(".")[2]], f'"{hashlib.sha256(data).hexdigest()[:32]}"')

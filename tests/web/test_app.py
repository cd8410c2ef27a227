"""The console before the real app: it starts when somebody is let in, is shared, and never outlives its server."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import aiohttp

from sshtui.attach.asking import state_of
from sshtui.attach.places import Places
from sshtui.store.paths import Paths
from tests.waiting import eventually
from tests.web.door import ACCOUNT, PASSWORD, Enrolled, enrol
from tests.web.test_command import serving


async def entered(http: aiohttp.ClientSession, origin: str, owner: Enrolled) -> dict[str, str]:
    """Signed in over HTTP; the headers of whoever is."""
    code = owner.totp.code(owner.totp.counter(time.time()))
    form = {"account": ACCOUNT, "password": PASSWORD, "code": code}
    async with http.post(origin + "/login", data=form, headers={"Origin": origin}, allow_redirects=False) as answer:
        assert answer.status == 303
        cookies = "; ".join(f"{name}={each.value}" for name, each in answer.cookies.items())
        return {"Origin": origin, "Cookie": cookies}


async def picture(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    """Return when the app has painted `text`."""
    seen = b""
    while text.encode() not in seen:
        message = await socket.receive(timeout=15)
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
        seen += message.data if message.type == aiohttp.WSMsgType.BINARY else b""


def hello(page: str, columns: int) -> str:
    return json.dumps({"type": "hello", "page": page, "columns": columns, "rows": 24})


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_two_pages_see_one_app_that_lasts_from_page_to_page_and_dies_with_a_killed_server(tmp_path: Path) -> None:
    paths = Paths.default(tmp_path / "config")
    owner = enrol(paths.console_file, now=time.time())
    with serving(paths.config_dir) as (process, lines):
        (origin,) = re.findall(r"(http://\S+)/\n", lines[0])
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            headers = await entered(http, origin, owner)
            assert Places(paths.run_dir).running() == ()
            async with http.ws_connect(origin + "/console", headers=headers) as one:
                await one.send_str(hello("one", 100))
                await picture(one, "No hosts yet")
                (instance,) = Places(paths.run_dir).running()
                first = state_of(instance.socket)["pid"]
            async with (
                http.ws_connect(origin + "/console", headers=headers) as one,
                http.ws_connect(origin + "/console", headers=headers) as two,
            ):
                await one.send_str(hello("one", 100))
                await picture(one, "No hosts yet")
                await two.send_str(hello("two", 80))
                await picture(two, "No hosts yet")
                await one.send_bytes(b"?")
                await picture(two, "Command palette")
                (instance,) = Places(paths.run_dir).running()
                state = state_of(instance.socket)
                assert state["pid"] == first
                process.send_signal(signal.SIGKILL)
                await eventually(lambda: not alive(first), "the app is gone", 2)

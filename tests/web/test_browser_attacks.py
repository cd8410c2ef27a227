"""Strangers' pages, hostile text and the console's own page in a real browser: nobody gets in, nothing gets out."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser

from sshtui.attach.places import Places
from tests.waiting import eventually
from tests.web.browsing import Served, served, visitor

HOSTILE = """<!doctype html><title>hostile</title><body><script>
const target = "TARGET", tried = {};
const note = (name, value) => { tried[name] = String(value); document.body.dataset.tried = JSON.stringify(tried); };
const socket = new WebSocket(target.replace("http", "ws") + "console");
socket.onopen = () => { note("socket", "open"); socket.send('{"type":"hello","page":"x","columns":80,"rows":24}'); };
socket.onclose = () => tried.socket || note("socket", "refused");
for (const path of ["logout", "login", "console", "session", "upload"]) {
  fetch(target + path, {method: "POST", credentials: "include", body: "account=owner&password=x&code=1",
    headers: {"Content-Type": "application/x-www-form-urlencoded"}})
    .then((answer) => note(path, "read " + answer.status), () => note(path, "unreadable"));
}
const frame = document.createElement("iframe");
frame.src = target;
frame.onload = () => note("frame", frame.contentDocument ? "seen" : "blocked");
document.body.append(frame);
</script></body>"""


@asynccontextmanager
async def hostile_site(target: str) -> AsyncIterator[int]:
    """A page on another port that attacks `target`; its port."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=HOSTILE.replace("TARGET", target), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def opened(console: Served) -> int:
    """How many consoles the audit log tells of."""
    return console.audit().count('"console opened"')


def files_below(directory: Path) -> dict[Path, bytes]:
    """Every file and what is in it."""
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def processes_on(console: Served) -> dict[str, bytes]:
    """Command line and environment of each process that works on the console's files."""
    found = {}
    for pid in (name for name in os.listdir("/proc") if name.isdigit()):
        with contextlib.suppress(OSError):
            environment = Path("/proc", pid, "environ").read_bytes()
            if f"SSHTUI_CONFIG_DIR={console.paths.config_dir}".encode() in environment.split(b"\0"):
                found[pid] = Path("/proc", pid, "cmdline").read_bytes() + environment
    return found


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_a_strangers_page_in_the_same_browser_opens_and_ends_nothing(
    tmp_path: Path, surroundings: Path, browser: Browser, name: str
) -> None:
    """By address the stranger is the same site, so the cookie is sent along: only the exact Origin keeps it out."""
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.sign_in()
        async with hostile_site(console.url) as port:
            page = await person.page.context.new_page()
            await page.goto(f"http://{name}:{port}/")
            await page.wait_for_function("Object.keys(JSON.parse(document.body.dataset.tried || '{}')).length >= 7")
            tried = json.loads(await page.evaluate("document.body.dataset.tried"))
        assert tried.pop("socket") == "refused"
        assert tried.pop("frame") == "blocked"
        assert set(tried.values()) == {"unreadable"}
        assert opened(console) == 1
        await person.says("^connected")
        assert "idle" in await console.command("serve", "sessions")


async def test_a_full_tour_asks_no_other_host_and_breaks_no_rule_of_its_own(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as person:
        await person.sign_in()
        await person.press("?")
        await person.sees("Esc closes")
        await person.press("Escape")
        await person.sees(lambda screen: "Esc closes" not in screen)
        await person.press(":")
        await person.sees("an action, a host")
        await person.press("Escape")
        await person.sees(lambda screen: "an action, a host" not in screen)
        await person.connect("box")
        await person.runs(
            "printf '\\033]8;;javascript:alert(1)\\033\\\\click\\033]8;;\\033\\\\\\n'; echo told", "^told"
        )
        box = await person.page.locator(".xterm-rows > div", has_text=re.compile("^click")).first.bounding_box()
        assert box is not None
        await person.page.keyboard.down("Control")
        await person.page.mouse.click(box["x"] + 20, box["y"] + 5)
        await person.page.keyboard.up("Control")
        await person.page.click("#toggle-keys")
        await person.page.reload()
        await person.sees("^told")
        await person.page.click("#logout button")
        await person.page.wait_for_selector("#password")
    assert {url.split("/")[2] for url in person.requests if not url.startswith("data:")} == {
        f"127.0.0.1:{console.port}"
    }
    assert person.complaints == []


async def test_a_session_ended_from_the_command_line_closes_its_page(
    tmp_path: Path, surroundings: Path, browser: Browser
) -> None:
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.sign_in()
        await console.command("serve", "end", "--all")
        await person.says("signed out", patience=2)
        answer = await person.page.request.get(console.url + "session")
        assert answer.status == 401


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    tmp_path: Path, surroundings: Path, browser: Browser
) -> None:
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.sign_in()
        cookies = await person.page.context.cookies()
        assert cookies
        for cookie in cookies:
            assert cookie["name"].startswith("__Host-")
            assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
        assert await person.page.evaluate("document.cookie") == ""


async def test_no_secret_of_the_way_in_is_written_or_shown_anywhere(
    tmp_path: Path, surroundings: Path, browser: Browser
) -> None:
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.sign_in()
        cookies = [each["value"] for each in await person.page.context.cookies() if each["value"]]
        assert cookies
        secrets = [b"tin wagon under rain", *(value.encode() for value in cookies)]
        written = files_below(tmp_path)
        assert console.paths.console_audit_file in written
        assert len(processes_on(console)) == 2
        for place, text in (*written.items(), *processes_on(console).items()):
            assert not any(secret in text for secret in secrets), place


async def test_the_app_is_not_there_before_both_factors(tmp_path: Path, surroundings: Path, browser: Browser) -> None:
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.page.goto(console.url)
        await person.page.fill("#account", "owner")
        await person.page.fill("#password", "tin wagon under rain")
        await person.page.fill("#code", "000000")
        await person.page.keyboard.press("Enter")
        await person.page.wait_for_selector("#message")
        assert list(Places(console.paths.run_dir).running()) == []
        await person.sign_in()
        await eventually(lambda: opened(console) == 1, "open console")
        assert len(list(Places(console.paths.run_dir).running())) == 1

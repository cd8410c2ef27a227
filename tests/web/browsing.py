"""A person before the real `sshtui serve` in a real browser: headless Chromium, driven by Playwright."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Error, Page, async_playwright

from sshtui.store.paths import Paths
from sshtui.ui.modals.base import QUIET
from sshtui.web.serving import free_port
from tests.web.door import ACCOUNT, PASSWORD, Enrolled, enrol

COMMAND = Path(sys.executable).with_name("sshtui")
PATIENCE = 30.0
"""Seconds a page may take to show what a test waits for, on a loaded two-core machine."""

ANSWERED = 2.0
"""Seconds after which a dialog that still stands has not taken what was pressed."""

QUIET_BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Root has no sandbox; the rest keeps the browser from looking for its maker."""

ROWS = "Array.from(document.querySelectorAll('.xterm-rows > div'), row => row.textContent.trimEnd())"


@dataclass
class Served:
    """A running `sshtui serve` and what its owner knows."""

    port: int
    process: asyncio.subprocess.Process
    paths: Paths
    owner: Enrolled
    environment: Mapping[str, str]
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/"

    def code(self) -> str:
        """A code that counts now; waits for the next one when this one was used."""
        return self.owner.totp.code(self.owner.totp.counter(time.time()))

    async def command(self, *words: str) -> str:
        """What `sshtui WORDS` prints on the same files; a failure fails the test."""
        process = await asyncio.create_subprocess_exec(
            str(COMMAND), *words, env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, output
        return output.decode()

    def audit(self) -> str:
        """The audit log."""
        return self.paths.console_audit_file.read_text()


@asynccontextmanager
async def served(directory: Path, home: Path, *options: str, hosts: str = "", port: int = 0) -> AsyncIterator[Served]:
    """`sshtui serve` with an enrolled owner and the saved hosts of `hosts` (TOML); ended afterwards."""
    config = directory / "config"
    config.mkdir(mode=0o700, exist_ok=True)
    paths = Paths.default(config)
    if hosts:
        paths.hosts_file.write_text(hosts)
    owner = enrol(paths.console_file, now=time.time())
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "SSHTUI_CONFIG_DIR": str(config),
    }
    port = port or free_port()
    process = await asyncio.create_subprocess_exec(
        *(str(COMMAND), "serve", "--port", str(port), *options),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    console = Served(port, process, paths, owner, environment, "https" if "--tls" in options else "http")
    assert process.stderr is not None
    first = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
    assert b"The console is at" in first, first
    drain = asyncio.create_task(process.stderr.read())
    try:
        yield console
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10)
        finally:
            drain.cancel()
            with contextlib.suppress(ProcessLookupError):
                process.kill()


@asynccontextmanager
async def chromium(program: str, *more: str) -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*QUIET_BROWSER, *more])
        try:
            yield browser
        finally:
            with contextlib.suppress(Error):
                await browser.close()


class Visitor:
    """Hands and eyes before one page."""

    def __init__(self, page: Page, console: Served) -> None:
        self.page = page
        self.console = console
        self.requests: list[str] = []
        self.complaints: list[str] = []
        """What the console of the browser says is wrong: breaches of the policy for contents, mistakes in scripts."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    async def sign_in(self) -> None:
        """Log in with both factors, and wait for the app."""
        await self.page.goto(self.console.url)
        await self.page.fill("#account", ACCOUNT)
        await self.page.fill("#password", PASSWORD)
        await self.page.fill("#code", self.console.code())
        await self.page.keyboard.press("Enter")
        await self.sees(r"\? help")

    async def screen(self) -> str:
        """What the terminal in the page shows."""
        try:
            rows: list[str] = await self.page.evaluate(ROWS)
        except Error:
            # On the way to another page there is none.
            return ""
        return "\n".join(rows).replace("\xa0", " ")

    async def sees(self, what: str | Callable[[str], bool], *, patience: float = PATIENCE) -> str:
        """The screen as soon as it shows the regular expression `what`, or fits the condition."""
        shows = what if callable(what) else re.compile(what, re.MULTILINE).search
        deadline = time.monotonic() + patience
        while not shows(screen := await self.screen()):
            assert time.monotonic() < deadline, f"waited {patience:.0f} s for {what!r}; the screen was:\n{screen}"
            await asyncio.sleep(0.05)
        return screen

    async def is_still(self) -> str:
        """The screen once it has stayed the same for two frames of the app."""
        before = await self.screen()
        while True:
            await asyncio.sleep(0.1)
            now = await self.screen()
            if now == before:
                return now
            before = now

    async def says(self, what: str, *, patience: float = PATIENCE) -> None:
        """Wait until the line of state says the regular expression `what`."""
        deadline = time.monotonic() + patience
        while not re.search(what, said := await self.page.inner_text("#state")):
            assert time.monotonic() < deadline, f"waited {patience:.0f} s for {what!r}; it said {said!r}"
            await asyncio.sleep(0.05)

    async def press(self, *keys: str) -> None:
        """Press keys by Playwright's names: `Enter`, `Control+Backslash`, `ArrowDown`."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Type `text` as it stands."""
        await self.page.keyboard.type(text)

    async def leader(self, *keys: str) -> None:
        """Press the leader, then keys."""
        await self.press("Control+Backslash", *keys)

    async def read(self) -> None:
        """Take the time a person needs to read a dialog; what is typed sooner is dropped, by design."""
        await asyncio.sleep(QUIET + 0.1)

    async def answers(self, question: str, keystroke: str) -> None:
        """Press `keystroke` until the dialog that shows `question` is gone: on a busy machine it may take none yet."""
        while True:
            await self.read()
            await self.press(keystroke)
            with suppress(AssertionError):
                await self.sees(lambda screen: question not in screen, patience=ANSWERED)
                return

    async def connect(self, name: str) -> None:
        """Open a tab on the saved host `name`, whose host key is accepted, and put the list of hosts away."""
        await self.press("/")
        await self.type(name)
        await self.press("Enter")
        await self.sees("Unknown host key")
        await self.read()
        await self.press("Tab", "Enter")
        await self.is_on(name)
        await self.leader("b")
        await self.sees(r"^\S*[$#] *$")

    async def is_on(self, name: str) -> None:
        """Wait until the tab in front is connected to `name` and its shell asks for a command."""
        await self.sees(rf"^ {re.escape(name)} ● connected")
        await self.sees(r"[$#] *$")

    async def runs(self, command: str, shows: str) -> str:
        """Type `command` into the shell and wait until the screen shows `shows`."""
        await self.type(command)
        await self.press("Enter")
        return await self.sees(shows)


@asynccontextmanager
async def visitor(browser: Browser, console: Served, **context: Any) -> AsyncIterator[Visitor]:
    """A person with a fresh page, cookies and clipboard of their own."""
    options = {"viewport": {"width": 1100, "height": 760}, "ignore_https_errors": True, **context}
    mine = await browser.new_context(**options)
    try:
        yield Visitor(await mine.new_page(), console)
    finally:
        with contextlib.suppress(Error):
            await mine.close()

"""How long a keystroke in the browser takes to a changed picture there: idle, and while a whole screen changes.

Real Chromium without a graphics card, `sshtui serve`, the app and sshd, all on this machine. The page itself takes the
times: from the event of the keystroke to the change of the rows that xterm.js draws.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.table import Result
from tests.conftest import PROGRAM_DIRECTORIES
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import openssh
from tests.web.browsing import Visitor, chromium, served, visitor

KEYS = 100
IDLE_LIMIT, BUSY_LIMIT = 20.0, 120.0
"""Milliseconds, 95th percentile."""

OTHERS = 20
"""Further hosts in the list, to move among."""

WATCH = """(state) => {
    const look = new Function("rows", `return ${state}`), rows = document.querySelector(".xterm-rows");
    let pressed = 0, before = "";
    window.taken = [];
    document.addEventListener("keydown", () => { before = look(rows); pressed = performance.now(); }, true);
    new MutationObserver(() => {
        if (pressed && look(rows) !== before) { window.taken.push(performance.now() - pressed); pressed = 0; }
    }).observe(rows, {subtree: true, childList: true, characterData: true, attributes: true});
}"""
TEXT = "rows.textContent"
LIST = "[...rows.children].slice(0, 24).map(row => row.firstElementChild?.outerHTML).join('')"
"""The left end of the upper rows, where the list of hosts stands."""

REDRAW = (
    "i=0; while :; do i=$((i+1)); printf '\\033[H'; "
    'for n in $(seq 45); do echo "$i $n $i $n $i $n $i $n $i"; done; done'
)


def run() -> list[Result]:
    """Both cases in one browser."""
    programs = [shutil.which(name, path=PROGRAM_DIRECTORIES) for name in ("chromium", "sshd")]
    if None in programs:
        print("chromium or sshd is not installed: the browser is not measured", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_run(Path(directory), *(program or "" for program in programs)))


async def _run(directory: Path, browser_program: str, sshd: str) -> list[Result]:
    key_file = make_key_file(directory / "key", comment="bench")
    with openssh(directory / "sshd", sshd, authorised=(public_line(key_file),)) as server:
        hosts = (
            f'version = 1\n\n[[hosts]]\nname = "box"\naddress = "127.0.0.1"\nport = {server.port}\n'
            f'user = "{server.user}"\nkey_pair = "{key_file}"\n'
        )
        hosts += "".join(f'\n[[hosts]]\nname = "other-{n}"\naddress = "h"\n' for n in range(OTHERS))
        async with (
            served(directory, directory, hosts=hosts) as console,
            chromium(browser_program) as browser,
            visitor(browser, console) as person,
        ):
            await person.sign_in()
            await person.connect("box")
            idle = await _times(person, TEXT, "x")
            await person.press("Control+c")
            await person.leader("b")
            await person.type(REDRAW)
            await person.press("Enter")
            await person.leader("h")
            busy = await _times(person, LIST, "j", "k")
    return [
        Result("browser: key to picture, median", statistics.median(idle), "ms"),
        _limited("browser: key to picture, p95", idle, IDLE_LIMIT),
        _limited("browser: the same while a screen changes, p95", busy, BUSY_LIMIT),
    ]


async def _times(person: Visitor, state: str, *keys: str) -> list[float]:
    await person.page.evaluate(WATCH, state)
    for number in range(KEYS):
        await person.press(keys[number % len(keys)])
        await person.page.wait_for_function("count => window.taken.length > count", arg=number)
    taken: list[float] = await person.page.evaluate("window.taken")
    return taken


def _limited(name: str, times: list[float], limit: float) -> Result:
    slow = statistics.quantiles(times, n=20)[-1]
    return Result(name, slow, "ms", limit / max(slow, 0.1), f"x under {limit:.0f} ms", 1)

"""Draws `screenshots/`: the real app on the demo's servers, as SVG and, where Chromium is there, as PNG.

Run by `make screenshots`; names of pictures may be given to draw only those.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.demo.scene import Scene, demo_scene
from sshtui.model.geometry import Size
from sshtui.session.changes import State
from sshtui.store.paths import Paths
from sshtui.store.settings import save_setting
from sshtui.ui.app import SshtuiApp
from sshtui.ui.modals.base import QUIET
from sshtui.ui.modals.new_password import NewPasswordDialog
from sshtui.ui.modals.secrets import SecretDialog
from sshtui.wiring.app import build_app
from tests.waiting import eventually

PICTURES = Path(__file__).parents[1] / "screenshots"
WIDE, SMALL = Size(120, 36), Size(80, 24)
FONT = "'DejaVu Sans Mono', 'Fira Code', Menlo, Consolas, monospace"


class Artist:
    """Presses keys at the app and waits for what they bring."""

    def __init__(self, pilot: Pilot[int], scene: Scene) -> None:
        self.pilot = pilot
        self.scene = scene
        app = pilot.app
        assert isinstance(app, SshtuiApp)
        self.app = app

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        for character in text:
            await self.pilot.press({" ": "space"}.get(character, character))

    async def modal(self) -> None:
        """Wait for a modal, and as long as it ignores keystrokes."""
        await eventually(lambda: len(self.app.screen_stack) > 1, "a modal is open")
        await self.pilot.pause(QUIET + 0.1)

    async def connect(self, name: str, *, trusted: bool = False) -> None:
        """Ask for a tab on `name`; the first time the host key is accepted."""
        await self.press("slash")
        await self.type(name)
        await self.press("enter")
        if not trusted:
            await self.modal()
            await self.press("tab", "enter")

    async def live(self) -> None:
        """Wait until the front tab is connected and its shell has greeted."""
        front = self.app.roster.front
        assert front is not None
        await eventually(lambda: front.state is State.LIVE, "the tab is live")
        await self.shows("demo:~")

    async def shows(self, text: str) -> None:
        """Wait until the front terminal shows `text`."""
        front = self.app.roster.front
        assert front is not None
        rows = range(front.size.rows)
        await eventually(
            lambda: any(text in front.emulator.row(row).text for row in rows), f"the screen shows {text!r}"
        )
        await self.pilot.pause(0.1)

    async def run(self, command: str, shows: str) -> None:
        """Type a command into the front terminal."""
        front = self.app.roster.front
        assert front is not None
        front.send(command.encode() + b"\r")
        await self.shows(shows)


async def terminal(artist: Artist) -> None:
    await artist.connect("key-pair")
    await artist.live()
    await artist.run(
        "clear; for i in 1 2 3 4 5 6 7; do printf '\\e[3%dm colour %d \\e[0m' $i $i; done; echo", "colour 7"
    )
    await artist.run("cat welcome.txt; ls -la --color; date +%A", "day")
    await artist.press("ctrl+backslash", "h")
    await artist.connect("password", trusted=True)
    await artist.modal()
    await artist.type(artist.scene.password)
    await artist.press("enter")
    await artist.live()
    await artist.press("alt+1")
    await artist.pilot.pause(0.3)


async def host_key(artist: Artist) -> None:
    await artist.press("slash")
    await artist.type("key-pair")
    await artist.press("enter")
    await artist.modal()
    await artist.press("p")


async def changed_host_key(artist: Artist) -> None:
    await artist.press("slash")
    await artist.type("changed")
    await artist.press("enter")
    await artist.modal()


async def two_factor(artist: Artist) -> None:
    await artist.connect("two-factor")
    await eventually(
        lambda: bool(artist.app.screen.query(Input)) and len(artist.app.screen_stack) > 1, "the server's questions"
    )
    await artist.modal()


async def password_change(artist: Artist) -> None:
    await artist.connect("expired")
    await artist.modal()
    await eventually(lambda: isinstance(artist.app.screen, SecretDialog), "the password is asked")
    await artist.modal()
    await artist.type(artist.scene.password)
    await artist.press("enter")
    await eventually(lambda: isinstance(artist.app.screen, NewPasswordDialog), "the new password is asked")
    await artist.modal()


async def edit(artist: Artist) -> None:
    await artist.press("home", "down", "down", "e", "tab", "tab", "end")
    await artist.type("99")
    await artist.pilot.pause(0.2)


async def refused(artist: Artist) -> None:
    await artist.press("slash")
    await artist.type("refused")
    await artist.press("enter")
    roster = artist.app.roster
    await eventually(lambda: roster.front is not None and roster.front.state is State.FAILED, "it failed")
    await artist.pilot.pause(0.2)


async def leader_menu(artist: Artist) -> None:
    await artist.connect("key-pair")
    await artist.live()
    await artist.press("ctrl+backslash")
    await artist.pilot.pause(0.8)


async def palette(artist: Artist) -> None:
    await artist.press("colon")
    await artist.type("th")
    await artist.pilot.pause(0.2)


async def help_page(artist: Artist) -> None:
    await artist.press("question_mark")
    await artist.pilot.pause(0.2)


async def key_workshop(artist: Artist) -> None:
    await artist.press("K")
    await artist.pilot.pause(0.8)


async def filtered(artist: Artist) -> None:
    await artist.press("slash")
    await artist.type("pa")
    await artist.pilot.pause(0.2)


async def marked(artist: Artist) -> None:
    await artist.press("home", "down", "space", "down", "down", "down", "space", "down", "space", "f")
    await artist.pilot.pause(0.2)


async def why(artist: Artist) -> None:
    await artist.press("slash")
    await artist.type("jump")
    await artist.press("escape", "w")
    await artist.pilot.pause(0.8)


async def importing(artist: Artist) -> None:
    sessions = artist.scene.directory / "sessions.reg"
    sessions.write_text(SESSIONS)
    await artist.press("I")
    await artist.pilot.pause(0.3)
    await artist.type(str(sessions))
    await artist.press("enter")
    await artist.pilot.pause(0.8)


async def checked(artist: Artist) -> None:
    await refused(artist)
    await artist.press("w")
    await artist.pilot.pause(1.5)


SESSIONS = """Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\web-1]
"HostName"="10.0.0.5"
"PortNumber"=dword:000008ae
"Protocol"="ssh"
"UserName"="deploy"

[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\db]
"HostName"="db.example.org"
"PortNumber"=dword:00000016
"Protocol"="ssh"

[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\modem]
"HostName"=""
"Protocol"="serial"
"""
"""A file as PuTTY's registry is exported."""

SCENES: dict[str, tuple[Callable[[Artist], Awaitable[None]], Size, str]] = {
    "terminal": (terminal, WIDE, "midnight"),
    "terminal-light": (terminal, WIDE, "daylight"),
    "host-key": (host_key, WIDE, "midnight"),
    "changed-host-key": (changed_host_key, WIDE, "midnight"),
    "two-factor": (two_factor, SMALL, "midnight"),
    "password-change": (password_change, SMALL, "midnight"),
    "edit": (edit, WIDE, "midnight"),
    "refused": (refused, SMALL, "midnight"),
    "leader-menu": (leader_menu, SMALL, "midnight"),
    "palette": (palette, WIDE, "midnight"),
    "help": (help_page, WIDE, "midnight"),
    "key-workshop": (key_workshop, WIDE, "midnight"),
    "marked": (marked, WIDE, "midnight"),
    "why": (why, WIDE, "midnight"),
    "import": (importing, WIDE, "midnight"),
    "checked": (checked, WIDE, "midnight"),
    "filter": (filtered, SMALL, "high-contrast-dark"),
}


async def draw(name: str) -> None:
    """Draw one picture on servers of its own."""
    play, size, theme = SCENES[name]
    with demo_scene() as scene:
        paths = Paths(scene.config_dir, scene.config_dir / "state", scene.ssh_dir)
        save_setting(paths.settings_file, "theme", theme)
        app = build_app(paths)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.3)
            await play(Artist(pilot, scene))
            svg = app.export_screenshot(title="sshtui")
            app.exit(0)
    # The pictures must look the same without a network: no font from elsewhere.
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    svg = re.sub(r"font-family:\s*Fira Code", f"font-family: {FONT}", svg)
    (PICTURES / f"{name}.svg").write_text(svg)
    _as_png(PICTURES / f"{name}.svg")


async def draw_console() -> None:
    """Draw the browser console as a browser shows it, on the demo's servers."""
    from tests.web.browsing import chromium, served, visitor

    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed: no picture of the console", file=sys.stderr)
        return
    with demo_scene() as scene:
        home = scene.directory / "browser"
        home.mkdir()
        (home / ".ssh").symlink_to(scene.ssh_dir)
        hosts = (scene.config_dir / "hosts.toml").read_text()
        async with (
            served(home, home, hosts=hosts) as console,
            chromium(program) as browser,
            visitor(browser, console, viewport={"width": 1100, "height": 660}) as person,
        ):
            await person.sign_in()
            await person.connect("key-pair")
            await person.leader("b")
            await person.runs("cat welcome.txt; date +%A", "day")
            await person.page.click("#toggle-keys")
            await person.page.wait_for_timeout(500)
            await person.page.screenshot(path=PICTURES / "console.png")


def _as_png(picture: Path) -> None:
    """A browser draws the picture as readers of the README see it."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.read_text())
    if browser is None or found is None:
        print("chromium is not installed: no PNG", file=sys.stderr)
        return
    width, height = (round(float(side)) for side in found.groups())
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={profile}", f"--window-size={width},{height}",
                f"--screenshot={picture.with_suffix('.png')}", picture.as_uri(),
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or (*SCENES, "console"):
        asyncio.run(draw_console() if name == "console" else draw(name))
        print(f"screenshots/{name}")


if __name__ == "__main__":
    main()

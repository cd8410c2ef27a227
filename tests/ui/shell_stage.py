"""A stage for the shell: the real app on real hosts.toml, with channels in memory and a prompter with a script."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from rich.segment import Segment
from textual.app import App
from textual.pilot import Pilot

from sshtui.errors import UsageError
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.model.themes import UI_ROLES, Palette, Theme
from sshtui.session.roster import Roster
from sshtui.session.surroundings import Surroundings
from sshtui.store import toml_files
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.settings import save_setting
from sshtui.store.ssh_config import read_hosts
from sshtui.ui.app import SshtuiApp
from sshtui.ui.parts import Parts
from sshtui.ui.screens.main import MainScreen
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.wire import MemoryChannel, MemoryDialer

PATIENCE = 30.0
"""Seconds a picture may take on a machine that does much else."""

_COLOURS = ("#10141c", "#161c26", "#222b3a", "#d8dee9", "#7a869a", "#303c50", "#6cb6ff",
            "#6cb6ff", "#b69cff", "#ffc66d", "#7fd88f", "#f0b45a", "#ff7a7a")  # fmt: skip
_PALETTE = Palette("#d8dee9", "#10141c", "#ffffff", "#304060", ("#000000",) * 16)
DARK = Theme("midnight", "Midnight", True, dict(zip(UI_ROLES, _COLOURS, strict=True)), _PALETTE)
LIGHT = Theme("paper", "Paper", False, {**DARK.roles, "background": "#fbfbf8", "foreground": "#202020"}, _PALETTE)

WEB = Host("web-1", "10.0.0.5", user="root", folder="production")
DB = Host("db", "10.0.0.6", port=2222, folder="production", tags=("eu",))
PI = Host("pi", "pi.lab", folder="lab/home")
LONELY = Host("lonely", "192.0.2.7")
HOSTS = (WEB, DB, PI, LONELY)


class MemoryRecent:
    """Last used times without a file; the clock counts calls."""

    def __init__(self) -> None:
        self.used: dict[str, float] = {}
        self.uses: dict[str, int] = {}

    def counts(self) -> Mapping[str, int]:
        return self.uses

    def rename(self, was: str, name: str) -> None:
        if was in self.used:
            self.used[name], self.uses[name] = self.used.pop(was), self.uses.pop(was)

    def times(self) -> Mapping[str, float]:
        return self.used

    def touch(self, name: str) -> None:
        self.used[name] = sum(self.uses.values()) + 1.0
        self.uses[name] = self.uses.get(name, 0) + 1


def parse(text: str) -> Host:
    """`user@address`, enough for the shell."""
    user, _, address = text.rpartition("@")
    if not address or " " in address:
        raise UsageError("An address is needed, as in root@10.0.0.5:22.")
    return Host(address, address, user=user)


async def _unasked(_host: Host) -> Reachability:
    return Reachability("not checked")


def _not_here(*_arguments: object) -> NoReturn:
    raise AssertionError("this screen has a stage of its own")


class Stage:
    """The app and everything around it that a test looks at."""

    def __init__(
        self,
        directory: Path,
        hosts: Sequence[Host] = HOSTS,
        *,
        answers: Sequence[object] = (),
        keymap: Mapping[str, tuple[str, ...]] | None = None,
        config_hosts: Callable[[], Sequence[Host]] = tuple,
        settings: Settings | None = None,
        key_pairs: Sequence[KeyPair] = (),
        open_at_start: Host | None = None,
        themes: Mapping[str, Theme] | None = None,
        make_prompter: Callable[[App[Any]], Prompter] | None = None,
        ssh_config: str = "",
        reach: Callable[[Host], Awaitable[Reachability]] = _unasked,
    ) -> None:
        self.path = directory / "hosts.toml"
        self.store = HostStore(self.path)
        for host in hosts:
            self.store.put(host)
        config = directory / "ssh_config"
        config.write_text(ssh_config)
        lookup = Lookup(self.store, lambda: read_hosts(config))
        self.dialer = MemoryDialer()
        self.prompter = ScriptedPrompter(*answers)
        self.recent = MemoryRecent()
        self.settings_file = directory / "settings.toml"

        async def offered(_host: Host) -> Sequence[KeyPair]:
            return key_pairs

        self.app = SshtuiApp(
            Parts(
                hosts=self.store,
                recent=self.recent,
                themes=themes or {"midnight": DARK, "paper": LIGHT},
                make_prompter=make_prompter or (lambda _app: self.prompter),
                make_roster=lambda prompter: Roster(Surroundings(self.dialer, prompter)),
                parse_destination=parse,
                wanted=lambda wanted: parse(wanted.destination),
                key_pairs=offered,
                config_hosts=config_hosts,
                settings=settings or replace(Settings(), unicode=True),
                save_setting=lambda name, value: save_setting(self.settings_file, name, value),
                keymap=keymap or {},
                open_at_start=open_at_start,
                effective=self.store.effective,
                why=lambda host: lookup.why(host.name, settings or Settings(), directory),
                reach=reach,
                key_workshop=_not_here,
                known_hosts=_not_here,
                secrets_screen=_not_here,
                diagnose=_not_here,
            )
        )

    @property
    def settings(self) -> Mapping[str, object]:
        """What stands in settings.toml."""
        return toml_files.read(self.settings_file)

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever lies over it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def channel(self) -> MemoryChannel:
        """The newest channel."""
        return self.dialer.channels[-1]

    def picture(self) -> str:
        """What stands on the screen, as text."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()  # the compositor's own picture; there is no public way
        return "\n".join("".join(segment.text for segment in _visible(strip))[:width] for strip in lines[:height])

    async def until(self, pilot: Pilot[Any], what: str, condition: Callable[[], object]) -> None:
        """Return once `condition()` is true; fail after PATIENCE, naming `what`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if condition():
                await pilot.pause()
                return
            await pilot.pause(0.005)
        raise AssertionError(f"waited in vain: {what}\n{self.picture()}")

    async def shows(self, pilot: Pilot[Any], text: str) -> str:
        """The picture, once `text` stands in it."""
        await self.until(pilot, f"{text!r} on the screen", lambda: text in self.picture())
        return self.picture()


def _visible(strip: Any) -> list[Segment]:
    return [segment for segment in strip if not segment.control]

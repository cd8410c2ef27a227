"""The screens that a person opens over the main one: help, palette, details, why, key pairs, host keys, secrets."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from sshtui.model.questions import Prompter
from sshtui.ui.actions import Scope
from sshtui.ui.commands import Commands, carry_out
from sshtui.ui.jobs import Jobs
from sshtui.ui.keymap import Keymap
from sshtui.ui.palette_entries import Destinations, palette_entries
from sshtui.ui.parts import Parts
from sshtui.ui.screens.details import DetailsScreen
from sshtui.ui.screens.doctor import DoctorScreen
from sshtui.ui.screens.help import HelpScreen
from sshtui.ui.screens.palette import Entry, PaletteScreen
from sshtui.ui.screens.settings import SettingsScreen


class Openings:
    """Makes each screen when it is asked for and shows it over `below`; `to` is where the palette leads."""

    def __init__(
        self,
        parts: Parts,
        keymap: Keymap,
        prompter: Prompter,
        below: Screen[None],
        to: Destinations,
        scope: Callable[[], Scope],
        *,
        unicode: bool,
    ) -> None:
        """`scope` says where a keystroke counts now: what the help begins with."""
        self._parts = parts
        self._keymap = keymap
        self._jobs = Jobs(prompter)
        self._below = below
        self._to = to
        self._scope = scope
        self._unicode = unicode

    def commands(self) -> Commands:
        """What the actions do here."""
        return {
            "app.help": self._help,
            "app.palette": self._palette,
            "app.settings": self._settings,
            "app.keys": self._key_pairs,
            "app.secrets": self._secrets,
            "app.known_hosts": self._known_hosts,
            "session.details": self._details,
            "tab.doctor": self._doctor,
        }

    def _help(self) -> None:
        self._push(HelpScreen(self._keymap, first=self._scope(), unicode=self._unicode))

    def _settings(self) -> None:
        self._push(SettingsScreen(self._parts.settings, self._parts.files, unicode=self._unicode))

    def _palette(self) -> None:
        app, parts = self._below.app, self._parts

        def use_theme(name: str) -> None:
            app.theme = name
            parts.save_setting("theme", name)

        entries = palette_entries(self._to, self._keymap, parts.themes, app.theme, use_theme, unicode=self._unicode)
        app.push_screen(PaletteScreen(tuple(entries), unicode=self._unicode), _choose)

    def _details(self) -> None:
        front = self._to.roster.front
        if front is None or front.facts is None:
            self._jobs.say("Connect first: there is no connection to tell of.", warning=True)
        else:
            self._push(DetailsScreen(front, unicode=self._unicode))

    def _doctor(self) -> None:
        front = self._to.roster.front
        if front is not None:
            findings = self._parts.diagnose(front.host, self._jobs.prompter)
            self._push(DoctorScreen(front.host, findings, unicode=self._unicode))

    def _key_pairs(self) -> None:
        self._push(self._parts.key_workshop(self._jobs.prompter))

    def _known_hosts(self) -> None:
        self._push(self._parts.known_hosts(self._jobs.prompter))

    def _secrets(self) -> None:
        self._push(self._parts.secrets_screen(self._jobs.prompter))

    def _push(self, screen: Screen[None]) -> None:
        self._below.app.push_screen(screen)


async def _choose(entry: Entry | None) -> None:
    if entry is not None:
        await carry_out(entry.choose)

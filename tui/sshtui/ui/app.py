"""The Textual app: hands the parts to the main screen, and holds what counts for all screens."""

from __future__ import annotations

import locale
import os
from dataclasses import replace

from textual import events

from sshtui.errors import SshtuiError
from sshtui.model.keystrokes import Keystroke
from sshtui.model.outer import outer_terminal
from sshtui.session.roster import Roster
from sshtui.ui.glyphs import ASCII, UNICODE, has_unicode
from sshtui.ui.jobs import Jobs
from sshtui.ui.keymap import Keymap
from sshtui.ui.parts import Parts
from sshtui.ui.screens.main import MainScreen
from sshtui.ui.steady import SteadyApp
from sshtui.ui.theming import as_textual
from sshtui.ui.window_title import WindowTitle


class SshtuiApp(SteadyApp[int], inherit_bindings=False):
    """Small on purpose: screens and widgets own what they do. No keystroke is bound here, not even Textual's own."""

    TITLE = "sshtui"
    CSS_PATH = "styles/main.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = replace(parts, save_setting=self._save_setting)
        self._write_setting = parts.save_setting
        self.keymap = Keymap(parts.keymap)
        wanted = parts.settings.unicode
        self.unicode = has_unicode(locale.getencoding(), os.environ.get("TERM", "")) if wanted is None else wanted
        self.outer = outer_terminal(os.environ)
        self.takes_mouse = parts.settings.mouse
        self.prompter = parts.make_prompter(self)
        self.roster: Roster = parts.make_roster(self.prompter)
        self._deciding = False
        for theme in parts.themes.values():
            self.register_theme(as_textual(theme))
        if parts.themes:
            default = next(iter(parts.themes))
            self.theme = parts.settings.theme if parts.settings.theme in parts.themes else default

    def _save_setting(self, name: str, value: object) -> None:
        """Keep a setting for the next start. One that cannot be kept is in force all the same, and that is told."""
        try:
            self._write_setting(name, value)
        except SshtuiError as error:
            Jobs(self.prompter).failed(error)

    def get_default_screen(self) -> MainScreen:
        """The main screen stands below every modal."""
        glyphs = UNICODE if self.unicode else ASCII
        return MainScreen(self.parts, self.keymap, glyphs, self.roster, self.prompter, unicode=self.unicode)

    async def on_event(self, event: events.Event) -> None:
        """Let the main screen decide a keystroke at once.

        Widgets have queues of their own: a fast hand would meet the focus of some keystrokes ago.
        """
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen_stack:
            screen = self.screen
            self._deciding = True
            try:
                if isinstance(screen, MainScreen) and await screen.take(event):
                    return
            finally:
                self._deciding = False
        await super().on_event(event)

    def take_at_once(self, pressed: Keystroke) -> bool:
        """Give a keystroke for the remote to the terminal in focus, unless an earlier event is still on its way."""
        if self._deciding or self.message_queue_size or not self.app_focus:
            return False
        screen = (self.screen_stack or (None,))[-1]
        return isinstance(screen, MainScreen) and screen.take_at_once(pressed)

    def on_mount(self) -> None:
        WindowTitle(self.roster, self._name_window, self.set_timer)
        # The first frame comes before the imports that only the first connection needs.
        self.call_after_refresh(self._warm_up)

    def _name_window(self, title: str) -> None:
        from sshtui.ui.driver import SteadyDriver

        if self.audience is not None:
            self.audience.show_title(title)
        elif isinstance(self._driver, SteadyDriver):
            self._driver.show_title(title)

    def _warm_up(self) -> None:
        self.run_worker(self.parts.warm_up, thread=True, exit_on_error=False, group="warm-up")

    async def on_unmount(self) -> None:
        await self.roster.close_all()
        if self.parts.at_end is not None:
            await self.parts.at_end()

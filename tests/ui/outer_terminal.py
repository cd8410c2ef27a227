"""A terminal around the app, as a person would see it: every frame that the app writes is drawn by an emulator."""

from __future__ import annotations

from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from sshtui.model.geometry import Size
from sshtui.terminal.cells import Run
from sshtui.terminal.emulator import Emulator

Picture = list[list[Run]]
"""Rows of runs: characters and how they look."""


class OuterTerminal(HeadlessDriver):
    """A driver whose terminal is an emulator. Use with `run_test(headless=False)`."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.writes: list[str] = []
        self._screen = Emulator(Size(*self._get_terminal_size()))

    @property
    def is_headless(self) -> bool:
        """What has a terminal is not headless."""
        return False

    def write(self, data: str) -> None:
        """Draw it."""
        self.writes.append(data)
        size = Size(*self._app.size)
        if self._screen.size != size:
            self._screen = Emulator(size)
        self._screen.feed(b"\x1b[20h" + data.encode())

    @property
    def picture(self) -> Picture:
        """What stands there."""
        return _rows(self._screen)


def outer(app: App[Any]) -> OuterTerminal:
    """The terminal around `app`."""
    driver = app._driver
    assert isinstance(driver, OuterTerminal)
    return driver


def repainted(app: App[Any]) -> Picture:
    """What a repaint of everything by Textual would show now, in an empty terminal."""
    screen = Emulator(Size(*app.size))
    visible_screen_stack.set(app._background_screens)
    for row, strip in enumerate(app.screen._compositor.render_strips()):
        screen.feed(f"\x1b[{row + 1}H{strip.render(app.console)}".encode())
    return _rows(screen)


def _rows(screen: Emulator) -> Picture:
    return [screen.row(row).runs() for row in range(screen.size.rows)]

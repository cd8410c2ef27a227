"""What the view needs of a session: its emulator's picture, and where to send what a person does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from sshtui.model.geometry import Size
from sshtui.model.keystrokes import Keystroke
from sshtui.session.changes import Change
from sshtui.terminal.cursor import Cursor
from sshtui.terminal.lines import Grid
from sshtui.terminal.modes import Modes


class Picture(Grid, Protocol):
    """The emulator as it is looked at."""

    @property
    def cursor(self) -> Cursor:
        """Where it is and how it looks."""
        ...

    @property
    def modes(self) -> Modes:
        """What keystrokes, paste and mouse depend on."""
        ...

    @property
    def palette(self) -> Mapping[int, int]:
        """Colours that the program set in place of the theme's."""
        ...

    def set_theme(self, colours: Mapping[int, int]) -> bytes:
        """Be told the shown colours, by the indexes of `events.PaletteChanged`, as 0xRRGGBB; returns what to send."""
        ...


class Subject(Protocol):
    """The session that a view shows."""

    @property
    def label(self) -> str:
        """The tab's name."""
        ...

    @property
    def emulator(self) -> Picture:
        """Its picture."""
        ...

    def press(self, keystroke: Keystroke) -> None:
        """Send a keystroke."""
        ...

    def paste(self, text: str) -> None:
        """Send pasted text."""
        ...

    def send(self, data: bytes) -> None:
        """Send bytes."""
        ...

    def resize(self, size: Size) -> None:
        """Tell it the view's size."""
        ...

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Be told of changes, until the result is called."""
        ...

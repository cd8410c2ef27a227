"""The app class below ours: what every Textual app needs before it may show text from strangers."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import App, ReturnType
from textual.events import Key
from textual.filter import LineFilter
from textual.message import Message

from sshtui.errors import SshtuiError
from sshtui.model.keystrokes import Keystroke
from sshtui.model.outer import NOTHING_MORE, Outer
from sshtui.ui.keys import keystroke
from sshtui.ui.scrub import SCRUB, scrubbed

if TYPE_CHECKING:
    from sshtui.ui.audience import Audience

NARROW = 60
"""Columns below which notices take the whole width: screens have the class `-slim`."""

REPORTS = 5
"""Mistakes kept in full; one tends to bring the next."""


class SteadyApp(App[ReturnType]):
    """An app that paints no control characters and whose crash report holds no values of variables.

    `unicode`: whether the terminal shows more than ASCII. `takes_mouse`: whether it asks the terminal for the mouse.
    `outer`: what else the terminal draws.
    """

    outer: Outer = NOTHING_MORE
    unicode: bool = True
    takes_mouse: bool = True

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (NARROW, "-broad")]
        self.reports: list[str] = []
        """Mistakes the app survived, to be printed once the terminal is free."""
        self.audience: Audience | None = None
        """Who looks at an app without a terminal of its own; None for one that has a terminal."""
        self.started = asyncio.Event()
        """Set once the first frame is laid out."""

    def on_ready(self) -> None:
        self.started.set()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then the one that takes control characters out."""
        return [*super().get_line_filters(), SCRUB]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colour names for a theme that does not know them, as Textual's do not."""
        return {"muted": "#808080", "focus": "#5fafff", "line": "#505050"}

    @property
    def paints_at_once(self) -> bool:
        """Whether `paint_at_once` shows something: there is a terminal, and Textual does not hold all painting back."""
        driver = self._driver
        if driver is None or self._batch_count or not self._running or self._closed:
            return False
        return not (driver.is_headless or driver.is_inline)

    def paint_at_once(self, piece: str) -> None:
        """Write a finished piece of the picture, characters and control sequences, without Textual's passes."""
        if self._driver is not None:
            self._begin_update()
            self._driver.write(piece)
            self._end_update()

    def receive(self, message: Message) -> None:
        """Deal with what a driver read in the thread of the event loop."""
        if not (isinstance(message, Key) and self.take_at_once(keystroke(message))):
            self.post_message(message)

    def take_at_once(self, pressed: Keystroke) -> bool:
        """Whether a keystroke has reached its destination by now; else it takes the way through the message queues."""
        return False

    def mistake(self, error: BaseException, *, ended_task: bool = False) -> None:
        """Tell of a mistake of ours in a background task. The app and its sessions go on; `reports` keeps the details.

        What the network or a person did is no mistake and is told where it happens, unless it `ended_task`: a task of
        ours that is to tell of it itself.
        """
        if isinstance(error, (SshtuiError, OSError)) and not ended_task:
            return
        name = type(error).__name__
        self.notify(
            f"A mistake inside sshtui ({name}); a tab may not answer any more. Details follow when you quit.",
            severity="error",
            timeout=20,
            markup=False,
        )
        if len(self.reports) < REPORTS:
            self.reports.append(_report(error))

    def _fatal_error(self) -> None:
        """Close with a message and exit code 1 after a mistake of ours.

        Textual's own report prints the local variables, passwords among them.
        """
        error = sys.exc_info()[1]
        self.panic(Text(_report(error) if error is not None else "sshtui had to close."))


def _report(error: BaseException) -> str:
    """Where it happened and what it was, without the values of variables."""
    frames = "".join(traceback.format_exception(error, limit=-12))
    return scrubbed(
        f"{frames}\nsshtui has made a mistake: {type(error).__name__}.\nThe lines above say where; please report them."
    )

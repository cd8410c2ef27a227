"""Everyone who looks at an app without a terminal of its own, and the one picture they all see."""

from __future__ import annotations

import re
from typing import Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from sshtui.attach.seat import Seat
from sshtui.errors import AttachError
from sshtui.model.web_address import is_web_address
from sshtui.ui.onlooker import Onlooker
from sshtui.ui.queues import dealt_with
from sshtui.ui.scrub import scrubbed

MOST = 16
"""Viewers at once."""

USUAL_SIZE = Size(80, 24)

CATCH_UP = 1.0
"""Seconds the app may take to deal with what was typed before more of it is read all the same."""

MOUSE_ON = "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"
MOUSE_OFF = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"

_STRING, _CLIPBOARD = "\x1b]", "\x1b]52;"
# Modes and OSC strings: what must arrive even when pictures do not.
_MUST_ARRIVE = re.compile(r"(?:\x1b\[[?<>=][0-9;:]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))+")


class Audience:
    """The viewers of one app. The picture has the smaller of their sizes; without viewers it keeps its last one."""

    def __init__(self, app: App[Any], *, mouse: bool = True) -> None:
        self._app = app
        self._onlookers: list[Onlooker] = []
        self.title = ""
        self._driver: Driver | None = None
        self.mouse = mouse
        self.size = USUAL_SIZE
        self.acting: Onlooker | None = None
        """Who typed last: a link is opened and a text copied there."""

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Those of everyone who looks, the oldest first."""
        return tuple(onlooker.seat for onlooker in self._onlookers)

    @property
    def in_browser(self) -> bool:
        """Whether one of them looks from a browser."""
        return any(onlooker.seat.kind == "browser" for onlooker in self._onlookers)

    @property
    def mouse_mode(self) -> str:
        """What takes or gives back the mouse."""
        return MOUSE_ON if self.mouse else MOUSE_OFF

    def sit(self, seat: Seat) -> Onlooker:
        """Let a viewer look. Raises AttachError."""
        if len(self._onlookers) >= MOST:
            raise AttachError(f"{MOST} others look at this sshtui already.")
        onlooker = Onlooker(self, seat)
        self._onlookers.append(onlooker)
        self.acting = self.acting or onlooker
        onlooker.take()
        self.arrange(onlooker)
        self.focus_changed()
        return onlooker

    def leave(self, onlooker: Onlooker) -> None:
        """One of them is gone."""
        self._onlookers.remove(onlooker)
        if self.acting is onlooker:
            self.acting = next(iter(self._onlookers), None)
        if self._onlookers:
            self.arrange()
        self.focus_changed()

    def arrange(self, changed: Onlooker | None = None) -> None:
        """Fit the picture to everyone; the terminal of `changed` needs it anew in any case."""
        sizes = [onlooker.seat.size for onlooker in self._onlookers]
        size = Size(min(size.columns for size in sizes), min(size.rows for size in sizes))
        anew = self._onlookers if size != self.size else [changed] if changed is not None else []
        self.size = size
        for onlooker in anew:
            onlooker.clear()
            onlooker.seat.tell("size", columns=size.width, rows=size.height)
        if self._driver is not None:
            # Textual has no public name for the size of a driver; the app goes by it until the first Resize.
            self._driver._size = (size.width, size.height)
            self._app.post_message(events.Resize(size, size))
        self.repaint()

    def repaint(self) -> None:
        """Paint the whole picture, once the app has dealt with what came before."""
        self._app.call_later(self._app.refresh)

    def focus_changed(self) -> None:
        """The app has the focus while any viewer has it."""
        focused = any(onlooker.focused for onlooker in self._onlookers)
        if focused != self._app.app_focus:
            self.process(events.AppFocus() if focused else events.AppBlur())

    def process(self, message: Message) -> None:
        """Hand an event to the app; what happens beside the picture is nothing."""
        if isinstance(message, events.MouseEvent) and not (
            0 <= message.x < self.size.width and 0 <= message.y < self.size.height
        ):
            return
        if self._driver is not None:
            self._driver.process_message(message)

    async def dealt_with(self) -> None:
        """Return when the app has taken all events it got so far."""
        await dealt_with(self._app, CATCH_UP)

    def begin(self, driver: Driver) -> None:
        """The app runs from here on; those who look already get their picture."""
        self._driver = driver
        if self._onlookers:
            self.arrange()

    # What the driver is told

    def paint(self, picture: str) -> None:
        """Show a picture to everyone. One laid out for another size is dropped: the next is on its way."""
        if self._app.screen.outer_size == self.size:
            for onlooker in self._onlookers:
                onlooker.paint(picture)

    def write(self, sequence: str) -> None:
        """Send a sequence that is no picture."""
        if sequence.startswith(_CLIPBOARD):
            if self.acting is not None and self.acting.strings:
                self.acting.copy(sequence)
            return
        for onlooker in self._onlookers:
            if not _MUST_ARRIVE.fullmatch(sequence):
                onlooker.paint(sequence)
            elif onlooker.strings or not sequence.startswith(_STRING):
                onlooker.send(sequence)

    def show_title(self, title: str) -> None:
        """Name everyone's window."""
        self.title = scrubbed(title)
        for onlooker in self._onlookers:
            onlooker.name(self.title)

    def open_url(self, url: str) -> None:
        """Have an address opened where the person is who asked for it; only http and https."""
        if self.acting is not None and is_web_address(url):
            self.acting.seat.tell("open_url", url=url)

    def lend_mouse(self) -> bool:
        """Give the mouse to the viewers' terminals, or take it back; whether it is lent now."""
        self.mouse = not self.mouse
        for onlooker in self._onlookers:
            onlooker.send(self.mouse_mode)
        return not self.mouse

    def detach(self) -> bool:
        """Let the viewer go who typed last; whether there was one."""
        if self.acting is None:
            return False
        self.acting.seat.let_go("detached")
        return True

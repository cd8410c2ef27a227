"""Everyone who looks at an app without a terminal of its own: what they type, and the one picture they all see."""

from __future__ import annotations

import asyncio
import contextlib
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable
from typing import Any

from textual import constants, events, messages
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from sshtui.attach.reception import Seat
from sshtui.errors import AttachError
from sshtui.ui.keys import InputParser
from sshtui.ui.shades import in_ascii, in_colours
from sshtui.ui.steady import SteadyApp

MOST = 16
"""Viewers at once."""

USUAL_SIZE = Size(80, 24)

TYPED_AT_ONCE = 1024
"""Characters turned into keystrokes before the app deals with them; more would hold up everything else."""

PASTED_AT_ONCE = 65536
"""The same inside a paste, where characters are no keystrokes."""

CATCH_UP = 1.0
"""Seconds the app may take to deal with what was typed before more of it is read all the same."""

MOUSE_ON = "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"
MOUSE_OFF = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"

_TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1004h\x1b[?2004h\x1b[?2026$p"
"""Alternate screen, no cursor, no wrapping, reports of focus, bracketed paste; does it paint whole frames?"""

_KITTY = "\x1b[>25u\x1b[=4;2u"
"""Kitty keyboard protocol: all keys as escape codes, with their text and the Latin key beside others."""

_CLEAR = "\x1b[0m\x1b[2J"
_CLIPBOARD = "\x1b]52;"
_TITLE = re.compile(r"\x1b\][02];[^\x07\x1b]*(?:\x07|\x1b\\)")
# Modes and OSC strings: what must arrive even when pictures do not.
_MUST_ARRIVE = re.compile(r"(?:\x1b\[[?<>=][0-9;:]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))+")
_WEB = re.compile(r"https?://[\x21-\x7e]+\Z", re.IGNORECASE)


class View:
    """One viewer: its input's parser, and what its terminal can show."""

    def __init__(self, audience: Audience, seat: Seat) -> None:
        assert seat.hello is not None
        self._audience = audience
        self.seat = seat
        self.focused = True
        self.clipboard = ""
        self._syncs = False
        self._recolour = in_colours(seat.hello.colours)
        self._ascii = not seat.hello.unicode
        self._parser = InputParser(erase=seat.hello.erase, term=seat.hello.term)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._settling: asyncio.TimerHandle | None = None

    # Input

    async def typed(self, data: bytes) -> None:
        """Turn bytes into events of the app, at the pace at which it deals with them."""
        text = self._decode(data)
        self._audience.acting = self
        at = 0
        while at < len(text):
            step = PASTED_AT_ONCE if self._parser.pasting else TYPED_AT_ONCE
            self._process(self._parser.feed(text[at : at + step]))
            at += step
            await self._audience.dealt_with()
        self._settle_later()

    def _settle_later(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._parser.patience is not None:
            self._settling = asyncio.get_running_loop().call_later(self._parser.patience, self._settle)

    def _settle(self) -> None:
        self._settling = None
        self._process(self._parser.tick())
        self._settle_later()

    def _process(self, found: Iterable[Message]) -> None:
        for message in found:
            if isinstance(message, messages.TerminalSupportsSynchronizedOutput):
                self._syncs = True
            elif isinstance(message, (events.AppFocus, events.AppBlur)):
                self.focused = isinstance(message, events.AppFocus)
                self._audience.focus_changed()
            elif not isinstance(message, events.Resize):
                self._audience.process(message)

    # Output

    def paint(self, picture: str) -> None:
        """Show a picture, whole or a part; one that the viewer does not read in time is dropped."""
        if self._recolour is not None:
            picture = self._recolour(picture)
        if self._ascii:
            picture = in_ascii(picture)
        if self._syncs:
            picture = _SYNC_START + picture + _SYNC_END
        self.seat.show(picture.encode("utf-8", "replace"))

    def send(self, sequences: str) -> None:
        """Send what must arrive."""
        self.seat.show_in_any_case(sequences.encode("utf-8", "replace"))

    def copy(self, sequence: str) -> None:
        """Send a text for the clipboard; while the viewer does not read, the newest one waits."""
        if self.seat.behind:
            self.clipboard = sequence
        else:
            self.send(sequence)

    def take(self) -> None:
        """Prepare the viewer's terminal, and have it painted anew."""
        self.send(_TAKE + (_KITTY if not constants.DISABLE_KITTY_KEY else "") + self._audience.modes)

    def clear(self) -> None:
        """Take away what stands beside a picture that is smaller than the viewer."""
        self.send(_CLEAR)

    # What the seat tells

    def resized(self) -> None:
        """The viewer has another size."""
        self._audience.arrange(self)

    def caught_up(self) -> None:
        """It reads again: bring it up to date."""
        self.send(self._audience.modes + self.clipboard)
        self.clipboard = ""
        self._audience.repaint()

    def left(self) -> None:
        """It is gone."""
        if self._settling is not None:
            self._settling.cancel()
        self._audience.leave(self)


class Audience:
    """The viewers of one app. The picture has the smaller of their sizes; without viewers it keeps its last one."""

    def __init__(self, app: App[Any], *, mouse: bool = True) -> None:
        self._app = app
        self._views: list[View] = []
        self._title = ""
        self._driver: Driver | None = None
        self.mouse = mouse
        self.size = USUAL_SIZE
        self.acting: View | None = None
        """Who typed last: a link is opened and a text copied there."""

    @property
    def views(self) -> tuple[View, ...]:
        """Everyone who looks, the oldest first."""
        return tuple(self._views)

    @property
    def modes(self) -> str:
        """The modes in force that the app changes while it runs."""
        return (MOUSE_ON if self.mouse else MOUSE_OFF) + self._title

    def sit(self, seat: Seat) -> View:
        """Let a viewer look. Raises AttachError."""
        if len(self._views) >= MOST:
            raise AttachError(f"{MOST} others look at this sshtui already.")
        view = View(self, seat)
        self._views.append(view)
        self.acting = self.acting or view
        view.take()
        self.arrange(view)
        self.focus_changed()
        return view

    def leave(self, view: View) -> None:
        """One of them is gone."""
        self._views.remove(view)
        if self.acting is view:
            self.acting = next(iter(self._views), None)
        if self._views:
            self.arrange()
        self.focus_changed()

    def arrange(self, changed: View | None = None) -> None:
        """Fit the picture to everyone; the terminal of `changed` needs it anew in any case."""
        size = Size(
            min(view.seat.size.columns for view in self._views), min(view.seat.size.rows for view in self._views)
        )
        anew = self._views if size != self.size else [changed] if changed is not None else []
        self.size = size
        for view in anew:
            view.clear()
            view.seat.tell("size", columns=size.width, rows=size.height)
        if self._driver is not None:
            self._driver._size = (size.width, size.height)
            self._app.post_message(events.Resize(size, size))
        self.repaint()

    def repaint(self) -> None:
        """Paint the whole picture, once the app has dealt with what came before."""
        self._app.call_later(self._app.refresh)

    def focus_changed(self) -> None:
        """The app has the focus while any viewer has it."""
        focused = any(view.focused for view in self._views)
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
        taken = asyncio.Event()
        self._app.call_later(taken.set)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP):
                await taken.wait()

    def begin(self, driver: Driver) -> None:
        """The app runs from here on; those who look already get their picture."""
        self._driver = driver
        if self._views:
            self.arrange()

    # What the driver is told

    def paint(self, picture: str) -> None:
        """Show a picture to everyone. One laid out for another size is dropped: the next is on its way."""
        if self._app.screen.outer_size == self.size:
            for view in self._views:
                view.paint(picture)

    def write(self, sequence: str) -> None:
        """Send a sequence that is no picture."""
        if sequence.startswith(_CLIPBOARD):
            if self.acting is not None:
                self.acting.copy(sequence)
            return
        if _TITLE.fullmatch(sequence):
            self._title = sequence
        for view in self._views:
            if _MUST_ARRIVE.fullmatch(sequence):
                view.send(sequence)
            else:
                view.paint(sequence)

    def open_url(self, url: str) -> None:
        """Have an address opened where the person is who asked for it; only http and https."""
        if self.acting is not None and _WEB.match(url):
            self.acting.seat.tell("open_url", url=url)

    def lend_mouse(self) -> bool:
        """Give the mouse to the viewers' terminals, or take it back; whether it is lent now."""
        self.mouse = not self.mouse
        for view in self._views:
            view.send(self.modes)
        return not self.mouse

    def detach(self) -> bool:
        """Let the viewer go who typed last; whether there was one."""
        if self.acting is None:
            return False
        self.acting.seat.let_go("detached")
        return True


class AudienceDriver(Driver):
    """Textual's driver for an app whose terminals come and go; the audience of a SteadyApp is what it paints to."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        assert isinstance(app, SteadyApp)
        assert app.audience is not None
        self._audience = app.audience
        super().__init__(
            app, debug=debug, mouse=mouse, size=size or (self._audience.size.width, self._audience.size.height)
        )
        self._frame: list[str] | None = None

    def lend_mouse(self) -> bool:
        """As SteadyDriver does, for all viewers."""
        return self._audience.lend_mouse()

    @property
    def is_headless(self) -> bool:
        """Nothing is painted while nobody looks."""
        return not self._audience.views

    def write(self, data: str) -> None:
        """Show what the app paints; what stands between the marks of a frame goes in one piece."""
        if data == _SYNC_START:
            self._frame = []
        elif data == _SYNC_END:
            frame, self._frame = self._frame, None
            if frame:
                self._audience.paint("".join(frame))
        elif self._frame is not None:
            self._frame.append(data)
        else:
            self._audience.write(data)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; unlike Textual's terminal drivers we stand on its loop already."""
        self._app.post_message(message)

    def start_application_mode(self) -> None:
        """Begin to show the app."""
        # Each viewer is asked by itself whether it paints whole frames; the app marks them in any case.
        self.send_message(messages.TerminalSupportsSynchronizedOutput())
        self._audience.begin(self)

    def disable_input(self) -> None:
        """Nothing to do: viewers are let go when the app has ended."""

    def stop_application_mode(self) -> None:
        """Nothing to do, as above; the viewers' terminals are given back by the viewers."""

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Have an address opened by the viewer who asked for it."""
        self._audience.open_url(url)

"""One who looks at an app without a terminal of its own: what is typed there, and what its terminal can show."""

from __future__ import annotations

import asyncio
from codecs import getincrementaldecoder
from collections.abc import Iterable
from typing import Protocol

from textual import constants, events, messages
from textual.message import Message

from sshtui.attach.seat import Seat
from sshtui.ui.keys import InputParser
from sshtui.ui.shades import adaptation

TYPED_AT_ONCE = 1024
"""Characters turned into keystrokes before the app deals with them; more would hold up everything else."""

TYPED_AHEAD = 256
"""Characters that may be typed before we wait until the app has dealt with them."""

PASTED_AT_ONCE = 65536
"""The same inside a paste, where characters are no keystrokes."""

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"

_TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1004h\x1b[?2004h\x1b[?2026$p"
"""Alternate screen, no cursor, no wrapping, reports of focus, bracketed paste; does it paint whole frames?"""

_KITTY = "\x1b[>25u\x1b[=4;2u"
"""Kitty keyboard protocol: all keys as escape codes, with their text and the Latin key beside others."""

_CLEAR = "\x1b[0m\x1b[2J"


class Company(Protocol):
    """Those among whom one looks."""

    acting: Onlooker | None
    """Who typed last."""
    title: str
    """What their windows are called."""

    @property
    def mouse_mode(self) -> str:
        """What takes or gives back the mouse."""
        ...

    def arrange(self, changed: Onlooker | None = None) -> None:
        """Fit the picture to everyone; the terminal of `changed` needs it anew in any case."""
        ...

    def leave(self, onlooker: Onlooker) -> None:
        """One of them is gone."""
        ...

    def repaint(self) -> None:
        """Paint the whole picture."""
        ...

    def focus_changed(self) -> None:
        """The focus of one of them is another."""
        ...

    def process(self, message: Message) -> None:
        """Hand an event to the app."""
        ...

    async def dealt_with(self) -> None:
        """Return when the app has taken all events it got so far."""
        ...


class Onlooker:
    """One viewer: its input's parser, and what its terminal can show."""

    def __init__(self, company: Company, seat: Seat) -> None:
        assert seat.hello is not None
        self._company = company
        self.seat = seat
        self.focused = True
        self.clipboard = ""
        self._syncs = False
        self.strings = seat.hello.outer.strings
        self._adapt = adaptation(seat.hello.colours, seat.hello.outer, unicode=seat.hello.unicode)
        self._parser = InputParser(erase=seat.hello.erase, term=seat.hello.term)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._settling: asyncio.TimerHandle | None = None
        self._ahead = 0

    # Input

    async def typed(self, data: bytes) -> None:
        """Turn bytes into events of the app, at the pace at which it deals with them."""
        text = self._decode(data)
        self._company.acting = self
        at = 0
        while at < len(text):
            step = PASTED_AT_ONCE if self._parser.pasting else TYPED_AT_ONCE
            self._process(self._parser.feed(text[at : at + step]))
            self._ahead += min(step, len(text) - at)
            at += step
            if self._ahead >= TYPED_AHEAD:
                self._ahead = 0
                await self._company.dealt_with()
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
                self._company.focus_changed()
            elif not isinstance(message, events.Resize):
                self._company.process(message)

    # Output

    def paint(self, picture: str) -> None:
        """Show a picture, whole or a part; one that the viewer does not read in time is dropped."""
        for step in self._adapt:
            picture = step(picture)
        if self._syncs:
            picture = SYNC_START + picture + SYNC_END
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
        self.send(_TAKE + (_KITTY if not constants.DISABLE_KITTY_KEY else ""))
        self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """Send the modes, the title and the clipboard's text that count now."""
        self.send(self._company.mouse_mode + self.clipboard)
        self.clipboard = ""
        self.name(self._company.title)

    def name(self, title: str) -> None:
        """Name the window, where the viewer has one; while it does not read, that waits."""
        if title and self.strings and not self.seat.behind:
            self.send(f"\x1b]2;{title}\x1b\\")

    def clear(self) -> None:
        """Take away what stands beside a picture that is smaller than the viewer."""
        self.send(_CLEAR)

    # What the seat tells

    def resized(self) -> None:
        """The viewer has another size."""
        self._company.arrange(self)

    def caught_up(self) -> None:
        """It reads again, and missed something."""
        self.bring_up_to_date()
        self._company.repaint()

    def left(self) -> None:
        """It is gone."""
        if self._settling is not None:
            self._settling.cancel()
        self._company.leave(self)

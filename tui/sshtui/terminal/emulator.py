"""Bytes in; rows, replies and events out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sshtui.model.geometry import Point, Size
from sshtui.terminal import limits, reports, switches, windows
from sshtui.terminal.cells import Row
from sshtui.terminal.cursor import Cursor
from sshtui.terminal.decoding import Decoder
from sshtui.terminal.dispatch import Dispatcher
from sshtui.terminal.events import Event
from sshtui.terminal.modes import Modes
from sshtui.terminal.parser import Parser
from sshtui.terminal.permissions import EVERYTHING, Permissions
from sshtui.terminal.reflow import resize
from sshtui.terminal.rows import Snapshot, load, pack, size_of, unpack
from sshtui.terminal.transcript import Transcript
from sshtui.terminal.vocabulary import XtermScreen

TYPED = 256
"""Characters that are drawn without a look for sequences while none can be there: the echo of what someone types."""


class Update(NamedTuple):
    """What a call changed: rows to repaint (None = all), bytes to send back at once, events in order."""

    rows: frozenset[int] | None
    reply: bytes
    events: tuple[Event, ...]


class Emulator:
    """An xterm-compatible terminal of `size` cells with up to `scrollback` lines of history.

    Sizes are clamped to 1..1000 each way. UTF-8 in; broken UTF-8 becomes U+FFFD. `allowed`: what the remote may do.
    """

    def __init__(self, size: Size, *, scrollback: int = 10_000, allowed: Permissions = EVERYTHING) -> None:
        size = Size(*size).clamped(1, limits.SIDE)
        self._terminal = XtermScreen(size.columns, size.rows, scrollback, allowed)
        self._parser = Parser(self._terminal, Dispatcher(self._terminal))
        self._decoder = Decoder()
        self._rest = ""
        """Text that `feed` had no time for."""
        self._revision = 0
        self._modes = switches.snapshot(self._terminal)
        self._modes_known = True
        self._cursor: Cursor | None = None
        """The cursor where it has been asked for since the last change: the view does so over and over."""
        self._size = size

    def feed(self, data: bytes, enough: Callable[[], bool] | None = None) -> Update:
        """Take output of the remote, cut anywhere; never raises.

        Whatever may take long is followed by a look whether it is `enough`; then the rest waits (`behind`) for the
        next call, which may bring nothing new.
        """
        text = self._rest + self._decoder.decode(data, self._terminal.allowed.charset)
        self._rest = ""
        # Only a control or a sequence changes a mode; while someone types, the answer stands.
        known = self._modes_known and self._parser.at_rest and text.isprintable()
        if known and 0 < len(text) <= TYPED:
            self._terminal.draw(text)
        elif enough is not None:
            self._rest = text[self._parser.feed(text, enough) :]
        elif text:
            self._parser.feed(text)
        update = self._update()
        self._modes_known = known
        return update

    @property
    def behind(self) -> bool:
        """Whether `feed` stopped before the end of what it was given."""
        return bool(self._rest)

    def resize(self, size: Size) -> Update:
        """Fit the grid to `size` and return the rows to repaint.

        `size` is clamped to 1..1000 each way. Broken lines are joined and broken anew, rows that no longer
        fit move into the scrollback, oldest first; the cursor stays on its own text. A program that asked
        for in-band notice (mode 2048) gets it in the reply.
        """
        size = Size(*size).clamped(1, limits.SIDE)
        self._terminal.window.extent = size
        if size != self.size:
            resize(self._terminal, size.columns, size.rows)
            if self._terminal.has(2048):
                windows.report_size_change(self._terminal)
        return self._update()

    def reset_modes(self) -> Update:
        """Undo what a program left on when its connection ended: modes, alternate screen, hidden cursor.

        Text and scrollback stay; the cursor goes below the text of the normal screen.
        """
        self._parser.feed(self._rest)
        self._rest = ""
        self._parser.reset()
        self._decoder.reset()
        self._terminal.leave()
        resize(self._terminal, *self._terminal.window.extent)
        return self._update()

    def allow(self, allowed: Permissions) -> None:
        """Say what the remote may do from now on."""
        self._terminal.allowed = allowed

    def row(self, index: int) -> Row:
        """A line as it is now: 0 is the top of the screen, -1 the newest line of the scrollback."""
        terminal = self._terminal
        if index < 0:
            stored = terminal.scrollback.lines[index]
            chars, pens, _ = unpack(stored, terminal.columns, terminal.pens)
            wrapped = not isinstance(stored, str) and stored.wrapped
            return Snapshot(chars, pens, terminal.scrollback.revision(index), wrapped, size_of(stored))
        line = terminal.rows[index]
        load(line, terminal.columns, terminal.pens)
        if line.revision <= 0:
            self._revision += 1
            line.revision = self._revision
        return Snapshot(line.chars.copy(), line.pens.copy(), line.revision, line.wrapped, line.size)

    def transcript(self) -> Transcript:
        """Scrollback and screen as they are now; quick, for nothing of it is read yet."""
        terminal = self._terminal
        screen = (pack(line, terminal.pens.plain) for line in terminal.rows)
        return Transcript(self.size, [*terminal.scrollback.lines, *screen])

    @property
    def size(self) -> Size:
        """The grid's size; a program may change it where `allowed` says so, to at most `limits.ASKED_SIDE`."""
        return self._size

    @property
    def scrollback_rows(self) -> int:
        """Lines of history at hand."""
        return len(self._terminal.scrollback)

    @property
    def scrolled_total(self) -> int:
        """Lines that ever went into the history; its growth tells how far a scrolled-back view must move."""
        return self._terminal.scrollback.total

    @property
    def cursor(self) -> Cursor:
        """Where the cursor stands and how it looks."""
        found = self._cursor
        if found is None:
            found = self._cursor = self._find_cursor()
        return found

    def _find_cursor(self) -> Cursor:
        cursor = self._terminal.cursor
        row = self._terminal.rows[cursor.y]
        # On a line of double width every column takes two.
        column = min(2 * cursor.x, self._terminal.columns - 1) if row.size else cursor.x
        return Cursor(Point(cursor.y, column), not cursor.hidden, cursor.shape, cursor.blinking, cursor.pending)

    @property
    def modes(self) -> Modes:
        """What keystrokes, paste and mouse depend on; the same object until something of it changes."""
        if not self._modes_known:
            found = switches.snapshot(self._terminal)
            self._modes = self._modes if self._modes == found else found
            self._modes_known = True
        return self._modes

    @property
    def title(self) -> str:
        """The window title, one plain line."""
        return self._terminal.title

    @property
    def palette(self) -> Mapping[int, int]:
        """Colours that the program set, by the indexes of `PaletteChanged`."""
        return MappingProxyType(self._terminal.palette)

    def set_theme(self, colours: Mapping[int, int]) -> bytes:
        """Say which colours are shown (indexes of `PaletteChanged`, 0xRRGGBB), so that questions are answered truly.

        The bytes, to be sent at once, tell a program that asked (mode 2031) that light turned dark or dark light.
        """
        terminal = self._terminal
        before = reports.colour_scheme(terminal)
        terminal.theme = dict(colours)
        now = reports.colour_scheme(terminal)
        return now.encode() if now != before and terminal.has(2031) else b""

    def _update(self) -> Update:
        terminal = self._terminal
        self._modes_known = False
        self._cursor = None
        if (terminal.columns, terminal.lines) != self._size:
            self._size = Size(terminal.columns, terminal.lines)
        rows = None if terminal.all_dirty else frozenset(terminal.dirty)
        terminal.dirty.clear()
        terminal.all_dirty = False
        reply = terminal.take_replies() if terminal.replies else b""
        return Update(rows, reply, terminal.take_events() if terminal.events else ())

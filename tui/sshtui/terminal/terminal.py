"""The screen with everything a program can set besides cells, and the queues of what goes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sshtui.model.geometry import Size
from sshtui.model.text import plain
from sshtui.terminal import limits
from sshtui.terminal.cells import PLAIN
from sshtui.terminal.colours import default_colour
from sshtui.terminal.editing import Protection
from sshtui.terminal.events import Bell, Event, TitleChanged
from sshtui.terminal.grid import AUTOWRAP, GRAPHEMES, INSERT, PRIVATE, SIDE_MARGINS
from sshtui.terminal.modes import CursorShape, MouseEncoding, MouseTracking
from sshtui.terminal.pens import Pen
from sshtui.terminal.permissions import EVERYTHING, Permissions
from sshtui.terminal.rows import BLANK
from sshtui.terminal.screen import Screen
from sshtui.terminal.tabs import default_stops

SEND_RECEIVE = 12
KEYBOARD_RESOURCES = {0: 0, 1: 2, 2: 2, 3: 0, 4: 0, 6: 0, 7: 0}
"""xterm's modifyKeyboard, -CursorKeys, -FunctionKeys, -KeypadKeys, -OtherKeys … and their defaults."""


@dataclass(slots=True)
class Window:
    """The window as a program may see it: what it asks for is kept and reported, nothing on the screen moves."""

    extent: Size
    """What there is room for, in cells: the size given last by whoever shows the grid."""
    place: tuple[int, int] = (0, 0)
    iconified: bool = False
    before: Size | None = None
    """The size before it was maximised."""


_seven_bit = re.compile(r"\x1b([PX\[\\\]^_])")

_DEFAULT_MODES = frozenset(
    {AUTOWRAP, GRAPHEMES, SEND_RECEIVE, *(mode << PRIVATE for mode in (2, 25, 35, 1010, 1034, 1035, 1036, 1040, 1070))}
)


class Terminal(Screen):
    """A screen, its modes, titles, palette and keyboard state. Replies and events wait in `replies` and `events`."""

    def __init__(self, columns: int, lines: int, scrollback: int, allowed: Permissions = EVERYTHING) -> None:
        super().__init__(columns, lines, scrollback)
        self.allowed = allowed
        self.window = Window(Size(columns, lines))
        self.replies: list[str] = []
        self._reply_length = 0
        self.events: list[Event] = []
        self.palette: dict[int, int] = {}
        """Colours set by OSC 4, 10, 11 and 12, by the indexes of `PaletteChanged`."""
        self.theme: dict[int, int] = {}
        """The colours of the view, by the same indexes; xterm's where it says nothing."""
        self.title = ""
        self.icon_name = ""
        self.titles: list[tuple[str | None, str | None]] = []
        """XTWINOPS 22's stack of icon and window titles; None for one that was not pushed."""
        self.sgr_stack: list[tuple[Pen, frozenset[str]]] = []
        """XTPUSHSGR's pens, each with the fields of its style that come back; none named: all of it."""
        self.saved_modes: dict[int, bool] = {}
        self.keyboard: dict[bool, list[int]] = {}
        """The kitty keyboard protocol's flags, newest last, for each screen."""
        self.keyboard_resources = dict(KEYBOARD_RESOURCES)
        self.keyboard_formats: dict[int, int] = {}
        self.mouse_tracking = MouseTracking.OFF
        self.mouse_encoding = MouseEncoding.X10
        self.eight_bit = False
        """Whether replies have 8-bit controls (S8C1T, DECSCL)."""
        self.vt52 = False
        """Whether the sequences are those of a VT52 (DECANM reset)."""
        self.palettes: list[dict[int, int]] = []
        """XTPUSHCOLORS' stack."""
        self.palettes_used = 0
        """How many of `palettes` are pushed; the rest was popped and can still be asked for by number."""
        self.level = 4
        """The VT level chosen by DECSCL, as the tens digit of 61..65."""
        self.right_charset = 2
        """The set on the right (LS1R to LS3R); in UTF-8 it is only reported."""
        self.flooding = False
        """Whether the last flood went on to the end of the text at hand (see flood)."""
        self.change_extent = 0
        """DECSACE: 2 rectangle, otherwise stream."""
        self.checksum = 0
        """XTCHECKSUM's bits."""
        self.reset()

    # Going out

    def write_process_input(self, data: str) -> None:
        """Queue a reply for the server; past `limits.REPLY` in one feed, queries stay unanswered.

        Introducers and terminators become single C1 characters while S8C1T asks for that.
        """
        if self.eight_bit:
            data = _seven_bit.sub(lambda found: chr(ord(found[1]) + 0x40), data)
        if self._reply_length + len(data) <= limits.REPLY:
            self.replies.append(data)
            self._reply_length += len(data)

    def take_replies(self) -> bytes:
        """The replies since the last call."""
        data = "".join(self.replies).encode("latin-1", "replace")
        self.replies.clear()
        self._reply_length = 0
        return data

    def tell(self, event: Event) -> None:
        """Queue an event; past `limits.EVENTS` in one feed they are dropped."""
        if len(self.events) < limits.EVENTS:
            self.events.append(event)

    def take_events(self) -> tuple[Event, ...]:
        """The events since the last call."""
        events = tuple(self.events)
        self.events.clear()
        return events

    def bell(self, *args: Any) -> None:
        """BEL; bells in a row are one event."""
        if not (self.events and isinstance(self.events[-1], Bell)):
            self.tell(Bell())

    # Titles

    def set_title(self, param: str) -> None:
        """OSC 2: one plain line of at most `limits.TITLE` characters."""
        if not self.allowed.title:
            return
        title = plain(param, limits.TITLE)
        if title != self.title:
            self.title = title
            self.tell(TitleChanged(title))

    def set_icon_name(self, param: str) -> None:
        """OSC 1."""
        self.icon_name = plain(param, limits.TITLE)

    # Modes

    def has(self, mode: int) -> bool:
        """Whether DEC private mode `mode` is set."""
        return mode << PRIVATE in self.mode

    def put(self, mode: int, on: bool) -> None:
        """Set or reset DEC private mode `mode` without its effects."""
        (self.mode.add if on else self.mode.discard)(mode << PRIVATE)

    @property
    def keyboard_flags(self) -> int:
        """The kitty keyboard protocol's flags of the screen in front."""
        stack = self.keyboard.get(self.alternate)
        return stack[-1] if stack else 0

    def colour(self, index: int) -> int:
        """The colour now shown for an index of the palette, as 0xRRGGBB."""
        found = self.palette.get(index, self.theme.get(index))
        return default_colour(index) if found is None else found

    # Charsets and rendition

    def shift_out(self) -> None:
        """SO: G1 on the left (LS1)."""
        self.shift_to(1)

    def shift_in(self) -> None:
        """SI: G0 on the left (LS0)."""
        self.shift_to(0)

    def delete(self) -> None:
        """DEL: filler, but the last character of a 96-character set (ECMA-35 7.2)."""
        charset = self.charsets[self.charset if self.shift is None else self.shift]
        if charset is not None and 0x7F in charset:
            self.draw("\x7f")

    def shift_to(self, which: int) -> None:
        """LS0 to LS3."""
        self.charset = which
        self.drawing_changed()

    def shift_once(self, which: int) -> None:
        """SS2 and SS3: the next character comes from G2 or G3."""
        self.shift = which
        self.drawing_changed()

    def select_rendition(self, parameters: str) -> None:
        """SGR, parameters as they came."""
        self.cursor.pen = self.pens.select(self.cursor.pen, parameters)

    def select_graphic_rendition(self, *attrs: int) -> None:
        """SGR, as pyte calls it."""
        self.select_rendition(";".join(map(str, attrs)))

    def new_line(self) -> None:
        """CR and LF at once."""
        self.carriage_return()
        self.linefeed()

    def flood_ready(self) -> bool:
        """Whether whole lines may become rows unseen: a blank last row, nothing special about drawing."""
        cursor = self.cursor
        if cursor.x or cursor.y != self.bottom or self.bottom != self.lines - 1 or self.top or self.sides:
            return False
        if cursor.pending or not self.plain_drawing or AUTOWRAP not in self.mode:
            return False
        line = self.rows[cursor.y]
        blank = cursor.pen.blank
        if line.stored is not None or line.wrapped or line.size:
            return False
        return line.chars.count(BLANK) == self.columns == line.pens.count(blank)

    # Resets

    def leave(self) -> None:
        """What a disconnected tab looks like: the normal screen, every mode as at the start, all text kept."""
        self.settle()
        if self.alternate:
            self.show_alternate(False)
            self.restore_cursor()
        self.other_rows = []
        cursor = self.cursor
        x, y = cursor.x, cursor.y
        rows, stops = self.rows[:], self.tabstops
        self.reset()
        self.rows[:] = rows
        self.tabstops = stops
        cursor.x, cursor.y = x, y

    def reset(self) -> None:
        """RIS: everything as at the start, the scrollback kept (xterm's VTReset)."""
        self.show_alternate(False)
        self.other_rows = []
        self.clear_margins()
        for stack in (self.titles, self.sgr_stack):
            stack.clear()
        self.soft_reset()
        self.saved.clear()
        self.mode.clear()
        self.mode.update(_DEFAULT_MODES)
        self.saved_modes.clear()
        self.saved_columns = None
        self.tabstops = default_stops(self.columns)
        self.mouse_tracking, self.mouse_encoding = MouseTracking.OFF, MouseEncoding.X10
        self.keyboard.clear()
        self.keyboard_resources = dict(KEYBOARD_RESOURCES)
        self.keyboard_formats.clear()
        self.change_extent = self.checksum = 0
        self.level = 4
        self.eight_bit = self.vt52 = False
        self.last_drawn = ""
        self.joinable = False
        cursor = self.cursor
        cursor.x = cursor.y = 0
        cursor.shape, cursor.blinking = CursorShape.BLOCK, False
        self.rows[:] = self.blanked(self.rows, self.pens.plain)
        self.unparsed = False
        self.all_dirty = True
        self.drawing_changed()

    def soft_reset(self) -> None:
        """DECSTR (VT420 manual, table 4-8; xterm keeps the cursor where it is)."""
        self.mode.difference_update({INSERT, 6 << PRIVATE, 1 << PRIVATE, 66 << PRIVATE, 45 << PRIVATE, 1045 << PRIVATE})
        self.mode.update({AUTOWRAP, 25 << PRIVATE})
        self.mode.discard(SIDE_MARGINS)
        self.clear_margins()
        self.charsets = [None] * 4
        self.charset = 0
        self.right_charset = 2
        self.shift = None
        self.protection = Protection.OFF
        cursor = self.cursor
        cursor.hidden = False
        cursor.pending = False
        cursor.pen = self.pens.get(PLAIN)
        cursor.shape, cursor.blinking = CursorShape.BLOCK, False
        self.saved.pop(self.alternate, None)
        self.drawing_changed()

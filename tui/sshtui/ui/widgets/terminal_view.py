"""The widget that paints a session's screen and takes the whole keyboard and mouse for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from textual import events
from textual.geometry import Offset, Region
from textual.geometry import Size as CellSize
from textual.strip import Strip
from textual.timer import Timer

from sshtui.model.geometry import Point, Size
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Prompter
from sshtui.model.themes import Palette
from sshtui.session.changes import Change, Noticed, ScreenChanged, StateChanged
from sshtui.terminal.events import Bell, ClipboardOffered, PaletteChanged
from sshtui.terminal.lines import Lines
from sshtui.terminal.pointer import Button, encode_focus
from sshtui.terminal.selection import Selection, text_of
from sshtui.ui.keys import keystroke
from sshtui.ui.terminal.blinking import Blinking
from sshtui.ui.terminal.colours import FALLBACK
from sshtui.ui.terminal.copy_mode import CopyMode, Outcome
from sshtui.ui.terminal.direct import DirectPaint
from sshtui.ui.terminal.exchange import Exchange
from sshtui.ui.terminal.frames import Frames
from sshtui.ui.terminal.mouse import Mouse
from sshtui.ui.terminal.painting import Painting
from sshtui.ui.terminal.subject import Subject
from sshtui.ui.terminal.surface import Surface
from sshtui.ui.terminal.viewport import Viewport

SETTLED = 0.1
"""Seconds without another size before the remote is told: a drag of the window is one change."""

BELL_SHOWN = 1.0
"""Seconds the mark of a bell stays."""


class TerminalView(Surface, can_focus=True):
    """A session's screen. Every keystroke that comes here goes to the remote; what is the app's is taken before.

    `palette` tells the theme's colours now; `prompter` asks before a paste of several lines and before a link opens,
    without one neither happens. `may_offer`: whether a program may set the clipboard; None asks. Without `unicode` our
    own marks are ASCII.
    """

    ALLOW_SELECT = False

    def __init__(
        self,
        session: Subject,
        *,
        prompter: Prompter | None = None,
        palette: Callable[[], Palette] = lambda: FALLBACK,
        confirm_paste: Callable[[], bool] = lambda: True,
        may_offer: bool | None = None,
        unicode: bool = True,
    ) -> None:
        super().__init__()
        self.session = session
        self.viewport = Viewport(Lines(session.emulator))
        self.copying: CopyMode | None = None
        self.exchange = Exchange(self, prompter, confirm_paste=confirm_paste, may_offer=may_offer)
        self.mouse = Mouse(self)
        self.painting = Painting(self, palette, unicode=unicode)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._settling: Timer | None = None
        self._told_size = Size(0, 0)
        self._frames = Frames(self._paint, self._later, time.monotonic)
        self._direct = DirectPaint(self)
        self._ringing: Timer | None = None
        self.blinking = Blinking(self._blinks, lambda: self._paint(frozenset()), self.set_interval)
        self._cursor_row = 0
        self._alternate = False
        self._shown = False
        self.in_focus = False

    # Life

    def on_mount(self) -> None:
        self._unsubscribe = self.session.subscribe(self._changed)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.recolour())

    def on_unmount(self) -> None:
        self._unsubscribe()
        self._frames.stop()
        self.blinking.stop()

    def on_resize(self, event: events.Resize) -> None:
        if not (event.size.width and event.size.height):
            return
        if self._settling is not None:
            self._settling.stop()
        # The first size is told at once, so that the remote starts with the right one.
        if self._told_size == (0, 0):
            self._tell_size()
        else:
            self._settling = self.set_timer(SETTLED, self._tell_size)

    def _tell_size(self) -> None:
        size = Size(self.size.width, self.size.height)
        if size != self._told_size and all(size):
            self._told_size = size
            columns, cursor = self.session.emulator.size.columns, self._cursor_line
            place = self.viewport.place(cursor, reflow=size.columns != columns)
            self.session.resize(size)
            if size.columns != columns or self._cursor_line != cursor:
                # The lines have other numbers.
                self.mouse.marking.clear()
                self.copying = None
            self.viewport.return_to(place, self._cursor_line)
            self.refresh()

    @property
    def _cursor_line(self) -> int:
        return self.viewport.lines.top + self.session.emulator.cursor.point.row

    def on_focus(self) -> None:
        self.in_focus = True
        self.session.send(encode_focus(True, self.session.emulator.modes))
        self.blinking.stir()
        self.refresh()

    def on_blur(self) -> None:
        self.in_focus = False
        self.session.send(encode_focus(False, self.session.emulator.modes))
        self.refresh()

    # What the session tells

    def _changed(self, change: Change) -> None:
        match change:
            case ScreenChanged(rows):
                self._note(rows)
            case Noticed(Bell()):
                self._ring()
            case Noticed(PaletteChanged()):
                self.recolour()
            case Noticed(ClipboardOffered(text)) if self.is_on_screen:
                self.exchange.offered(text)
            case StateChanged():
                self.refresh()

    def _note(self, rows: frozenset[int] | None) -> None:
        """Have `rows` of the screen painted; a view that nobody sees is painted whole when it is shown."""
        if self._shown:
            self.blinking.stir()
            emulator = self.session.emulator
            modes = emulator.modes
            if modes.alternate_screen != self._alternate:
                # Another screen stands under the same line numbers.
                self._alternate = not self._alternate
                self.mouse.marking.clear()
            self._frames.note(rows, height=emulator.size.rows, held=modes.synchronized)

    def _later(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        # Textual's timers cost a task each, and ring by way of the message queue.
        return asyncio.get_running_loop().call_later(seconds, do)

    def _paint(self, rows: frozenset[int] | None) -> None:
        cursor = self.session.emulator.cursor.point.row
        changed = None if rows is None or not self.viewport.live else {*rows, cursor, self._cursor_row}
        self._cursor_row = cursor
        if self._direct.paint(changed):
            return
        if changed is None:
            self.refresh()
        else:
            self.refresh_rows(changed)

    def _blinks(self) -> bool:
        cursor = self.session.emulator.cursor
        if not (cursor.blinking and cursor.visible):
            return False
        return self._shown and self.in_focus and self.viewport.live and self.copying is None

    def on_show(self) -> None:
        self._shown = True
        self.refresh()

    def on_hide(self) -> None:
        self._shown = False
        # Twenty tabs need not keep the pictures of twenty screens.
        self.painting.forget()

    def _ring(self) -> None:
        if self._ringing is None and self.is_on_screen:
            self.app.bell()
            self._ringing = self.set_timer(BELL_SHOWN, self._silent)
            self.refresh_rows((0,))

    def _silent(self) -> None:
        self._ringing = None
        self.refresh_rows((0,))

    @property
    def size(self) -> CellSize:
        """What it fills: it has no border and no padding, and is asked for every row."""
        return self.outer_size

    @property
    def ringing(self) -> bool:
        """Whether the bell rang just now."""
        return self._ringing is not None

    @property
    def marked(self) -> Selection | None:
        """What the mouse has marked."""
        return self.mouse.marking.selection

    @property
    def cursor_seen(self) -> bool:
        """False in the dark half of a blinking cursor's time."""
        return self.blinking.seen

    # Painting

    def written(self, y: int) -> str:
        """Row `y` as characters and control sequences."""
        return self.painting.written(y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips in `crop`, straight from the cache: the styles of a widget do not apply inside a terminal."""
        self.place_cursor(self.region.offset)
        strips = [self.painting.filtered(y) for y in crop.line_range]
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def refresh_rows(self, rows: Iterable[int]) -> None:
        """Paint these rows of the view again."""
        width, height = self.size
        regions = [Region(0, row, width, 1) for row in set(rows) if 0 <= row < height]
        if regions:
            self.refresh(*regions)

    def recolour(self) -> None:
        """Take the palette again and paint everything."""
        self.painting.forget()
        self.refresh()

    def place_cursor(self, corner: Offset) -> None:
        """Tell the outer terminal where an input method should stand; `corner`: where the view begins."""
        if self.in_focus and self.viewport.live:
            point = self.session.emulator.cursor.point
            self.app.cursor_position = Offset(corner.x + point.column, corner.y + point.row)

    # Keystrokes

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._take(keystroke(event))

    def take_at_once(self, pressed: Keystroke) -> bool:
        """Take a keystroke without the detour of an event; False while an earlier one may be on that way."""
        if self.message_queue_size or not self.in_focus:
            return False
        self._take(pressed)
        return True

    def _take(self, pressed: Keystroke) -> None:
        if self.copying is not None:
            self._press_copying(self.copying, pressed)
            return
        # The picture can change while the remote answers.
        self.session.press(pressed)
        self._back_to_live()
        self.blinking.stir()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.copying is not None:
            self.copying.type_text(event.text)
            self.refresh()
        else:
            self.exchange.paste(event.text)

    def send_paste(self, text: str) -> None:
        """Send text that nobody needs to look at any more."""
        self._back_to_live()
        self.session.paste(text)

    def _back_to_live(self) -> None:
        if self.viewport.go_live() | self.mouse.marking.clear():
            self.refresh()

    # Scrolling, copying, searching

    def scroll_lines(self, lines: int) -> None:
        """Scroll by `lines`, up when negative. The alternate screen has nothing above it."""
        if not self.session.emulator.modes.alternate_screen and self.viewport.scroll(lines):
            self.refresh()

    def scroll_page_up(self, **_options: object) -> None:
        """Scroll back by a screen less one line."""
        self._page(-1)

    def scroll_page_down(self, **_options: object) -> None:
        """Scroll forward by a screen less one line."""
        self._page(1)

    def _page(self, direction: int) -> None:
        if self.copying is not None:
            self._press_copying(self.copying, Keystroke("shift+pageup" if direction < 0 else "shift+pagedown"))
        else:
            self.scroll_lines(direction * max(self.size.height - 1, 1))

    def start_copy_mode(self) -> None:
        """Begin to scroll and mark by keyboard; a second time ends it."""
        if self.copying is not None:
            self._stop_copying()
            return
        lines = self.viewport.lines
        point = self.session.emulator.cursor.point
        row = lines.top + point.row if self.viewport.live else self.viewport.top + self.size.height - 1
        self.mouse.marking.clear()
        self.copying = CopyMode(self.viewport, Point(row, point.column), lambda: self.size.height)
        self.refresh()

    def start_search(self) -> None:
        """Begin to type what to look for, upwards from here."""
        if self.copying is None:
            self.start_copy_mode()
        if self.copying is not None:
            self.copying.search(backwards=True)
            self.refresh()

    def paste_clipboard(self) -> None:
        """Paste what this machine's clipboard holds, or what was copied here last."""
        self.exchange.paste_clipboard()

    def open_link(self, target: str) -> None:
        """Open an address in a browser after showing it."""
        self.exchange.open_link(target)

    def toggle_mouse(self) -> None:
        """Give the mouse to the outer terminal, or take it back."""
        self.exchange.lend_mouse()

    def copy(self, selection: Selection) -> None:
        """Put what is marked on the clipboard."""
        self.exchange.copy(text_of(selection, self.viewport.lines))

    def _press_copying(self, copying: CopyMode, pressed: Keystroke) -> None:
        outcome = copying.press(pressed)
        if outcome is Outcome.COPY and copying.selection is not None:
            self.copy(copying.selection)
        elif outcome is Outcome.FOLLOW:
            self.open_link(copying.link)
        if outcome in (Outcome.LEAVE, Outcome.COPY):
            self._stop_copying()
        self.refresh()

    def _stop_copying(self) -> None:
        self.copying = None
        self.viewport.go_live()
        self.refresh()

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.mouse.down(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.mouse.up(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.mouse.move(event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.mouse.wheel(event, Button.WHEEL_UP)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.mouse.wheel(event, Button.WHEEL_DOWN)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self.mouse.wheel(event, Button.WHEEL_LEFT)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self.mouse.wheel(event, Button.WHEEL_RIGHT)

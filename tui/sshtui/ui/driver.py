"""The way to the outer terminal, which may stop reading for minutes without stopping us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import select
import selectors
import signal
import termios
import threading
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from typing import Any

from textual import constants
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from sshtui.attach.own_terminal import TITLE_POP, TITLE_PUSH, give_back, patient, screen_descriptor
from sshtui.browser import open_in_browser
from sshtui.ui.keys import InputParser
from sshtui.ui.scrub import scrubbed
from sshtui.ui.steady import SteadyApp

BACKLOG = 64 * 1024
"""Bytes that may wait for the terminal before frames are dropped; about half a second on a slow line."""

PIECE = 4096
"""Bytes handed to the terminal at once."""

TYPED_AT_ONCE = 256
"""Bytes of input dealt with before anything else has its turn; each may be a keystroke to be sent."""

POLL = 0.1
"""Seconds after which the input thread looks whether it should end."""

LAST_WORDS = 1.0
"""Seconds that closing waits for the terminal to read what still stands in the queue."""

_SYNC_START = "\x1b[?2026h"
_SYNC_END = "\x1b[?2026l"
# Modes, keyboard protocol, title stack, OSC strings: what must arrive even when frames do not.
_MUST_ARRIVE = re.compile(r"(?:\x1b\[(?:[?<>=][0-9;:]*[ -/]*[@-~]|2[23];2t)|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))+")
_NEWEST_COUNTS = ("\x1b]52;", "\x1b]2;")
"""The clipboard and the title: of what waits only the newest is worth sending."""


class PatientOutput:
    """A text file over a terminal whose `write` never waits.

    What the terminal takes at once is written at once, where its descriptor does not block (see `patient`); a thread of
    its own waits with the rest. While more than BACKLOG bytes wait, frames and bells are dropped; modes and the newest
    clipboard text and title are kept. Once the terminal has read everything again, `caught_up` is called (in that
    thread) so that somebody paints the whole picture.
    """

    def __init__(self, fileno: int, caught_up: Callable[[], None]) -> None:
        self._fileno = fileno
        self._at_once = not os.get_blocking(fileno)
        self._caught_up = caught_up
        self._pieces: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._writing = self._cut = self._missed = False
        self._sync = ""
        # The lock itself, for a Condition is entered and left by calls of Python.
        self._lock = threading.RLock()
        self._condition = threading.Condition(self._lock)
        threading.Thread(target=self._pump, name="sshtui-output", daemon=True).start()

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._fileno

    def isatty(self) -> bool:
        """Always true: it stands for a terminal."""
        return True

    def flush(self) -> None:
        """Nothing to do; the thread writes as soon as the terminal takes it."""

    def write(self, text: str) -> int:
        """Queue `text`, or drop it when it is a frame and the terminal does not read. Never waits."""
        with self._lock:
            if text == _SYNC_START:
                self._sync = text
            elif text == _SYNC_END:
                # Without its start the frame was dropped, and the end has nothing to close.
                if not self._sync:
                    self._put(text)
                self._sync = ""
            elif not self._waiting_bytes:
                self._put(self._sync + text)
                self._sync = ""
            elif _MUST_ARRIVE.fullmatch(text):
                for kind in _NEWEST_COUNTS:
                    if text.startswith(kind):
                        self._forget_older(kind)
                self._put(text)
            elif self._waiting_bytes + len(text) > BACKLOG:
                self._missed = True
            else:
                self._put(self._sync + text)
                self._sync = ""
        return len(text)

    def wait(self, seconds: float) -> bool:
        """Whether everything queued reached the terminal within `seconds`."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._pieces and not self._writing, seconds)

    def discard(self) -> None:
        """Forget what waits, the rest of a piece that is on its way included."""
        with self._condition:
            self._cut = True
            self._pieces.clear()
            self._waiting_bytes = 0

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        if self._at_once and not (self._pieces or self._writing):
            # Another thread would first have to be woken, and to wait until this one lets it run.
            data = data[self._taken(data) :]
        if data:
            self._pieces.append(data)
            self._waiting_bytes += len(data)
            self._condition.notify_all()

    def _taken(self, data: bytes) -> int:
        """How many bytes the terminal takes without waiting; after a hang-up (EIO) it takes and forgets all."""
        try:
            return os.write(self._fileno, data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def _forget_older(self, kind: str) -> None:
        older = [piece for piece in self._pieces if piece.startswith(kind.encode())]
        for piece in older:
            self._pieces.remove(piece)
            self._waiting_bytes -= len(piece)

    def _pump(self) -> None:
        """Hand pieces to the terminal for ever; after a hang-up (EIO) they go nowhere."""
        while True:
            with self._condition:
                if not self._pieces and self._missed:
                    self._missed = False
                    self._caught_up()
                self._condition.wait_for(lambda: bool(self._pieces))
                piece = self._pieces.popleft()
                self._writing, self._cut = True, False
            with contextlib.suppress(OSError):
                self._write_all(piece)
            with self._condition:
                self._writing = False
                self._waiting_bytes = max(0, self._waiting_bytes - len(piece))
                self._condition.notify_all()

    def _write_all(self, data: bytes) -> None:
        while data and not self._cut:
            if select.select([], [self._fileno], [], 0.1)[1]:
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._fileno, data[:PIECE]) :]


class SteadyDriver(LinuxDriver):
    """Textual's terminal driver that survives a stalled or vanished terminal and tells Esc at once.

    It reads and writes in the thread of the event loop: between threads every keystroke and every frame would wait for
    Python's lock, 5 ms each time while a flood is drawn. Where the loop cannot watch the descriptor a thread reads.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._mouse_lent = isinstance(app, SteadyApp) and not app.takes_mouse
        self._titled = isinstance(app, SteadyApp) and app.outer.strings
        self._title = ""
        self._output = PatientOutput(patient(screen_descriptor()), self._repaint)
        # Textual's own writer thread is left without work; it only needs a file.
        self._file = self._output  # type: ignore[assignment]  # only write, flush and fileno of TextIO are used
        self._parser = InputParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._watched = self._can_be_watched()
        self._settling: asyncio.TimerHandle | None = None

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows as the terminal has them now.

        COLUMNS and LINES of the environment, which Textual believes first, stay as they are when the window changes.
        """
        with contextlib.suppress(OSError):
            if all(size := os.get_terminal_size(self.fileno)):
                return size
        return super()._get_terminal_size()

    def _tell_size(self) -> None:
        """Tell the app which size the terminal has now.

        Looked up in the loop's turn: one signal's handler can interrupt another's, as with Textual's own, and then the
        older size is told last and stays.
        """
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self.send_message(Resize(size, size))

    def _repaint(self) -> None:
        self._app.call_later(self._app.refresh)

    def resume_application_mode(self) -> None:
        """Take the terminal again after `fg`, and paint the whole picture into its empty screen."""
        super().resume_application_mode()
        self._repaint()

    def start_application_mode(self) -> None:
        """Prepare the terminal; where it speaks the kitty protocol, also have it tell the Latin key beside others.

        Without that (flag 4) Control with a Cyrillic or Greek letter could not be sent.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own is untyped
        self._loop.add_signal_handler(signal.SIGWINCH, self._tell_size)
        if self._watched:
            self._parser = InputParser(self._debug, erase=self._erase)
            self._loop.add_reader(self.fileno, self._read)
        if not constants.DISABLE_KITTY_KEY:
            self.write("\x1b[=4;2u")
        if self._titled:
            self.write(TITLE_PUSH)
            self.show_title(self._title)

    def stop_application_mode(self) -> None:
        """Give the terminal back, its title included."""
        if self._titled:
            self.write(TITLE_POP)
        super().stop_application_mode()

    def show_title(self, title: str) -> None:
        """Name the terminal's window, where it has one; an empty title leaves the name that it has."""
        self._title = title
        if self._titled and title:
            self.write(f"\x1b]2;{scrubbed(title)}\x1b\\")

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Have an address opened by this machine's browser, without waiting for it."""
        open_in_browser(url)

    def _enable_mouse_support(self) -> None:
        # Textual calls this whenever it takes the terminal; what was lent stays lent after `fg`.
        if not self._mouse_lent:
            super()._enable_mouse_support()

    def lend_mouse(self) -> bool:
        """Give the mouse to the terminal, which then selects by itself, or take it back; whether it is lent now."""
        self._mouse_lent = not self._mouse_lent
        if self._mouse_lent:
            self._disable_mouse_support()
        else:
            self._enable_mouse_support()
        return self._mouse_lent

    def close(self) -> None:
        """Hand over what is queued; a terminal that does not read gets only what gives it back to the shell."""
        super().close()
        if not self._output.wait(LAST_WORDS):
            self._output.discard()
            self._output.wait(0.3)
            give_back(self._output.fileno(), self.attrs_before)

    def write(self, data: str) -> None:
        """Hand `data` to the terminal now, or as soon as it reads again."""
        self._output.write(data)

    def disable_input(self) -> None:
        """Read no more."""
        if self._watched:
            self._loop.remove_reader(self.fileno)
        if self._settling is not None:
            self._settling.cancel()
        super().disable_input()

    def send_message(self, message: Message) -> None:
        """Give the app what was read."""
        if self._watched and isinstance(self._app, SteadyApp):
            self._app.receive(message)
        else:
            super().send_message(message)

    def _can_be_watched(self) -> bool:
        """Whether the loop can tell when there is something to read: not of every device on every system."""
        try:
            self._loop.add_reader(self.fileno, self._read)
        except (OSError, ValueError, NotImplementedError):
            return False
        self._loop.remove_reader(self.fileno)
        return True

    def _read(self) -> bool:
        """Read what was typed and tell the app; False at the terminal's end of file, which counts as a hang-up."""
        try:
            data = os.read(self.fileno, TYPED_AT_ONCE)
        except OSError:
            data = b""
        if not data:
            if self._watched:
                self._loop.remove_reader(self.fileno)
            os.kill(os.getpid(), signal.SIGHUP)
            return False
        text = self._decode(data)
        if self._watched and isinstance(self._app, SteadyApp):
            # A letter at a time is how people type: the event that it may become is not even made.
            lone = self._parser.lone(text)
            if lone is not None and self._app.take_at_once(lone):
                return True
        for message in self._parser.feed(text):
            self.process_message(message)
        if self._watched:
            self._settle()
        return True

    def _settle(self) -> None:
        """Have the parser decide what an unfinished sequence is, when its patience is over."""
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        for message in self._parser.tick():
            self.process_message(message)
        if self._parser.patience is not None:
            self._settling = self._loop.call_later(self._parser.patience, self._settle)

    def run_input_thread(self) -> None:
        """Read keystrokes until told to stop, where the loop cannot; does nothing where it can.

        Textual looks for a lone Esc every 100 ms; here the look follows the last byte by the parser's patience.
        """
        if self._watched:
            return
        self._parser = parser = InputParser(self._debug, erase=self._erase)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(POLL if parser.patience is None else min(parser.patience, POLL))
                if ready and not self._read():
                    break
                for message in parser.tick():
                    self.process_message(message)

    @property
    def _erase(self) -> str:
        """What Backspace sends: the terminal's VERASE, DEL where there is none."""
        if self.attrs_before is None:
            return "\x7f"
        erase = self.attrs_before[6][termios.VERASE]
        return "\x08" if erase == b"\x08" else "\x7f"

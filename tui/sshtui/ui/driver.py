"""The way to the outer terminal, which may stop reading for minutes without stopping us."""

from __future__ import annotations

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

from sshtui.attach.own_terminal import give_back, patient, screen_descriptor
from sshtui.ui.keys import InputParser
from sshtui.ui.steady import SteadyApp

BACKLOG = 64 * 1024
"""Bytes that may wait for the terminal before frames are dropped; about half a second on a slow line."""

PIECE = 4096
"""Bytes handed to the terminal at once."""

POLL = 0.1
"""Seconds after which the input thread looks whether it should end."""

LAST_WORDS = 1.0
"""Seconds that closing waits for the terminal to read what still stands in the queue."""

_SYNC_START = "\x1b[?2026h"
_SYNC_END = "\x1b[?2026l"
# Modes, keyboard protocol, OSC strings: what must arrive even when frames do not.
_MUST_ARRIVE = re.compile(r"(?:\x1b\[[?<>=][0-9;:]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))+")
_CLIPBOARD = "\x1b]52;"


class PatientOutput:
    """A text file over a terminal whose `write` never waits.

    A thread of its own does the waiting. While more than BACKLOG bytes wait, frames and bells are dropped, modes and
    the newest clipboard text are kept; once the terminal has read everything again, `caught_up` is called (in that
    thread) so that somebody paints the whole picture.
    """

    def __init__(self, fileno: int, caught_up: Callable[[], None]) -> None:
        self._fileno = fileno
        self._caught_up = caught_up
        self._pieces: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._writing = self._cut = self._missed = False
        self._sync = ""
        self._condition = threading.Condition()
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
        with self._condition:
            if text == _SYNC_START:
                self._sync = text
            elif text == _SYNC_END:
                # Without its start the frame was dropped, and the end has nothing to close.
                if not self._sync:
                    self._put(text)
                self._sync = ""
            elif _MUST_ARRIVE.fullmatch(text):
                if text.startswith(_CLIPBOARD):
                    self._forget_older_clipboard()
                self._put(text)
            elif self._waiting_bytes and self._waiting_bytes + len(text) > BACKLOG:
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
        self._pieces.append(data)
        self._waiting_bytes += len(data)
        self._condition.notify_all()

    def _forget_older_clipboard(self) -> None:
        older = [piece for piece in self._pieces if piece.startswith(_CLIPBOARD.encode())]
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
    """Textual's terminal driver that survives a stalled or vanished terminal and tells Esc at once."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._mouse_lent = isinstance(app, SteadyApp) and not app.takes_mouse
        self._output = PatientOutput(patient(screen_descriptor()), self._repaint)
        # Textual's own writer thread writes here, and so never fills its queue of 30 and never blocks the app.
        self._file = self._output  # type: ignore[assignment]  # only write, flush and fileno of TextIO are used

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
        if not constants.DISABLE_KITTY_KEY:
            self.write("\x1b[=4;2u")

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

    def run_input_thread(self) -> None:
        """Read keystrokes until told to stop; the terminal's end of file counts as a hang-up.

        Textual looks for a lone Esc every 100 ms; here the look follows the last byte by the parser's patience.
        """
        parser = InputParser(self._debug, erase=self._erase)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(POLL if parser.patience is None else min(parser.patience, POLL)):
                    try:
                        data = os.read(self.fileno, 65536)
                    except OSError:
                        data = b""
                    if not data:
                        os.kill(os.getpid(), signal.SIGHUP)
                        break
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    @property
    def _erase(self) -> str:
        """What Backspace sends: the terminal's VERASE, DEL where there is none."""
        if self.attrs_before is None:
            return "\x7f"
        erase = self.attrs_before[6][termios.VERASE]
        return "\x08" if erase == b"\x08" else "\x7f"

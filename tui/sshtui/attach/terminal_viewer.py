"""A running app on this terminal: bytes both ways until one of the two goes, then the terminal as it was."""

from __future__ import annotations

import contextlib
import locale
import os
import selectors
import signal
import socket
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sshtui.attach.frames import DATA, META, BadFrame, Fact, FrameReader, Hello, data, fact, meta
from sshtui.attach.own_terminal import raw_terminal, written
from sshtui.attach.places import connect
from sshtui.attach.signals import ENDING, Signals
from sshtui.browser import open_in_browser
from sshtui.errors import AttachError, NotFound
from sshtui.model.geometry import Size
from sshtui.model.outer import outer_terminal
from sshtui.model.web_address import is_web_address

READ = 64 * 1024
"""Bytes read at once."""

WAITING = 256 * 1024
"""Bytes that may wait for the terminal, or for the app, before we stop reading from the other."""

PATIENCE = 10.0
"""Seconds until an app that does not say welcome counts as hanging."""

_KILL = "sshtui kill ends it and its sessions."

SHORTEST = 1.0
"""Seconds of a look after which being let go is no refusal."""

How = Literal["detached", "quit", "ended", "gone", "refused", "signal", "stopped", "let go"]


@dataclass(frozen=True)
class Ending:
    """How a look at an app ended. `code` is the app's exit code, or 128 and the number of the signal we got."""

    how: How
    code: int = 0
    sentence: str = ""
    hint: str = ""


def look(socket_path: Path) -> Ending:
    """Show the app at `socket_path` on standard input and output until it or the person ends that.

    The terminal is given back on every way out but our own SIGKILL. After a stop (SIGTSTP), and after the app let us
    go because the terminal did not read, it attaches anew. Raises NotFound.
    """
    with Signals() as signals:
        while True:
            link = connect(socket_path)
            since = time.monotonic()
            with link, raw_terminal() as terminal:
                ending = _Look(link, terminal, signals).until_it_ends()
            if ending.how == "gone" and time.monotonic() - since > SHORTEST and _listens(socket_path):
                ending = Ending("let go")
            if ending.how == "stopped":
                signals.stop()
            elif ending.how != "let go":
                return ending


def hello() -> Hello:
    """What this terminal is."""
    term = os.environ.get("TERM", "")
    utf8 = locale.getencoding().lower().replace("-", "") == "utf8"
    erase = "\x7f"
    with contextlib.suppress(termios.error):
        erase = "\x08" if termios.tcgetattr(0)[6][termios.VERASE] == b"\x08" else "\x7f"
    return Hello(
        _size(),
        "terminal",
        term[:64],
        colours(os.environ, term),
        utf8 and term not in ("linux", "dumb"),
        erase,
        outer_terminal(os.environ),
    )


def colours(environment: Mapping[str, str], term: str) -> int:
    """How many colours a terminal has that calls itself `term`: as Rich and Textual judge it."""
    if "NO_COLOR" in environment or term in ("dumb", "unknown"):
        return 0
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return 1 << 24
    depth = term.rpartition("-")[2]
    return 256 if depth in ("256color", "kitty", "direct") else 16


def _size() -> Size:
    try:
        size = os.get_terminal_size(1)
    except OSError:
        return Size(80, 24)
    return Size(size.columns or 80, size.lines or 24)


def _listens(socket_path: Path) -> bool:
    try:
        connect(socket_path).close()
    except NotFound:
        return False
    return True


class _Look:
    """One connection, from hello to its end."""

    def __init__(self, link: socket.socket, terminal: int, signals: Signals) -> None:
        self._link = link
        self._terminal = terminal
        self._signals = signals
        self._reader = FrameReader()
        self._to_terminal = bytearray()
        self._to_app = bytearray(hello().encoded())
        self._ending: Ending | None = None
        self._deadline: float | None = time.monotonic() + PATIENCE

    def until_it_ends(self) -> Ending:
        """Carry bytes both ways; how it ended."""
        self._link.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._signals.read_end, selectors.EVENT_READ, self._signalled)
            while self._ending is None:
                self._register(selector, self._link, self._link_events(), self._linked)
                listen = selectors.EVENT_READ if len(self._to_app) < WAITING else 0
                self._register(selector, 0, listen, self._typed)
                show = selectors.EVENT_WRITE if self._to_terminal else 0
                self._register(selector, self._terminal, show, self._show)
                left = None if self._deadline is None else self._deadline - time.monotonic()
                for key, events in selector.select(left):
                    if self._ending is None:
                        key.data(events)
                if self._deadline is not None and time.monotonic() >= self._deadline:
                    self._ending = self._ending or Ending("refused", 1, "The running sshtui does not answer.", _KILL)
        if self._ending.how not in ("signal", "stopped"):
            written(self._terminal, bytes(self._to_terminal))
        return self._ending

    def _register(self, selector: selectors.BaseSelector, end: Any, events: int, then: Callable[[int], None]) -> None:
        """Have `then` called at `events` of `end`; 0 for none."""
        known = selector.get_map().get(end)
        if known is None and events:
            selector.register(end, events, then)
        elif known is not None and not events:
            selector.unregister(end)
        elif known is not None and known.events != events:
            selector.modify(end, events, then)

    def _link_events(self) -> int:
        reading = selectors.EVENT_READ if len(self._to_terminal) < WAITING else 0
        return reading | (selectors.EVENT_WRITE if self._to_app else 0)

    def _typed(self, _events: int) -> None:
        try:
            typed = os.read(0, READ)
        except OSError:
            typed = b""
        if typed:
            self._to_app += data(typed)
        else:
            self._ending = Ending("signal", 128 + signal.SIGHUP)

    def _show(self, _events: int) -> None:
        try:
            del self._to_terminal[: os.write(self._terminal, self._to_terminal[:4096])]
        except BlockingIOError:
            return
        except OSError:
            self._ending = Ending("signal", 128 + signal.SIGHUP)

    def _linked(self, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                del self._to_app[: self._link.send(self._to_app)]
            if events & selectors.EVENT_READ:
                self._received(self._link.recv(READ))
        except BlockingIOError:
            return
        except BadFrame as error:
            self._ending = Ending("refused", error.exit_code, error.sentence)
        except OSError:
            # What the app said before it went is still there to be read.
            self._drain()

    def _drain(self) -> None:
        with contextlib.suppress(OSError, BadFrame):
            while self._ending is None:
                self._received(self._link.recv(READ))
        self._ending = self._ending or Ending("gone", 1)

    def _received(self, chunk: bytes) -> None:
        if not chunk:
            self._ending = self._ending or Ending("gone", 1)
        for frame in self._reader.feed(chunk):
            if frame.kind == DATA:
                self._to_terminal += frame.payload
            elif frame.kind == META:
                self._told(fact(frame.payload))

    def _told(self, said: Fact) -> None:
        self._deadline = None
        if said.type == "refused":
            self._ending = Ending("refused", AttachError.exit_code, said.text("sentence"), said.text("hint"))
        elif said.type == "bye" and self._ending is None:
            reason = said.text("reason")
            how: How = "detached" if reason == "detached" else "quit" if reason == "quit" else "ended"
            self._ending = Ending(how, said.number("code") & 0xFF)
        elif said.type == "open_url" and is_web_address(url := said.text("url")):
            open_in_browser(url)

    def _signalled(self, _events: int) -> None:
        for number in self._signals.heard():
            if number == signal.SIGWINCH:
                size = _size()
                self._to_app += meta("resize", columns=size.columns, rows=size.rows)
            elif number == signal.SIGTSTP:
                self._ending = Ending("stopped")
            elif number == signal.SIGCONT:
                # Whoever stopped us by force left the terminal to the shell meanwhile.
                self._ending = Ending("let go")
            elif number in ENDING:
                self._ending = Ending("signal", 128 + number)

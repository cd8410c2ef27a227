"""One tab's room: its terminal, and what is to be said while it connects or after it ended."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sshtui.model.connection import ChannelEnd
from sshtui.model.folders import is_dangerous
from sshtui.model.text import plain, plain_lines
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.keymap import Keymap
from sshtui.ui.widgets.terminal_view import TerminalView

BANNER_LINES = 8
"""Lines of the server's banner that are shown while connecting and after it failed."""

MIN_COLUMNS = 10
"""Columns of such a line at least."""

LOW = 16
"""Rows below which the ways on come before the details, which may not fit."""


class Pane(Widget):
    """The terminal is always there with its true size; words cover it until the first connection stands."""

    def __init__(self, view: TerminalView, session: Session, keymap: Keymap, glyphs: Glyphs, *, unicode: bool) -> None:
        super().__init__()
        self.session = session
        self.view = view
        self._keymap = keymap
        self._glyphs = glyphs
        self._unicode = unicode
        self.show_danger()
        self.set_class(not unicode, "plain-frame")

    def compose(self) -> ComposeResult:
        yield self.view
        yield Static("", classes="server-words")
        with Middle(classes="cover"), Center():
            yield Static("", classes="words")
        yield Static("", classes="end-line")

    def on_mount(self) -> None:
        self.set_interval(1.0, self._count_down)
        self.show_state()

    def on_resize(self) -> None:
        """Wrap the server's words anew, and set the ways on where there is room for them."""
        self._show_banner()
        self.show_state()

    def show_danger(self) -> None:
        """Frame the terminal of a host that bears the danger mark."""
        self.set_class(is_dangerous(self.session.host), "danger")

    def _count_down(self) -> None:
        if self.session.next_try is not None:
            self.show_state()

    def show_state(self) -> None:
        """Say what the session's state is: over the blank terminal, or in a line below what it printed."""
        session = self.session
        said = session.state is not State.LIVE
        was_up = session.facts is not None
        self.set_class(said and not was_up, "covered")
        self.set_class(said and was_up, "ended")
        if said:
            self._show_banner()
            content = self._sentences(one_line=was_up)
            self.query_one(".end-line" if was_up else ".words", Static).update(content)

    def _show_banner(self) -> None:
        """The server's words on top, where no dialog covers them: what to type may stand in them.

        Each line has a bar in front, the continuation of a long one too.
        """
        columns = max(MIN_COLUMNS, self.size.width - 4)
        lines = [piece.plain.strip() for line in self.session.banner for piece in Content(line).wrap(columns)]
        banner = self.query_one(".server-words", Static)
        banner.update(Content("\n").join(Content.assemble((f"| {line}", "$muted")) for line in lines[:BANNER_LINES]))
        banner.set_class(bool(lines), "said")

    def _sentences(self, *, one_line: bool) -> Content:
        session = self.session
        style = {State.CONNECTING: "$warning", State.ENDED: "$foreground"}.get(session.state, "$error")
        head = Content.assemble((f"{self._glyphs.state(session.state)} {self._headline()}", f"bold {style}"))
        details = [Content(line) for line in self._details()]
        ways = Content.assemble((self._ways_on(), "$muted"))
        if one_line:
            line = Content("  ").join([Content(" ") + head, *details])
            # The keystrokes are not torn apart at the end of a line.
            fits = line.cell_length + ways.cell_length + 2 <= self.size.width
            return Content("  " if fits else "\n ").join([line, ways])
        if self.size.height < LOW:
            return Content("\n").join([head, ways, *details])
        return Content("\n").join([head, Content(""), *details, Content(""), ways])

    def _headline(self) -> str:
        session = self.session
        name = plain(session.label, 64)
        match session.state:
            case State.CONNECTING:
                return f"connecting to {name}"
            case State.FAILED:
                return f"{name} is not connected"
            case State.LOST:
                return "connection lost"
            case _:
                return _how_it_ended(session.end)

    def _details(self) -> list[str]:
        session = self.session
        match session.state:
            case State.CONNECTING:
                return [plain(session.host.destination, 120), *([plain(session.stage)] if session.stage else [])]
            case State.FAILED if session.error is not None:
                return [*plain_lines(session.error.sentence, 6, 600), *plain_lines(session.error.hint, 6, 600)]
            case State.LOST if session.end is not None:
                return plain_lines(session.end.reason, 2)
            case _:
                return []

    def _ways_on(self) -> str:
        dot = f" {self._glyphs.dot} "
        if self.session.state is State.CONNECTING:
            return f"{self._keymap.label('tab.cancel', unicode=self._unicode)} gives up"
        ways = [f"{self._keymap.label('tab.reconnect', unicode=self._unicode)} reconnects"]
        if self.session.next_try is not None:
            seconds = max(0.0, self.session.next_try - time.monotonic())
            ways[0] += f", by itself in {seconds:.0f} s"
            ways.append(f"{self._keymap.label('tab.stay', unicode=self._unicode)} stops")
        if self.session.state is State.FAILED:
            ways.append(f"{self._keymap.label('tab.doctor', unicode=self._unicode)} tells why")
        close = self._keymap.labels("tab.close", unicode=self._unicode)
        if close:
            ways.append(f"{close} closes")
        return dot.join(ways)


def _how_it_ended(end: ChannelEnd | None) -> str:
    if end is None or end.how == "closed":
        return "closed"
    if end.how == "signalled":
        return f"ended by signal {plain(end.signal, 20)}"
    return "ended" if not end.status else f"ended with exit status {end.status}"

"""The tabs: number, name, state, unread and bell marks; one line that scrolls so that the front one is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color, ColorParseError
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from sshtui.model.folders import is_dangerous
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.ui.glyphs import Glyphs

LABEL_LIMIT = 24
DANGER_WORD = "PROD"
"""What stands beside the name of a host with the danger mark: a colour alone is not seen by everybody."""


@dataclass(frozen=True)
class _Tab:
    session: Session
    segments: tuple[Segment, ...]
    columns: int


class TabBar(Widget):
    """Paints the sessions it is shown."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tab-bar--front", "tab-bar--divider", "tab-bar--marked", "tab-bar--live", "tab-bar--connecting",
        "tab-bar--lost", "tab-bar--ended", "tab-bar--danger",
    }  # fmt: skip

    @dataclass
    class Picked(Message):
        """A tab was clicked; with the middle button it shall close."""

        session: Session
        close: bool

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._sessions: Sequence[Session] = ()
        self._front_session: Session | None = None
        self._starts: list[tuple[int, Session]] = []

    def show(self, sessions: Sequence[Session], front: Session | None) -> None:
        """Paint `sessions` left to right, `front` standing out."""
        self._sessions, self._front_session = sessions, front
        self.refresh()

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        if y:
            return Strip.blank(self.size.width, ground)
        tabs = [self._tab(place, session, ground) for place, session in enumerate(self._sessions, 1)]
        divider = Segment(self._glyphs.divider, ground + self._part("divider"))
        segments: list[Segment] = []
        self._starts = []
        column = front_end = 0
        for tab in tabs:
            self._starts.append((column, tab.session))
            segments += [*tab.segments, divider]
            column += tab.columns + 1
            if tab.session is self._front_session:
                front_end = column
        strip = Strip(segments)
        hidden = max(0, front_end - self.size.width)
        if hidden:
            strip = strip.crop(hidden, hidden + self.size.width)
            self._starts = [(start - hidden, session) for start, session in self._starts]
        return strip.adjust_cell_length(self.size.width, ground)

    def on_click(self, event: events.Click) -> None:
        bounds = pairwise([*self._starts, (self.size.width, None)])
        for (start, session), (end, _) in bounds:
            if session is not None and start <= event.x < max(end, start + 1):
                self.post_message(self.Picked(session, close=event.button == 2))
                return

    def _tab(self, place: int, session: Session, ground: Style) -> _Tab:
        front = session is self._front_session
        style = ground + self._part("front") if front else ground
        state = {State.LIVE: "live", State.CONNECTING: "connecting", State.LOST: "lost", State.FAILED: "lost"}
        label = plain(session.label, LABEL_LIMIT)
        marks = (self._glyphs.bell if session.rang else "") + (self._glyphs.unread if session.unread else "")
        marked = style + self._part("marked")
        # Underlined as well: without colours nothing else would tell the front tab apart.
        named = (marked if marks else style) + Style(underline=front)
        segments = [
            Segment(f" {place} ", style + _own_colour(session.host.colour)),
            *([Segment(f"{DANGER_WORD} ", style + self._part("danger"))] if is_dangerous(session.host) else []),
            Segment(label, named),
            Segment(f" {self._glyphs.state(session.state)}", style + self._part(state.get(session.state, "ended"))),
            Segment(f"{marks} " if marks else " ", marked),
        ]
        return _Tab(session, tuple(segments), sum(cell_len(segment.text) for segment in segments))

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"tab-bar--{name}", partial=True)


def _own_colour(colour: str) -> Style:
    """The colour a person gave to the host, on the tab's number."""
    try:
        return Style(color=Color.parse(colour).hex6, bold=True) if colour else Style()
    except ColorParseError:
        return Style()

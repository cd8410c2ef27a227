"""The last line: where the front tab is, what a person can do next, and whether the leader waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sshtui.model.folders import is_dangerous
from sshtui.model.forwards import ForwardState
from sshtui.model.text import plain
from sshtui.session.changes import State
from sshtui.session.session import Session
from sshtui.ui.actions import ACTIONS, HELP, Scope
from sshtui.ui.glyphs import Glyphs
from sshtui.ui.keymap import Keymap, shown
from sshtui.ui.widgets.tab_bar import DANGER_WORD

ROUND_TRIP_SECONDS = 10.0
"""How often the front tab's server is asked how far it is."""


LABEL_LIMIT = 32
"""Characters of a tab's name, so that its state stands beside it on 80 columns."""

SHORT_LABEL = 22
"""The same while a paste is on its way, of which there is more to say."""


class StatusLine(Horizontal):
    """Left: facts or a footer of keystrokes. Right: how to get to the menu."""

    class Clicked(Message):
        """A way to the menu, and out of the lock, for the mouse."""

    def __init__(self, keymap: Keymap, glyphs: Glyphs, *, unicode: bool, id: str) -> None:
        super().__init__(id=id)
        self._keymap = keymap
        self._glyphs = glyphs
        self._unicode = unicode
        self._right_columns = 0
        self._session: Session | None = None
        self._round_trip: tuple[Session | None, float | None] = (None, None)
        self._silent = False

    def compose(self) -> ComposeResult:
        yield Static("", id="status-left")
        yield Static("", id="status-right")

    def on_mount(self) -> None:
        self.set_interval(ROUND_TRIP_SECONDS, self._measure)
        self.set_interval(1.0, self._watch_silence)

    def show_session(self, session: Session) -> None:
        """Name, state, destination, host key, round trip and cipher of the front tab; how long it owes an answer."""
        self._session = session
        if self._round_trip[0] is not session or session.state is not State.LIVE:
            self._round_trip = (None, None)
            self._measure()
        facts = session.facts
        parts = [session.host.destination]
        if facts is not None:
            round_trip = _milliseconds(self._round_trip[1])
            parts = [
                facts.destination or session.host.destination,
                _forwards(session.forwards),
                facts.host_key_kind,
                round_trip,
                facts.cipher,
            ]
        pasting = _pasting(session)
        content = Content.assemble(
            (f" {DANGER_WORD} ", "bold $background on $error") if is_dangerous(session.host) else "",
            (f" {plain(session.label, SHORT_LABEL if pasting else LABEL_LIMIT)} ", "bold"),
            (
                f"{self._glyphs.state(session.state)} {pasting or session.state.value}",
                _STATE_STYLES[session.state.name],
            ),
            (f"  no answer for {session.silence:.0f} s", "bold $warning") if session.silence else "",
            (f"  {session.transfer}" if session.transfer else "", "bold $accent"),
            ("  weak", "bold $warning") if facts is not None and facts.old else "",
            ("  agent", "bold $warning") if facts is not None and facts.agent_forwarded else "",
        )
        room = self._room - content.cell_length
        between = "  "
        for part in filter(None, parts):
            fact = between + plain(part, 120)
            room -= cell_len(fact)
            if room < 0 and between != "  ":
                break
            content += Content(fact)
            between = f" {self._glyphs.dot} "
        self._left(content)

    @property
    def _room(self) -> int:
        """Columns left of the right end."""
        return (self.size.width or self.app.size.width) - self._right_columns

    @work(group="round trip", exclusive=True)
    async def _measure(self) -> None:
        """Ask the shown tab's server how far it is."""
        session = self._session
        if session is not None and session.state is State.LIVE:
            self._round_trip = (session, await session.ping())
            if self._session is session:
                self.show_session(session)

    def _watch_silence(self) -> None:
        silent = self._session is not None and self._session.silence > 0
        if self._session is not None and (silent or self._silent):
            self._silent = silent
            self.show_session(self._session)

    def show_scope(
        self, scope: Scope, *, only: Collection[str] = (), words: Mapping[str, str] | None = None, lead: str = ""
    ) -> None:
        """`lead`, then what can be done in `scope` (only the actions in `only`, when given), as far as it fits.

        `words` says what an action does here where that is not its own word. The way to the help is left out last.
        """
        self._session = None
        pieces = [Content.assemble((f" {lead} ", "bold $warning"))] if lead else []
        room = self._room - sum(piece.cell_length for piece in pieces)
        offers = {
            action.id: Content.assemble(
                (f" {label}", "$accent bold"), (f" {(words or {}).get(action.id, action.short)} ", "$muted")
            )
            for action in ACTIONS
            if action.scope is scope and action.short and (not only or action.id in only)
            if (label := self._keymap.label(action.id, unicode=self._unicode))
        }
        kept = offers[HELP].cell_length if HELP in offers else 0
        for action_id, piece in offers.items():
            kept -= piece.cell_length if action_id == HELP else 0
            if piece.cell_length + kept <= room:
                room -= piece.cell_length
                pieces.append(piece)
            elif not kept:
                break
        self._left(Content("").join(pieces))

    def show_leader(self, *, pending: bool, locked: bool) -> None:
        """The right end: the leader, that it waits, or how the lock ends."""
        leader = shown(self._keymap.leader, unicode=self._unicode)
        right = self.query_one("#status-right", Static)
        if locked:
            text = Content.assemble((f" LOCKED {self._glyphs.dot} {leader} twice unlocks ", "bold $warning"))
        elif pending:
            text = Content.assemble((f" {leader} {self._glyphs.ellipsis} Esc cancels ", "bold $accent"))
        elif leader:
            text = Content.assemble((f" {leader}", "bold $accent"), (" menu ", "$muted"))
        else:
            text = Content("")
        self._right_columns = text.cell_length
        right.update(text)
        self.set_class(locked, "locked")
        self.set_class(pending, "pending")

    def on_click(self) -> None:
        self.post_message(self.Clicked())

    def _left(self, content: Content) -> None:
        self.query_one("#status-left", Static).update(content)


_STATE_STYLES = {
    "LIVE": "$success",
    "CONNECTING": "$warning",
    "LOST": "$error",
    "FAILED": "$error",
    "ENDED": "$muted",
    "CLOSED": "$muted",
}


def _pasting(session: Session) -> str:
    """How far a large paste is: it stands in place of the state, so that there is room for it on 80 columns."""
    paste = session.pasting
    if paste is None:
        return ""
    if paste.total < 1_000_000:
        return f"pasting {paste.sent / 1000:.0f} of {paste.total / 1000:.0f} kB, Esc stops"
    return f"pasting {paste.sent / 1_000_000:.1f} of {round(paste.total / 1_000_000, 1):g} MB, Esc stops"


def _forwards(states: Sequence[ForwardState]) -> str:
    """How many port forwards are open, and of how many when not all are."""
    count = sum(state.is_open for state in states)
    some = "" if count == len(states) else f"{count} of "
    return f"{some}{len(states)} forward{'s' if len(states) != 1 else ''}" if states else ""


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "<1 ms"

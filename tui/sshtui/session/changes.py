"""What a session tells its subscribers, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sshtui.terminal.events import Event


class State(Enum):
    """Where a session is. The value is the word a person reads."""

    CONNECTING = "connecting"
    LIVE = "connected"
    ENDED = "ended"
    """The remote program finished: an exit status or a signal."""
    LOST = "lost"
    """The connection went away; never shown as an exit."""
    FAILED = "failed"
    """It never came up; `Session.error` says why."""
    CLOSED = "closed"

    @property
    def over(self) -> bool:
        """Whether nothing more comes until a reconnect."""
        return self not in (State.CONNECTING, State.LIVE)


@dataclass(frozen=True, slots=True)
class ScreenChanged:
    """Rows to repaint, 0 = top of the screen; None for all, empty when only the cursor or a mode is another."""

    rows: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """`state`, `stage`, `error`, `end`, `facts` or `pasting` is another."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """The emulator noticed something besides the picture."""

    event: Event


@dataclass(frozen=True, slots=True)
class Marked:
    """`label`, `unread` or `rang` is another: what a tab bar shows."""


Change = ScreenChanged | StateChanged | Noticed | Marked

"""The shapes we draw, with their stand-ins where Unicode is off. A shape never comes without its word."""

from __future__ import annotations

from dataclasses import dataclass

from sshtui.model.reachability import Verdict
from sshtui.session.changes import State


@dataclass(frozen=True)
class Glyphs:
    """One set of shapes, each one cell wide."""

    live: str
    connecting: str
    lost: str
    ended: str
    none: str
    folded: str
    unfolded: str
    unread: str
    bell: str
    divider: str
    dot: str
    ellipsis: str
    favourite: str
    marked: str
    reachable: str
    unreachable: str
    unchecked: str

    def state(self, state: State | None) -> str:
        """The shape of a session's state; None stands for "not open"."""
        match state:
            case State.LIVE:
                return self.live
            case State.CONNECTING:
                return self.connecting
            case State.LOST | State.FAILED:
                return self.lost
            case State.ENDED:
                return self.ended
            case _:
                return self.none

    def reach(self, verdict: Verdict) -> str:
        """The shape of what a check of reachability found."""
        return {"reachable": self.reachable, "not checked": self.unchecked}.get(verdict, self.unreachable)


UNICODE = Glyphs("●", "◐", "✕", "◌", "○", "▸", "▾", "+", "♪", "│", "·", "…", "★", "▌", "✓", "✕", "?")
ASCII = Glyphs("*", "~", "x", "-", "o", ">", "v", "+", "!", "|", "-", ".", "*", "#", "+", "x", "?")


def has_unicode(encoding: str | None, term: str) -> bool:
    """Whether the outer terminal shows our shapes: a UTF-8 locale, and not the bare Linux console."""
    return (encoding or "").lower().replace("-", "") == "utf8" and term not in ("linux", "dumb")

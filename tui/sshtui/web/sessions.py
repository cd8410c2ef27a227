"""Who is in: sessions that only this process knows, each behind a random token of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE = 15 * 60.0
"""Seconds without input after which a session ends; pings and output are no input."""

ABSOLUTE = 12 * 3600.0
"""Seconds after which it ends in any case."""

SESSIONS = 20
"""Sessions at once; the one that was idle longest goes for a new one."""


def steady_clock() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them, and that nobody can set."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


@dataclass(eq=False)
class Session:
    """One browser that passed both factors."""

    name: str
    """Short and public: for lists and the audit log; it opens nothing."""
    account: str
    address: str
    agent: str
    """What the browser calls itself."""
    began: float
    last_input: float
    since: float
    """When it began, seconds since the epoch."""
    viewers: dict[Callable[[str], None], None] = field(default_factory=dict, repr=False)
    """What to call, with a reason, when it ends: closes one websocket each."""
    ended: str = ""
    """Why it is over; "" while it is not."""


class Sessions:
    """All of them. `ended` is called once for each that ends, with its reason."""

    def __init__(
        self,
        ended: Callable[[Session], None] = lambda session: None,
        *,
        idle: float = IDLE,
        absolute: float = ABSOLUTE,
        clock: Callable[[], float] = steady_clock,
    ) -> None:
        self._ended = ended
        self._idle = idle
        self._absolute = absolute
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, account: str, address: str, agent: str) -> tuple[str, Session]:
        """The token for the cookie, 256 random bits, and the session it opens."""
        while len(self._sessions) >= SESSIONS:
            self._end(min(self._sessions, key=lambda each: self._sessions[each].last_input), "too many sessions")
        token, now = secrets.token_urlsafe(32), self._clock()
        session = Session(secrets.token_hex(4), account, address, agent, now, now, time.time())
        self._sessions[_hash(token)] = session
        return token, session

    def find(self, token: str) -> Session | None:
        """The live session behind a token."""
        self.sweep()
        return self._sessions.get(_hash(token)) if token else None

    def touch(self, session: Session) -> None:
        """A person did something."""
        session.last_input = self._clock()

    def listed(self) -> tuple[Session, ...]:
        """Those that live, oldest first."""
        self.sweep()
        return tuple(self._sessions.values())

    def idle_for(self, session: Session) -> float:
        """Seconds since the last input."""
        return self._clock() - session.last_input

    def end(self, reason: str, session: Session | None = None) -> int:
        """End this one, or all; how many ended. Their websockets are told before this returns."""
        doomed = [key for key, each in self._sessions.items() if session is None or each is session]
        for key in doomed:
            self._end(key, reason)
        return len(doomed)

    def sweep(self) -> None:
        """End those whose time is over."""
        now = self._clock()
        for key, session in list(self._sessions.items()):
            if now - session.began >= self._absolute:
                self._end(key, "absolute limit")
            elif now - session.last_input >= self._idle:
                self._end(key, "idle")

    def _end(self, key: str, reason: str) -> None:
        session = self._sessions.pop(key)
        session.ended = reason
        for close in list(session.viewers):
            close(reason)
        self._ended(session)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

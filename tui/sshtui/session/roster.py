"""The open tabs in their order, and which one is in front."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.session.changes import State
from sshtui.session.clock_jumps import ClockJumps
from sshtui.session.session import Session
from sshtui.session.surroundings import Surroundings

USUAL_SIZE = Size(80, 24)
"""What a session starts with until a face tells its own size."""


class Roster:
    """Owns every session. Subscribers are told when tabs open, close, move or another one comes to the front.

    `size` is what a new session starts with; the face keeps it at its own.
    """

    def __init__(
        self, surroundings: Surroundings, size: Size = USUAL_SIZE, *, clocks: ClockJumps | None = None
    ) -> None:
        self.size = size
        self._surroundings = surroundings
        self._sessions: list[Session] = []
        self._front: Session | None = None
        self._numbers = count(1)
        self._listeners: list[Callable[[], None]] = []
        self._clocks = clocks or ClockJumps()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The tabs, left to right."""
        return tuple(self._sessions)

    @property
    def front(self) -> Session | None:
        """The tab a person looks at; None when there is none or the hosts are in front."""
        return self._front

    @property
    def live(self) -> int:
        """How many sessions are connected or connecting."""
        return sum(not session.state.over for session in self._sessions)

    def for_host(self, name: str) -> tuple[Session, ...]:
        """The tabs on the saved host `name`, left to right."""
        return tuple(session for session in self._sessions if session.host.name == name)

    def open(self, host: Host) -> Session:
        """A new tab on `host`, in front, already dialing."""
        session = Session(next(self._numbers), host, self._free_label(host.name), self.size, self._surroundings)
        self._sessions.append(session)
        self.show(session)
        session.start()
        return session

    def show(self, session: Session | None) -> None:
        """Bring `session` to the front; None puts every tab in the background."""
        if session is not self._front:
            if self._front is not None:
                self._front.look_away()
            self._front = session
        if session is not None:
            session.look()
        self._tell()

    def step(self, by: int) -> None:
        """Show the tab `by` places further right, around the end."""
        if self._sessions:
            at = self._sessions.index(self._front) if self._front in self._sessions else -1 if by > 0 else 0
            self.show(self._sessions[(at + by) % len(self._sessions)])

    def move(self, session: Session, by: int) -> None:
        """Move a tab `by` places to the right (negative: left), stopping at the ends."""
        at = self._sessions.index(session)
        to = min(max(at + by, 0), len(self._sessions) - 1)
        self._sessions.insert(to, self._sessions.pop(at))
        self._tell()

    async def close(self, session: Session) -> None:
        """Take a tab away and end its channel; its right neighbour (else the left one) comes to the front."""
        if session not in self._sessions:
            return
        at = self._sessions.index(session)
        self._sessions.remove(session)
        if session is self._front:
            self._front = None
            if self._sessions:
                self.show(self._sessions[min(at, len(self._sessions) - 1)])
        self._tell()
        await session.close()

    async def close_all(self) -> None:
        """End every session at once; nothing is left running."""
        sessions, self._sessions, self._front = self._sessions, [], None
        self._tell()
        await asyncio.gather(*(session.close() for session in sessions))

    def look_at_clocks(self) -> None:
        """Have every tab look after its connection when the computer slept; a face calls it about once a second."""
        if self._clocks.slept():
            for session in tuple(self._sessions):
                session.wake()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called after each change; call the result to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _free_label(self, name: str) -> str:
        taken = {session.label for session in self._sessions if session.state is not State.CLOSED}
        if name not in taken:
            return name
        return next(label for number in count(2) if (label := f"{name} ({number})") not in taken)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

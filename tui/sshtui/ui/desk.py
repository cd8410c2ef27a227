"""What a running app does for callers from outside: tells of its tabs, opens one more, gives viewers a seat, ends."""

from __future__ import annotations

import time

from sshtui.attach.frames import Fact
from sshtui.attach.seat import Seat
from sshtui.errors import AttachError, UsageError
from sshtui.model.destination import Wanted, is_link
from sshtui.model.questions import Notice
from sshtui.model.text import plain
from sshtui.ui.app import SshtuiApp
from sshtui.ui.onlooker import Onlooker
from sshtui.ui.screens.main import MainScreen

OPENED = 20
"""Tabs that callers may open within OPENED_WITHIN seconds; a page full of links is not to fill the app."""

OPENED_WITHIN = 10.0


class AppDesk:
    """Fits `attach.reception.Desk`."""

    def __init__(self, app: SshtuiApp) -> None:
        self._app = app
        self._since = time.time()
        self._opened: list[float] = []

    def status(self) -> dict[str, object]:
        """What `sshtui list` shows. Labels come from a person or a server: only text."""
        audience, roster = self._app.audience, self._app.roster
        return {
            "since": self._since,
            "detachable": audience is not None,
            "viewers": [
                {"kind": seat.kind, "columns": seat.size.columns, "rows": seat.size.rows}
                for seat in (audience.seats if audience is not None else ())
            ],
            "tabs": [{"label": plain(session.label, 64), "state": session.state.value} for session in roster.sessions],
            "live": roster.live,
        }

    def open(self, wish: Fact) -> dict[str, object]:
        """Open a tab on a destination; it asks what a tab asks that is opened here. Raises SshtuiError."""
        now = time.monotonic()
        self._opened = [when for when in self._opened if now - when < OPENED_WITHIN]
        if len(self._opened) >= OPENED:
            raise UsageError(f"{OPENED} tabs were opened from outside just now.", hint="Wait a little.")
        wanted = Wanted(
            wish.text("destination"),
            wish.number("port") or None,
            wish.text("identity"),
            wish.text("login"),
            wish.text("jump"),
        )
        host = self._app.parts.wanted(wanted)
        self._opened.append(now)
        main = next(iter(self._app.screen_stack), None)
        if not isinstance(main, MainScreen):
            raise AttachError("This sshtui is ending.")
        main.call_later(main.open, host)
        if is_link(wanted.destination):
            self._app.prompter.tell(Notice(f"A link opened a tab on {host.name}."))
        audience = self._app.audience
        return {"name": plain(host.name, 200), "attached": len(audience.seats) if audience is not None else 1}

    def sit(self, seat: Seat) -> Onlooker:
        """Give a viewer a seat. Raises AttachError where the app has a terminal of its own."""
        if self._app.audience is None:
            raise AttachError(
                "This sshtui runs on a terminal of its own.", hint="One to attach to is started by: sshtui --detachable"
            )
        return self._app.audience.sit(seat)

    def quit(self) -> None:
        """End the app, without asking."""
        self._app.exit(return_code=0)

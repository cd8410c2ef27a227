"""The small app of surroundings_probe without a terminal, for viewers that attach: a line for each tick and keystroke.

Usage: attach_probe.py LOG DIRECTORY [flood] [impatient]; its socket stands in DIRECTORY; impatient, it lets
viewers go after a second instead of ten.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.attach.frames import Fact
from sshtui.attach.places import Places
from sshtui.attach.reception import Reception, reception
from sshtui.attach.seat import SILENCE, Seat
from sshtui.ui.audience import Audience
from sshtui.ui.onlooker import Onlooker
from sshtui.ui.surroundings import run
from tests.integration.surroundings_probe import Probe


class ProbeDesk:
    """Gives everyone a seat."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience

    def status(self) -> dict[str, object]:
        return {"detachable": True, "viewers": len(self._audience.seats)}

    def open(self, wish: Fact) -> dict[str, object]:
        return {"name": wish.text("destination")}

    def quit(self) -> None:
        sys.exit(0)

    def sit(self, seat: Seat) -> Onlooker:
        return self._audience.sit(seat)


def main() -> int:
    app = Probe(Path(sys.argv[1]), "flood" in sys.argv)
    app.audience = audience = Audience(app)
    silence = 1.0 if "impatient" in sys.argv else SILENCE
    instance, link = Places(Path(sys.argv[2])).listen()

    @asynccontextmanager
    async def receiving() -> AsyncIterator[Reception]:
        async with reception(ProbeDesk(audience), instance, link, silence=silence) as here:
            yield here

    return run(app, receiving)


if __name__ == "__main__":
    sys.exit(main())

"""What every tab is handed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sshtui.model.questions import Prompter
from sshtui.session.protocols import Dialer


def _time_of_day() -> str:
    return time.strftime("%H:%M:%S")


@dataclass(frozen=True)
class Surroundings:
    """What every session is handed: its wire, its prompter, a wall clock for the rule line, a scrollback.

    `first_pause` is how many seconds a lost tab waits before it dials again by itself.
    """

    dialer: Dialer
    prompter: Prompter
    scrollback: int = 10_000
    wall_clock: Callable[[], str] = _time_of_day
    first_pause: float = 1.0

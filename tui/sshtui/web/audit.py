"""What happened at the door, one JSON object a line; no password, code, token or keystroke is ever in it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sshtui.errors import NotSaved
from sshtui.files import ensure_private_directory
from sshtui.model.text import plain

SIZE = 10 * 1024 * 1024
"""Bytes after which a new file is begun."""

FILES = 5
"""Files kept: the one written to, and `.1` to `.4`, the oldest."""

BURST = 20
INTERVAL = 5.0
"""Rows that strangers can cause: BURST at once, then one each INTERVAL seconds; the next row counts what was left
out. A flood must not fill the disk nor push out what matters."""


class Audit:
    """The log at `path`, mode 0600. A disk that takes nothing stops the log, never the console."""

    def __init__(
        self,
        path: Path,
        *,
        size: int = SIZE,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._size = size
        self._clock = clock
        self._steady = steady
        self._tokens = float(BURST)
        self._counted = steady()
        self._left_out = 0

    def note(self, event: str, **facts: str | int | float) -> None:
        """Write a row about what somebody did who was let in."""
        row: dict[str, object] = {
            "time": datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds"),
            "event": event,
        }
        row |= {name: plain(fact, 200) if isinstance(fact, str) else fact for name, fact in facts.items()}
        with suppress(OSError, NotSaved):
            self._append(json.dumps(row, ensure_ascii=True).encode() + b"\n")

    def refuse(self, event: str, **facts: str | int | float) -> None:
        """Write a row that a stranger caused, unless there were too many of late."""
        now = self._steady()
        self._tokens = min(BURST, self._tokens + (now - self._counted) / INTERVAL)
        self._counted = now
        if self._tokens < 1:
            self._left_out += 1
            return
        self._tokens -= 1
        left_out, self._left_out = self._left_out, 0
        self.note(event, **facts, **({"left_out_before": left_out} if left_out else {}))

    def _append(self, row: bytes) -> None:
        ensure_private_directory(self._path.parent)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self._path, flags, 0o600)
        try:
            os.fchmod(handle, 0o600)
            if os.fstat(handle).st_size + len(row) > self._size:
                self._rotate()
                os.close(handle)
                handle = os.open(self._path, flags, 0o600)
            # One write a row: rows of two programs never mix.
            os.write(handle, row)
        finally:
            os.close(handle)

    def _rotate(self) -> None:
        for number in range(FILES - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path if number == 1 else self._path.with_name(f"{self._path.name}.{number - 1}")
            with suppress(FileNotFoundError):
                os.replace(newer, older)

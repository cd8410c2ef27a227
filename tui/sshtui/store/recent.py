"""When and how often each host was used. A convenience: losing it, or not being able to write it, harms nobody."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any

from sshtui.errors import ConfigError
from sshtui.files import ensure_private_directory, locked, read_whole, write_whole

LIMIT = 20_000
"""Hosts remembered; the longest unused go first."""

_Uses = dict[str, tuple[float, int]]


class RecentFile:
    """Host name to time and number of uses, shared by all instances through one file."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._uses = self._read()

    def times(self) -> Mapping[str, float]:
        """Host name to seconds since the epoch."""
        return {name: last for name, (last, _count) in self._uses.items()}

    def counts(self) -> Mapping[str, int]:
        """Host name to number of uses."""
        return {name: count for name, (_last, count) in self._uses.items()}

    def touch(self, name: str) -> None:
        """It is used now. Kept in memory only when the file cannot be written."""
        now = self._clock()

        def use(uses: _Uses) -> None:
            uses[name] = (now, uses.get(name, (0.0, 0))[1] + 1)

        self._change(use)

    def rename(self, was: str, name: str) -> None:
        """What was noted of `was` holds for `name`; kept as `touch` keeps it."""

        def move(uses: _Uses) -> None:
            if was in uses:
                uses[name] = uses.pop(was)

        self._change(move)

    def _change(self, change: Callable[[_Uses], None]) -> None:
        with suppress(ConfigError):
            ensure_private_directory(self._path.parent)
            with locked(self._path, deadline=0.5):
                uses = self._read()
                change(uses)
                newest = sorted(uses.items(), key=lambda item: item[1][0])[-LIMIT:]
                write_whole(self._path, json.dumps(dict(newest)).encode())
                self._uses = dict(newest)
                return
        change(self._uses)

    def _read(self) -> _Uses:
        try:
            values = json.loads(read_whole(self._path) or b"{}")
        except (ConfigError, ValueError, RecursionError):
            return {}
        if not isinstance(values, dict):
            return {}
        return {name: (float(use[0]), int(use[1])) for name, use in values.items() if _is_use(use)}


def _is_use(use: Any) -> bool:
    return (
        isinstance(use, list) and len(use) == 2 and all(type(part) in (int, float) and isfinite(part) for part in use)
    )

"""The hosts of ~/.ssh/config as they were read last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from sshtui.model.hosts import Host

REST = 20
"""Reading rests this many times as long as it took."""


class ConfigHosts:
    """`read` reads the file; it may be long, and it may be on a slow disk."""

    def __init__(self, read: Callable[[], Sequence[Host]]) -> None:
        self._read = read
        self._due = 0.0
        self.hosts: tuple[Host, ...] = ()

    @property
    def due(self) -> bool:
        """Whether it is time to read again: nobody reads, and reading has rested."""
        return time.monotonic() >= self._due

    async def read(self) -> bool:
        """Read in a thread; whether the hosts are others now."""
        self._due = float("inf")
        begun = time.monotonic()
        hosts = tuple(await asyncio.to_thread(self._read))
        ended = time.monotonic()
        self._due = ended + (ended - begun) * REST
        changed, self.hosts = hosts != self.hosts, hosts
        return changed

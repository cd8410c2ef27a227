"""Checks whether hosts can be reached, many at a time, and keeps what was found until the next check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sshtui.model.hosts import Host
from sshtui.model.reachability import Reachability

AT_ONCE = 32
"""Hosts that are asked at the same time: a home router's table holds them, and 1,000 hosts take half a minute."""

Reach = Callable[[Host], Awaitable[Reachability]]


class ReachChecks:
    """Asks `reach` for each host; `changed` is told after every answer."""

    def __init__(self, reach: Reach, changed: Callable[[], None]) -> None:
        self._reach = reach
        self._changed = changed
        self._found: dict[str, Reachability] = {}
        self._done = self._all = 0
        self._running: asyncio.Task[None] | None = None

    def found(self, name: str) -> Reachability | None:
        """What the newest check of a host found."""
        return self._found.get(name)

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many of how many are done, while a check runs."""
        return (self._done, self._all) if self._running is not None else None

    async def check(self, hosts: Sequence[Host]) -> None:
        """Ask every host; a check that still runs is ended first. What was found of others stays."""
        self.cancel()
        for host in hosts:
            self._found.pop(host.name, None)
        self._done, self._all = 0, len(hosts)
        running = self._running = asyncio.create_task(self._ask_all(hosts))
        self._changed()
        try:
            await asyncio.wait([running])
        finally:
            running.cancel()
            if self._running is running:
                self._running = None
                self._changed()
        if not running.cancelled():
            running.result()

    def cancel(self) -> bool:
        """End the check that runs; False when none does."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            self._changed()
        return running is not None

    def forget(self, name: str) -> None:
        """A host is another one now."""
        self._found.pop(name, None)

    async def _ask_all(self, hosts: Sequence[Host]) -> None:
        waiting = iter(hosts)

        async def ask_some() -> None:
            for host in waiting:
                self._found[host.name] = await self._reach(host)
                self._done += 1
                self._changed()

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(hosts))):
                group.create_task(ask_some())

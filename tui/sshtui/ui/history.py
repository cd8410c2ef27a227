"""What was done to the saved hosts, so that it can be undone, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sshtui.model.hosts import Host
from sshtui.ui.parts import Hosts

DEPTH = 50


@dataclass(frozen=True)
class Step:
    """A change: `before` became `after`; None means that it was not there."""

    before: Host | None
    after: Host | None

    @property
    def sentence(self) -> str:
        """What undoing it did."""
        if self.before is None and self.after is not None:
            return f"{self.after.name} is taken away again."
        if self.before is not None and self.after is None:
            return f"{self.before.name} is back."
        return f"{self.before.name if self.before else ''} is as it was before."


class History:
    """Changes hosts and remembers how to undo it, for as long as the app runs."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._steps: list[Step] = []

    def save(self, host: Host, was: str | None) -> None:
        """Put `host` in the place of `was`, or as a new one. Raises ConfigError."""
        before = self._hosts.get(was) if was is not None else None
        self._hosts.put(host, was=was)
        self._note(Step(before, host))

    def remove(self, name: str) -> None:
        """Take a host away. Raises NotFound, ConfigError."""
        self._note(Step(self._hosts.remove(name), None))

    def undo(self) -> Step | None:
        """Undo the newest change and return it; None when there is none. Raises ConfigError, NotFound."""
        if not self._steps:
            return None
        step = self._steps[-1]
        if step.before is None and step.after is not None:
            self._hosts.remove(step.after.name)
        elif step.before is not None:
            self._hosts.put(step.before, was=step.after.name if step.after else None)
        self._steps.pop()
        return step

    def _note(self, step: Step) -> None:
        self._steps = [*self._steps[1 - DEPTH :], step]

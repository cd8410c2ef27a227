"""What is done with the hosts a person has chosen and leaves them as they are: open, check, look into, export."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.ui.host_edits import MANY, HostEdits
from sshtui.ui.jobs import Jobs
from sshtui.ui.parts import Parts
from sshtui.ui.reach_checks import ReachChecks

if TYPE_CHECKING:
    from textual.screen import Screen

OpenHost = Callable[[Host, bool], Awaitable[None]]


class HostActions:
    """Knows no widget: asks and tells through `jobs`, shows screens through `push`."""

    def __init__(
        self,
        parts: Parts,
        edits: HostEdits,
        jobs: Jobs,
        open_host: OpenHost,
        push: Callable[[Screen[None]], object],
    ) -> None:
        self._parts = parts
        self._edits = edits
        self._jobs = jobs
        self._open_host = open_host
        self._push = push

    async def open_all(self, hosts: Sequence[Host], *, another: bool) -> bool:
        """Open a tab on each; asks first when they are many. Whether they were opened."""
        if len(hosts) > MANY:
            text = f"{len(hosts)} hosts are marked; each gets a tab and a connection."
            if not await self._jobs.prompter.ask(Confirm("Open all of them?", text, yes=f"Open {len(hosts)}")):
                return False
        for host in hosts:
            await self._open_host(host, another)
        return True

    def why(self, host: Host | None) -> None:
        """Show every option in force for a host and where it comes from."""
        if host is None:
            self._jobs.say("Choose a host first.")
        else:
            from sshtui.ui.screens.why import WhyScreen

            self._push(WhyScreen(host.name, lambda: self._parts.why(host), self._jobs))

    def start_import(self) -> None:
        """Show the screen that brings hosts from other programs."""
        from sshtui.ui.screens.importing import ImportScreen

        self._push(ImportScreen(self._parts.hosts.hosts, self._edits.save_imported, self._jobs.prompter))

    def start_export(self, hosts: Sequence[Host]) -> None:
        """Show the screen that writes `hosts`, or all that are saved, for other programs."""
        from sshtui.ui.screens.exporting import ExportScreen

        chosen = hosts or self._parts.hosts.hosts()
        self._push(ExportScreen(chosen, self._parts.effective, self._jobs.prompter, chosen=bool(hosts)))

    async def check(self, checks: ReachChecks, hosts: Sequence[Host]) -> None:
        """Ask whether servers answer; nobody logs in."""
        if hosts:
            await checks.check([self._parts.effective(host) for host in hosts])
        else:
            self._jobs.say("Choose a host first.")

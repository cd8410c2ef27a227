"""What is done to the hosts a person has chosen, one or many: open, change, move, check, look into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, Prompter
from sshtui.ui.host_edits import MANY, HostEdits
from sshtui.ui.host_rows import FolderRow, HostListRow, HostRow, is_read_only
from sshtui.ui.listing import Listing
from sshtui.ui.parts import Parts
from sshtui.ui.reach_checks import ReachChecks

if TYPE_CHECKING:
    from textual.screen import Screen

    from sshtui.ui.widgets.ask_line import Ask

OpenHost = Callable[[Host, bool], Awaitable[None]]


class HostActions:
    """Knows no widget: asks through `ask` and `prompter`, shows screens through `push`."""

    def __init__(
        self,
        parts: Parts,
        edits: HostEdits,
        listing: Listing,
        prompter: Prompter,
        open_host: OpenHost,
        ask: Ask,
        push: Callable[[Screen[None]], object],
    ) -> None:
        self._parts = parts
        self._edits = edits
        self._listing = listing
        self._prompter = prompter
        self._open_host = open_host
        self._ask = ask
        self._push = push

    async def open_all(self, hosts: Sequence[Host], *, another: bool) -> bool:
        """Open a tab on each; asks first when they are many. Whether they were opened."""
        if len(hosts) > MANY:
            text = f"{len(hosts)} hosts are marked; each gets a tab and a connection."
            if not await self._prompter.ask(Confirm("Open all of them?", text, yes=f"Open {len(hosts)}")):
                return False
        for host in hosts:
            await self._open_host(host, another)
        return True

    def move(self, row: HostListRow | None, hosts: Sequence[Host], done: Callable[[], None]) -> None:
        """Ask where to, and move the hosts there, or else the folder under the cursor; then `done`."""
        if not hosts and isinstance(row, FolderRow) and _is_own(row):
            self._move_folder(row.path)
            return
        own = self._edits.all_changeable(hosts)
        if not own:
            return

        def accept(folder: str) -> str:
            problem = self._edits.move(own, folder)
            if not problem:
                done()
            return problem

        what = own[0].name if len(own) == 1 else f"{len(own)} hosts"
        before = own[0].folder if len({host.folder for host in own}) == 1 else ""
        hint = "a folder as prod/web; empty is the top"
        self._ask(f"move {what} to", accept, text=before, hint=hint, among=self._listing.folders(), back=True)

    def _move_folder(self, path: str) -> None:
        def accept(to: str) -> str:
            return self._edits.move_folder(path, to, self._listing.catalogue)

        self._ask(f"move the folder {path} to", accept, text=path, among=self._listing.folders(), back=True)

    def drop(self, row: HostListRow, target: HostListRow, marked: Sequence[Host]) -> None:
        """`row` was dragged onto `target`: it goes into that folder, and all that is marked with it."""
        folder = target.path if isinstance(target, FolderRow) else target.host.folder
        if (isinstance(target, FolderRow) and not _is_own(target)) or (
            isinstance(target, HostRow) and not target.host.editable
        ):
            self._edits.tell("That is no folder of yours; nothing is moved.", "warning")
        elif isinstance(row, HostRow):
            with_it = marked if any(host.name == row.host.name for host in marked) else [row.host]
            self._edits.move(self._edits.all_changeable(with_it), folder)
        elif _is_own(row):
            title = row.path.rpartition("/")[2]
            self._edits.move_folder(row.path, f"{folder}/{title}" if folder else title, self._listing.catalogue)

    def why(self, host: Host | None) -> None:
        """Show every option in force for a host and where it comes from."""
        if host is None:
            self._edits.tell("Choose a host first.")
        elif self._parts.why is not None:
            from sshtui.ui.screens.why import WhyScreen

            self._push(WhyScreen(host.name, self._parts.why(host)))

    def start_import(self) -> None:
        """Show the screen that brings hosts from other programs."""
        from sshtui.ui.screens.importing import ImportScreen

        self._push(ImportScreen(self._parts.hosts.hosts, self._edits.save_imported, self._prompter))

    def start_export(self, hosts: Sequence[Host]) -> None:
        """Show the screen that writes `hosts`, or all that are saved, for other programs."""
        from sshtui.ui.screens.exporting import ExportScreen

        chosen = hosts or self._parts.hosts.hosts()
        self._push(ExportScreen(chosen, self._parts.effective, self._prompter, chosen=bool(hosts)))

    async def check(self, checks: ReachChecks | None, hosts: Sequence[Host]) -> None:
        """Ask whether servers answer; nobody logs in."""
        if checks is None or not hosts:
            self._edits.tell("Choose a host first.")
            return
        await checks.check([self._parts.effective(host) for host in hosts])


def _is_own(row: FolderRow) -> bool:
    return not is_read_only(row.path) and not row.path.startswith("/")

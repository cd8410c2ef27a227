"""Import: the hosts of another program's file, as a plan first and saved only after a yes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from sshtui.errors import SshtuiError
from sshtui.model.hosts import Host, folder_problem
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain
from sshtui.store.importers.found import Found
from sshtui.store.importers.guess import guess_format
from sshtui.store.importers.plan import FORMATS, Step, plan, sums, to_save
from sshtui.ui.history import Edit
from sshtui.ui.line_input import LineInput
from sshtui.ui.screens.exchange import MOST_SHOWN, ExchangeScreen
from sshtui.ui.widgets.chooser import Chooser
from sshtui.ui.widgets.host_facts import facts_of_host

NAMED = 5
"""Hosts named in the question whose connections run something here, or judge host keys in their own way."""

GUESS = "what the file looks like"

EMPTY = """Hosts of other programs, or of a list.

Type the file; Tab completes it. Enter reads it and shows what would be saved. Nothing is written before you say yes, \
and passwords are never taken."""


NOTHING = "No hosts were found in it. Is it of another format? The arrow keys choose one in its field."


class ImportScreen(ExchangeScreen[Step]):
    """Reads a file and shows the plan, line by line; `saved` gives what there is, `save` saves in one step to undo."""

    FORMATS = (GUESS, *sorted(FORMATS))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "import", "import", tooltip="Save what the plan says, after asking"),
        Binding("x", "conflicts", "conflicts too, or not", tooltip="Take hosts too whose name is taken, or leave them"),
    ]
    HELP = "Import"

    DEFAULT_CSS = "ImportScreen.-wide #list { width: 60%; }"

    def __init__(
        self, saved: Callable[[], Sequence[Host]], save: Callable[[Sequence[Edit], str], None], prompter: Prompter
    ) -> None:
        super().__init__(prompter)
        self._saved = saved
        self._save = save
        self._steps: tuple[Step, ...] = ()
        self._planned_on: Mapping[str, Host] = {}
        self._read: tuple[str, Path, str] | None = None
        self._conflicts = False

    @property
    def file_hint(self) -> str:
        return "~/sessions.reg; Tab completes, Enter reads"

    def more_fields(self) -> Iterable[tuple[str, Widget]]:
        yield "folder", LineInput(placeholder="none; put them below this one", id="folder", compact=True)

    def on_mount(self) -> None:
        self._show_plan()

    def row(self, entry: Step) -> Content:
        return Content.assemble((f" {entry.action:<9}", "bold"), f"{plain(entry.name, 60)}  {plain(entry.where, 200)}")

    def facts(self, entry: Step | None) -> Content:
        if entry is None:
            return Content(EMPTY if self._read is None else NOTHING)
        parts: list[Any] = [(plain(entry.name, 100), "bold"), f"\n{_MEANINGS[entry.action]}\n"]
        if entry.why:
            parts.append(f"{plain(entry.why, 500)}\n")
        if entry.runs:
            parts.append((f"Connecting runs on this computer: {plain(entry.runs, 500)}\n", "bold $warning"))
        if entry.trusts:
            parts.append((f"Its host key is judged by {plain(entry.trusts, 500)}\n", "bold $warning"))
        if entry.host is not None:
            parts.append("\n")
            for label, text in facts_of_host(entry.host):
                parts += [(f"{label:<11}", "$muted"), f"{plain(text, 500)}\n"]
        return Content.assemble(*parts)

    # What is asked for

    @on(Chooser.Chosen)
    def _format_chosen(self, event: Chooser.Chosen) -> None:
        event.stop()
        if self._read is not None:
            self._start(stay=True)

    def go(self) -> None:
        self._start(stay=False)

    def _start(self, *, stay: bool) -> None:
        """Read the file and show the plan; the focus goes to it, or stays."""
        path = self.path()
        folder = self.typed("folder").strip("/")
        if problem := folder_problem(folder):
            self.jobs.say(f"The folder {plain(folder, 60)} cannot be one. {problem}", warning=True)
        elif path is not None:
            self._load(self.format, path, folder, stay=stay)

    @work(group="read", exclusive=True)
    async def _load(self, format: str, path: Path, folder: str, *, stay: bool) -> None:
        self.show_title(f"Import: reading {plain(str(path), 200)} ...")
        try:
            if format == GUESS:
                format = await asyncio.to_thread(guess_format, path)
            found = await asyncio.to_thread(FORMATS[format], path)
        except SshtuiError as error:
            self._steps, self._read = (), None
            self._show_plan()
            self.tell_here(Content.assemble((plain(error.sentence, 500), "$error"), f"\n{plain(error.hint, 500)}"))
            return
        self._steps, self._read = self._plan(found, folder), (format, path, folder)
        self._show_plan()
        if not stay:
            self.query_one("#list").focus()

    def action_conflicts(self) -> None:
        """Whether hosts that go elsewhere than the saved ones are imported too."""
        self._conflicts = not self._conflicts
        self._show_plan()

    @work(group="import", exclusive=True)
    async def action_import(self) -> None:
        """Save what the plan says, after asking."""
        wanted = to_save(self._steps, conflicts=self._conflicts)
        if not wanted or self._read is None:
            self.jobs.say("There is nothing to save." if self._read else "Read a file first.", warning=True)
            return
        format, path, folder = self._read
        text = f"{sums(self._steps)} in {plain(str(path), 300)}.\nu in the list of hosts undoes it."
        saved = [step for step in self._steps if step.host in wanted]
        text += _named("Connecting to these runs on this computer:", {step.name: step.runs for step in saved})
        text += _named("These say by what their host keys are judged:", {step.name: step.trusts for step in saved})
        if not await self.jobs.prompter.ask(Confirm(f"Save {len(wanted)} hosts?", text, yes="Save")):
            return
        try:
            # From what the plan was made on: what others save in the meantime stays, or is told.
            self._save([(self._planned_on.get(host.name), host) for host in wanted], path.name)
        except SshtuiError as error:
            self.jobs.failed(error)
            return
        found = await self.jobs.attempt(lambda: FORMATS[format](path))
        self._steps = self._plan(found, folder) if found is not None else ()
        self._show_plan()
        done = f"{len(wanted)} hosts saved, from {plain(str(path), 300)}."
        self.show_title(f"Import: {done}")
        self.tell_here(
            Content.assemble((done, "bold"), "\n\nu in the list of hosts takes them away again. Esc goes there.")
        )

    def _plan(self, found: Found, folder: str) -> tuple[Step, ...]:
        saved = self._saved()
        self._planned_on = {host.name: host for host in saved}
        return plan(found, saved, folder=folder)

    def _show_plan(self) -> None:
        self.show_entries(self._steps[:MOST_SHOWN])
        if self._read is None:
            self.show_title("Import hosts")
            return
        wanted = len(to_save(self._steps, conflicts=self._conflicts))
        more = f", {MOST_SHOWN} shown" if len(self._steps) > MOST_SHOWN else ""
        with_conflicts = ", conflicts too" if self._conflicts else ""
        self.show_title(f"Import {self._read[0]}: i saves {wanted}{with_conflicts}; {sums(self._steps)}{more}")


def _named(title: str, told: Mapping[str, str]) -> str:
    """A paragraph on the hosts of which something is told; "" without any."""
    lines = [f"{plain(name, 40)}: {plain(text, 200)}" for name, text in told.items() if text]
    more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
    return "\n".join(["\n", title, *lines[:NAMED], *more]) if lines else ""


_MEANINGS = {
    "new": "It is saved.",
    "same": "It is saved already, just so.",
    "changed": "Saved already; these fields are filled in or replaced:",
    "conflict": "The name is taken by a host that goes elsewhere. It is left alone unless x takes conflicts too.",
    "skipped": "It is left out:",
}

"""Export: saved hosts as a file for another program, shown before it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain, plain_lines
from sshtui.store.exporters import EXPORTS, Inherit, exported, in_the_way, write_export
from sshtui.ui.screens.exchange import MOST_SHOWN, ExchangeScreen
from sshtui.ui.widgets.chooser import Chooser

FORMATS = ("ssh_config", *sorted(EXPORTS.keys() - {"ssh_config"}))
"""The most asked for comes first."""

_FILES = {"ssh_config": "~/.ssh/sshtui.conf", "putty": "~/hosts.reg", "csv": "~/hosts.csv", "json": "~/hosts.json"}

EMPTY = "There are no saved hosts to export. a in the list of hosts adds one."


class ExportScreen(ExchangeScreen[Host]):
    """Lists the hosts that would be written, and beside each the text that stands for it."""

    FORMATS = FORMATS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "write", "write the file"),
    ]
    HELP = "Export"

    DEFAULT_CSS = "ExportScreen.-wide #list { width: 40%; }"

    def __init__(self, hosts: Sequence[Host], inherit: Inherit, prompter: Prompter, *, chosen: bool) -> None:
        """`inherit` adds what folders say; `chosen`: whether `hosts` are those a person marked, not all."""
        super().__init__(prompter)
        self._hosts = hosts
        self._inherit = inherit
        self._chosen = chosen

    @property
    def file_hint(self) -> str:
        return _hint(FORMATS[0])

    def on_mount(self) -> None:
        self._show_hosts()

    def row(self, entry: Host) -> Content:
        return Content.assemble((f" {plain(entry.name, 60)}", "bold"), f"  {plain(entry.destination, 200)}")

    def facts(self, entry: Host | None) -> Content:
        if entry is None:
            return Content(EMPTY)
        return Content("\n".join(plain_lines(exported(self.format, [entry], self._inherit), 60)))

    @on(Chooser.Chosen)
    def _format_chosen(self, event: Chooser.Chosen) -> None:
        event.stop()
        self.query_one("#file", Input).placeholder = _hint(event.word)
        self.show_facts()

    def go(self) -> None:
        self.action_write()

    def action_write(self) -> None:
        """Write the file, after asking where one stands there."""
        if not self._hosts:
            self.jobs.say(EMPTY, warning=True)
        elif (path := self.path()) is not None:
            self._write(path)

    @work(group="write", exclusive=True)
    async def _write(self, path: Path) -> None:
        format = self.format
        if there := await asyncio.to_thread(in_the_way, format, self._hosts, path):
            question = Confirm("Replace what is there?", plain(there, 400), yes="Replace", danger=True)
            if not await self.jobs.prompter.ask(question):
                return
        done = await self.jobs.attempt(lambda: write_export(format, self._hosts, path, self._inherit))
        if done is not None:
            self.show_title(f"Export: {plain(done.splitlines()[0], 300)}")
            self.query_one("#list").focus()
            self.tell_here(Content("\n".join(plain_lines(done, 10))))

    def _show_hosts(self) -> None:
        which = "the marked" if self._chosen else "all"
        more = f", {MOST_SHOWN} shown" if len(self._hosts) > MOST_SHOWN else ""
        self.show_title(f"Export {which} {len(self._hosts)} hosts{more}" if len(self._hosts) != 1 else "Export 1 host")
        self.show_entries(self._hosts[:MOST_SHOWN])


def _hint(format: str) -> str:
    return f"{_FILES.get(format, '~/hosts')}; Tab completes, Enter writes"

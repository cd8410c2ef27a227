""" "Why is this set?": every option in force for a host, where it comes from and what it overrode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import work
from textual.content import Content

from sshtui.model.text import plain
from sshtui.store.ssh_config_effective import DEFAULT, Row
from sshtui.store.why import Explanation
from sshtui.ui.jobs import Jobs
from sshtui.ui.screens.filtered import FilteredScreen

_KEYWORD = 29


class WhyScreen(FilteredScreen[Row]):
    """What is set comes first, then the defaults; what was passed over stands in the facts of an empty filter."""

    FILTER_HINT = "/ filter by option, value or file"
    HELP = "Why is this set?"

    DEFAULT_CSS = "WhyScreen.-wide #list { width: 60%; }"

    def __init__(self, name: str, explain: Callable[[], Explanation], jobs: Jobs) -> None:
        """`explain` may take seconds, while it asks names and commands; what goes wrong in it is told by `jobs`."""
        super().__init__()
        self._host = name
        self._explain = explain
        self._jobs = jobs
        self._found: Explanation | None = None
        self._rows: list[Row] = []

    def on_mount(self) -> None:
        self.show_title(f"Why is this set? {plain(self._host, 80)}")
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        self._found = await self._jobs.attempt(self._explain)
        if self._found is None:
            self.dismiss()
            return
        self._rows = sorted(self._found.rows, key=lambda row: row.origin == DEFAULT)
        self.filter_changed()

    def row(self, entry: Row) -> Content:
        keyword, value = plain(entry.keyword, 60), plain(entry.value, 200)
        if entry.origin == DEFAULT:
            return Content(f" {keyword:<{_KEYWORD}} {value}")
        mark = "" if entry.followed else "not followed: "
        return Content.assemble((f" {keyword:<{_KEYWORD}} ", "bold"), f"{mark}{value}")

    def facts(self, entry: Row | None) -> Content:
        if self._found is None:
            return Content("Looking ...")
        if entry is None:
            return Content("No option matches. Esc shows all of them.")
        parts: list[Any] = [(plain(entry.keyword, 60), "bold"), f"\n{plain(entry.value, 2000)}\n\n"]
        if entry.origin == DEFAULT:
            parts.append("Nothing sets it: that is the default.\n")
            parts += ["\n", (f"{plain(entry.note, 200)}\n", "$warning")] if entry.note else []
        else:
            parts += [("from ", "$muted"), plain(entry.origin, 300), "\n"]
        for value, origin in entry.overrode:
            parts += [("instead of ", "$muted"), plain(value, 2000), ("\n  from ", "$muted"), plain(origin, 300), "\n"]
        if not entry.followed and entry.origin != DEFAULT:
            parts.append(("\nsshtui does not follow it.\n", "$warning"))
        if self._found.warnings:
            parts.append(("\nPassed over:\n", "bold $warning"))
            parts += [f"{plain(warning, 500)}\n" for warning in self._found.warnings[:20]]
        return Content.assemble(*parts)

    def filter_changed(self) -> None:
        if self._found is None:
            return
        words = self.filter_text.lower().split()
        found = [row for row in self._rows if all(word in _searched(row) for word in words)]
        given = sum(row.origin != DEFAULT for row in found)
        self.show_title(f"Why is this set? {plain(self._host, 80)}: {given} set, {len(found) - given} defaults")
        self.show_entries(found)


def _searched(row: Row) -> str:
    others = " ".join(f"{value} {origin}" for value, origin in row.overrode)
    return f"{row.keyword} {row.value} {row.origin} {others}".lower()

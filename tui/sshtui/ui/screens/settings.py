"""What is set for the whole program, what each setting means, and in which file a person changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from textwrap import wrap

from textual.content import Content

from sshtui.model.settings import Settings
from sshtui.model.text import plain
from sshtui.ui.screens.reading import ReadingScreen

MEANINGS = {
    "theme": "colours; the palette (theme) changes it at once",
    "scrollback": "lines that each tab keeps",
    "connect_timeout": "seconds until connecting is given up",
    "keep_alive": "seconds between two signs of life, 0 for none",
    "keep_alive_misses": "unanswered ones until the connection is lost",
    "sort": "order of the hosts: name, recent, used",
    "sidebar_columns": "width of the list; its edge can be dragged",
    "confirm_paste": "show a paste of several lines before it is sent",
    "mouse": "false leaves the mouse to your terminal",
    "unicode": "true or false; unset, the locale decides",
    "match_exec": "run the commands of Match exec in ~/.ssh/config",
}
"""What each field of `Settings` does, for a person."""

_LABEL = 20
_NARROWEST = 12


class SettingsScreen(ReadingScreen):
    """Shows `settings` as they were at the start, and the `files`, by what is in them."""

    def __init__(self, settings: Settings, files: Mapping[str, str], *, unicode: bool = True) -> None:
        super().__init__("Settings", unicode=unicode)
        self._settings = settings
        self._files = files

    def text(self) -> Content:
        room = max(self.columns - _LABEL, _NARROWEST)
        lines = [Content("They are edited by hand and count from the next start."), Content("")]
        for what, path in self._files.items():
            lines += _row(what, plain(path, 300), room)
        lines.append(Content(""))
        for each in fields(self._settings):
            lines += _row(each.name, _written(getattr(self._settings, each.name)), room)
            lines += [Content.assemble(" " * _LABEL, (line, "$muted")) for line in wrap(MEANINGS[each.name], room)]
        return Content("\n").join(lines)

    def on_resize(self) -> None:
        self.show()


def _row(label: str, text: str, room: int) -> list[Content]:
    first, *others = wrap(text, room) or [""]
    head = Content.assemble((f"{label:<{_LABEL}}", "bold"), first)
    return [head, *(Content(" " * _LABEL + other) for other in others)]


def _written(value: object) -> str:
    """As TOML writes it; an unset one is said to be so."""
    if value is None:
        return "unset"
    return str(value).lower() if isinstance(value, bool) else str(value)

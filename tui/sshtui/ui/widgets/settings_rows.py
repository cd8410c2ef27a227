"""A few fields with their labels, above a list."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static


class SettingRow(Widget):
    """A label and a field of one line."""

    DEFAULT_CSS = """
    SettingRow {
        layout: horizontal;
        height: 1;
        Static { width: 9; padding: 0 1; color: $muted; }
        Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $surface; }
        Input:focus { border: none; background: $panel; }
        Input > .input--placeholder { color: $muted; text-style: italic; }
        Input > .input--suggestion { color: $muted; }
        &:focus-within Static { color: $accent; text-style: bold; }
    }
    """

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__()
        self._label, self._field = label, field

    def compose(self) -> ComposeResult:
        yield Static(Content(self._label))
        yield self._field


def settings_rows(*rows: tuple[str, Widget]) -> Iterator[SettingRow]:
    """A row for each label and field."""
    return (SettingRow(label, field) for label, field in rows)

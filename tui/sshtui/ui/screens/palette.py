"""Everything by name: actions, hosts, tabs, themes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from sshtui.model.text import plain
from sshtui.ui.fuzzy import matcher, positions
from sshtui.ui.keys import keystroke
from sshtui.ui.line_input import LineInput

SHOWN_AT_MOST = 200

COLUMNS = 76
"""How wide the palette is where there is room."""

NOTHING = "Nothing has such a name."

_KIND_COLUMNS = 8
_FRAME_COLUMNS = 6
"""Border, padding, scrollbar."""


@dataclass(frozen=True)
class Entry:
    """Something to choose: its name, of what kind it is, its keystrokes, and what choosing it does."""

    title: str
    kind: str
    labels: str
    choose: Callable[[], object]


class PaletteScreen(ModalScreen[Entry | None]):
    """A text and the entries that match it, best first. Gives the chosen entry, which the caller carries out."""

    CSS_PATH = "../styles/palette.tcss"

    def __init__(self, entries: Sequence[Entry], *, unicode: bool = True) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._entries = [(plain(entry.title, 120), entry) for entry in entries]
        self._matching: list[Entry] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="palette"):
            yield LineInput(placeholder="an action, a host, a tab, a theme", id="palette-text", compact=True)
            yield OptionList(id="palette-list", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._fill("")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value.strip())

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._matching[event.option_index])

    def on_key(self, event: events.Key) -> None:
        options = self.query_one(OptionList)
        match keystroke(event).name:
            case "escape":
                self.dismiss(None)
            case "enter":
                if options.highlighted is not None and self._matching:
                    self.dismiss(self._matching[options.highlighted])
            case "up":
                options.action_cursor_up()
            case "down":
                options.action_cursor_down()
            case _:
                return
        event.stop()
        event.prevent_default()

    def _fill(self, query: str) -> None:
        rate = matcher(query)
        rated = [
            (rating, place)
            for place, (title, _) in enumerate(self._entries)
            if (rating := rate(title.lower())) is not None
        ]
        if query:
            rated.sort()
        chosen = [self._entries[place] for _, place in rated[:SHOWN_AT_MOST]]
        self._matching = [entry for _, entry in chosen]
        columns = min(int(self.app.size.width * 0.9), COLUMNS) - _FRAME_COLUMNS
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_line(title, entry, query, columns)) for title, entry in chosen])
        options.highlighted = 0 if chosen else None
        if not chosen:
            options.add_option(Option(Content(NOTHING), disabled=True))


def _line(title: str, entry: Entry, query: str, columns: int) -> Content:
    """One entry on `columns` columns: kind, title with the matched letters marked, keystrokes at the right."""
    text = Content(title)
    for at in positions(query, title):
        text = text.stylize("bold $accent", at, at + 1)
    labels = plain(entry.labels, 40)
    gap = columns - _KIND_COLUMNS - text.cell_length - cell_len(labels)
    kind = (f"{entry.kind:<{_KIND_COLUMNS}}", "$muted")
    return Content.assemble(kind, text, (" " * max(gap, 2) + labels if labels and gap > 0 else "", "$muted"))

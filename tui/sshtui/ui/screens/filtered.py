"""A screen that lists things and has a filter above the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sshtui.ui.line_input import LineInput
from sshtui.ui.screens.catalogue import CatalogueScreen

E = TypeVar("E")


class FilteredScreen(CatalogueScreen[E], Generic[E]):
    """`/` goes to the filter, Enter back to the list, Esc empties it first. `filter_changed` lists what it leaves."""

    FILTER_HINT: ClassVar[str] = "/ filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", tooltip="Filter the list; Esc shows all of it again")
    ]

    DEFAULT_CSS = """
    FilteredScreen {
        #filter { height: 1; border: none; padding: 0 1; background: $surface; &:focus { border: none; } }
        #filter > .input--placeholder { color: $muted; text-style: italic; }
    }
    """

    def above_list(self) -> Iterable[Widget]:
        yield LineInput(placeholder=self.FILTER_HINT, id="filter", compact=True)

    @property
    def filter_text(self) -> str:
        """What is typed into the filter."""
        return self.query_one("#filter", Input).value.strip()

    def filter_changed(self) -> None:
        """List what the filter leaves."""
        raise NotImplementedError

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.filter_changed()

    @on(Input.Submitted, "#filter")
    def _to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#list").focus()

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_one("#filter").focus()

    def action_leave(self) -> None:
        """Out of the filter, which is emptied; or back to where we came from."""
        field = self.query_one("#filter", Input)
        if field.value or field.has_focus:
            field.value = ""
            self.query_one("#list").focus()
        else:
            self.dismiss()

"""What import and export share: the fields for file and format above the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from sshtui.files import with_home
from sshtui.model.questions import Prompter
from sshtui.model.text import plain
from sshtui.ui.jobs import Jobs
from sshtui.ui.screens.catalogue import CatalogueScreen
from sshtui.ui.widgets.chooser import Chooser
from sshtui.ui.widgets.path_input import PathInput
from sshtui.ui.widgets.settings_rows import settings_rows

E = TypeVar("E")

MOST_SHOWN = 1000
"""Lines that are listed; nobody goes through more of them, and all count."""

_MOST_NAMES = 60
"""Files named when Tab meets several."""


class ExchangeScreen(CatalogueScreen[E], Generic[E]):
    """Lists what goes in or out. `go` is what Enter in a field asks for."""

    AUTO_FOCUS = "#file"
    FORMATS: ClassVar[Sequence[str]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "file", "another file", tooltip="Type another file")]

    def __init__(self, prompter: Prompter) -> None:
        super().__init__()
        self.jobs = Jobs(prompter)

    def above_list(self) -> Iterable[Widget]:
        yield from settings_rows(
            ("file", PathInput(id="file", placeholder=self.file_hint)),
            ("format", Chooser(self.FORMATS, id="format")),
            *self.more_fields(),
        )

    @property
    def file_hint(self) -> str:
        """What stands in the empty field."""
        return "Tab completes"

    def more_fields(self) -> Iterable[tuple[str, Widget]]:
        """Further labels and fields."""
        return ()

    @property
    def format(self) -> str:
        """The format that is chosen."""
        return self.query_one("#format", Chooser).word

    def path(self) -> Path | None:
        """The file that is typed; None, which is told, where there is none."""
        text = self.typed("file")
        if not text:
            self.jobs.say("Type the file first.", warning=True)
            return None
        return with_home(text)

    def typed(self, field: str) -> str:
        """What stands in the field with that id."""
        return self.query_one(f"#{field}", Input).value.strip()

    def go(self) -> None:
        """Do what Enter in a field asks for."""
        raise NotImplementedError

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.go()

    @on(PathInput.Several)
    def _several(self, event: PathInput.Several) -> None:
        event.stop()
        names = "  ".join(plain(path.rstrip("/").rpartition("/")[2], 40) for path in event.paths[:_MOST_NAMES])
        self.tell_here(Content(names) if names else self.facts(self.marked))

    def action_file(self) -> None:
        """Type another file."""
        self.query_one("#file").focus()

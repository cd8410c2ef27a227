"""The app class below ours: what every Textual app needs before it may show text from strangers."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from rich.text import Text
from textual.app import App, ReturnType
from textual.filter import LineFilter

from sshtui.ui.scrub import SCRUB, scrubbed


class SteadyApp(App[ReturnType]):
    """An app that paints no control characters and whose crash report holds no values of variables.

    `unicode`: whether the terminal shows more than ASCII.
    """

    unicode: bool = True

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then the one that takes control characters out."""
        return [*super().get_line_filters(), SCRUB]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colour names for a theme that does not know them, as Textual's do not."""
        return {"muted": "#808080", "focus": "#5fafff", "line": "#505050"}

    def _fatal_error(self) -> None:
        """Close with a message and exit code 1 after a mistake of ours.

        Textual's own report prints the local variables, passwords among them.
        """
        kind, error, where = sys.exc_info()
        frames = "".join(traceback.format_exception(kind, error, where, limit=-12))
        self.panic(
            Text(
                scrubbed(f"{frames}\nsshtui has made a mistake and had to close: {kind.__name__ if kind else ''}.\n")
                + "The lines above say where; please report them."
            )
        )

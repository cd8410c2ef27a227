"""The view of a terminal as its parts see it: mouse, painting, clipboard and the short way to the outer terminal."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widget import Widget

from sshtui.terminal.selection import Selection
from sshtui.ui.terminal.copy_mode import CopyMode
from sshtui.ui.terminal.subject import Subject
from sshtui.ui.terminal.viewport import Viewport


class Surface(Widget):
    """A widget that shows `session` through `viewport`. `widgets.terminal_view.TerminalView` is the one there is."""

    session: Subject
    viewport: Viewport
    copying: CopyMode | None
    """Copy mode, while it is on."""
    in_focus: bool
    """As `has_focus`, which takes long to find: it is asked for at every keystroke and for every row."""

    @property
    def ringing(self) -> bool:
        """Whether the bell rang just now."""
        raise NotImplementedError

    @property
    def marked(self) -> Selection | None:
        """What the mouse has marked."""
        raise NotImplementedError

    @property
    def cursor_seen(self) -> bool:
        """False in the dark half of a blinking cursor's time."""
        raise NotImplementedError

    def written(self, y: int) -> str:
        """Row `y` as characters and control sequences."""
        raise NotImplementedError

    def place_cursor(self, corner: Offset) -> None:
        """Tell the outer terminal where an input method should stand; `corner`: where the view begins."""
        raise NotImplementedError

    def scroll_lines(self, lines: int) -> None:
        """Scroll by `lines`, up when negative."""
        raise NotImplementedError

    def copy(self, selection: Selection) -> None:
        """Put what is marked on the clipboard."""
        raise NotImplementedError

    def paste_clipboard(self) -> None:
        """Paste what this machine's clipboard holds, or what was copied here last."""
        raise NotImplementedError

    def send_paste(self, text: str) -> None:
        """Send text that nobody needs to look at any more."""
        raise NotImplementedError

    def open_link(self, target: str) -> None:
        """Open an address in a browser after showing it."""
        raise NotImplementedError

"""One terminal view on a stage, over a drawn session or a real emulator."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widgets import Button

from sshtui.model.geometry import Size
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Prompter
from sshtui.session.changes import ScreenChanged
from sshtui.terminal.emulator import Emulator
from sshtui.ui.terminal.subject import Subject
from sshtui.ui.widgets.terminal_view import TerminalView
from tests.fakes.terminal import DrawnSession


class EmulatedSession(DrawnSession):
    """A session whose screen is an emulator's."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.emulator: Emulator = Emulator(size)  # type: ignore[assignment]  # the real thing in place of a drawing

    def resize(self, size: Size) -> None:
        super().resize(size)
        self.tell(ScreenChanged(self.emulator.resize(size).rows))

    def write(self, data: bytes) -> bytes:
        """Output of the remote; what the emulator answers."""
        update = self.emulator.feed(data)
        self.tell(ScreenChanged(update.rows))
        return update.reply


class Stage(App[None], inherit_bindings=False):
    """A view that fills the screen, and a button elsewhere to give the focus to."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "TerminalView { width: 100%; height: 1fr; } Button { display: none; }"

    def __init__(
        self,
        session: Subject,
        *,
        prompter: Prompter | None = None,
        claims: Callable[[Keystroke], bool] = lambda _pressed: False,
    ) -> None:
        super().__init__()
        self.view = TerminalView(session, claims=claims, prompter=prompter)
        self.claimed: list[str] = []
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view
        yield Button("elsewhere")

    def on_mount(self) -> None:
        self.view.focus()

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Keep the address instead of opening it."""
        self.opened.append(url)

    @property
    def lines(self) -> list[str]:
        """What the view shows, without blanks at the ends."""
        return [strip.text.rstrip() for strip in self.view.render_lines(self.view.size.region)]

    def look(self, y: int, x: int) -> tuple[str, str]:
        """Foreground and background of a cell as `#rrggbb`."""
        strip = self.view.render_lines(self.view.size.region)[y].crop(x, x + 1)
        style = next(iter(strip)).style
        assert style is not None
        assert style.color is not None
        assert style.bgcolor is not None
        return style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex

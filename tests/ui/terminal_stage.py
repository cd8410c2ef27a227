"""One terminal view on a stage, over a drawn session or a real emulator."""

from __future__ import annotations

import base64
from typing import Any

from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Button

from sshtui.model.geometry import Size
from sshtui.model.questions import Prompter
from sshtui.session.changes import Noticed, ScreenChanged
from sshtui.terminal.emulator import Emulator
from sshtui.ui.steady import SteadyApp
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
        for event in update.events:
            self.tell(Noticed(event))
        return update.reply

    def offer(self, text: str) -> None:
        """A program sets the clipboard (OSC 52)."""
        self.write(b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\x07")


class WatchedView(TerminalView):
    """A view that remembers what Textual had it paint."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.painted: dict[int, str] = {}

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint and remember."""
        strips = super().render_lines(crop)
        self.painted |= {y: strip.text.rstrip() for y, strip in zip(crop.line_range, strips, strict=True)}
        return strips

    def looked_at(self) -> list[Strip]:
        """All lines as they would be painted now."""
        return super().render_lines(self.size.region)


class Stage(SteadyApp[None], inherit_bindings=False):
    """A view that fills the screen, and a button elsewhere to give the focus to."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "TerminalView { width: 100%; height: 1fr; } Button { display: none; }"

    def __init__(
        self,
        session: Subject,
        *,
        prompter: Prompter | None = None,
    ) -> None:
        super().__init__()
        self.view = WatchedView(session, prompter=prompter)
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
        return [strip.text.rstrip() for strip in self.view.looked_at()]

    @property
    def painted(self) -> list[str]:
        """What was painted last: rows that nobody told dirty are as they were."""
        return [self.view.painted.get(row, "") for row in range(self.view.size.height)]

    def look(self, y: int, x: int) -> tuple[str, str]:
        """Foreground and background of a cell as `#rrggbb`."""
        strip = self.view.looked_at()[y].crop(x, x + 1)
        style = next(iter(strip)).style
        assert style is not None
        assert style.color is not None
        assert style.bgcolor is not None
        return style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex

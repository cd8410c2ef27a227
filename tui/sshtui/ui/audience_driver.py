"""Textual's driver for an app whose terminals come and go."""

from __future__ import annotations

from typing import Any

from textual import messages
from textual.app import App
from textual.driver import Driver
from textual.message import Message

from sshtui.ui.onlooker import SYNC_END, SYNC_START
from sshtui.ui.steady import SteadyApp


class AudienceDriver(Driver):
    """Paints to the audience of a SteadyApp, and takes its events."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        assert isinstance(app, SteadyApp)
        assert app.audience is not None
        self._audience = app.audience
        self._steady = app
        super().__init__(
            app, debug=debug, mouse=mouse, size=size or (self._audience.size.width, self._audience.size.height)
        )
        self._frame: list[str] | None = None

    def lend_mouse(self) -> bool:
        """As SteadyDriver does, for all viewers."""
        return self._audience.lend_mouse()

    @property
    def is_headless(self) -> bool:
        """Nothing is painted while nobody looks."""
        return not self._audience.seats

    def write(self, data: str) -> None:
        """Show what the app paints; what stands between the marks of a frame goes in one piece."""
        if data == SYNC_START:
            self._frame = []
        elif data == SYNC_END:
            frame, self._frame = self._frame, None
            if frame:
                self._audience.paint("".join(frame))
        elif self._frame is not None:
            self._frame.append(data)
        else:
            self._audience.write(data)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app, on whose loop we stand."""
        self._steady.receive(message)

    def start_application_mode(self) -> None:
        """Begin to show the app."""
        # Each viewer is asked by itself whether it paints whole frames; the app marks them in any case.
        self.send_message(messages.TerminalSupportsSynchronizedOutput())
        self._audience.begin(self)

    def disable_input(self) -> None:
        """Nothing to do: viewers are let go when the app has ended."""

    def stop_application_mode(self) -> None:
        """Nothing to do, as above; the viewers' terminals are given back by the viewers."""

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Have an address opened by the viewer who asked for it."""
        self._audience.open_url(url)

"""What the console needs from the app's side, and is handed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sshtui.model.geometry import Size


class Viewer(Protocol):
    """A way into the running app that paints for one browser, as `sshtui.attach.viewer.Viewer` is."""

    async def read(self) -> tuple[bytes, bytes] | None:
        """The next frame; None when the app let go or is gone. Raises SshtuiError for what is no frame.

        Its kind: b"D" bytes for the terminal, b"M" a JSON object with a `type`, b"P" a piece of a file. Not reading
        holds this viewer's output up, never the app.
        """
        ...

    def type(self, typed: bytes) -> None:
        """Hand over input, as a terminal would."""
        ...

    async def drained(self) -> None:
        """Return when the app has taken what was typed, but for a little."""
        ...

    def resize(self, size: Size) -> None:
        """Say how large the browser's terminal is."""
        ...


OpenViewer = Callable[[Size], AbstractAsyncContextManager[Viewer]]
"""Start or find the app and attach to it for the length of the block. Raises SshtuiError."""

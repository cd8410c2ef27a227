"""A field for a path that Tab completes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.suggester import Suggester

from sshtui.ui.completion import completed, paths_like
from sshtui.ui.line_input import LineInput


class _Paths(Suggester):
    """The first path that what is typed can go on to."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        # In a thread: a directory may be on a slow disk, or on one that is gone.
        return next(iter(await asyncio.to_thread(paths_like, value)), None) if value else None


class PathInput(LineInput):
    """Tab goes on as far as all files that fit are alike, and to the next field where there is nothing to add."""

    @dataclass
    class Several(Message):
        """Tab met several files that fit; none when the text is complete."""

        paths: Sequence[str]

    def __init__(self, *, id: str, placeholder: str = "") -> None:
        super().__init__(id=id, placeholder=placeholder, compact=True, select_on_focus=False, suggester=_Paths())

    async def _on_key(self, event: events.Key) -> None:
        if event.key != "tab" or not self.value:
            return
        paths = await asyncio.to_thread(paths_like, self.value)
        longer = completed(self.value, paths)
        goes_on = longer != self.value
        self.post_message(self.Several(paths if len(paths) > 1 and goes_on else ()))
        if goes_on:
            event.stop()
            event.prevent_default()
            self.value = longer
            self.cursor_position = len(longer)

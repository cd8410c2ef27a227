"""The text field that the whole app uses."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class LineInput(Input):
    """A field in which every keystroke takes effect in the order it was pressed.

    Textual carries out a binding only after its keystroke went up to the app and back: what a fast hand, or a slow
    line that delivers in bursts, types after Backspace or Ctrl+U would overtake it. Enter keeps its way up, for the
    screens that decide what it does.
    """

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable or event.key == "enter":
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return

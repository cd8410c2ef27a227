"""One of several words, gone through with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class Chooser(Widget, can_focus=True):
    """Left and Right (or Space) go through `words`; a letter goes to the next word that begins with it."""

    DEFAULT_CSS = """
    Chooser { height: 1; width: 1fr; background: $surface; color: $foreground; }
    Chooser:focus { background: $panel; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "go(1)", show=False),
        Binding("left", "go(-1)", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Another word stands there."""

        word: str

    def __init__(self, words: Sequence[str], *, id: str) -> None:
        super().__init__(id=id)
        self._words = words
        self._at = 0

    @property
    def word(self) -> str:
        """The word that stands there."""
        return self._words[self._at]

    def render(self) -> Content:
        return Content.assemble(("< ", "$accent"), self.word, (" >", "$accent"))

    def action_go(self, by: int) -> None:
        """The next word, around the ends."""
        self._stand_at((self._at + by) % len(self._words))

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isalpha():
            further = [*range(self._at + 1, len(self._words)), *range(self._at + 1)]
            place = next((at for at in further if self._words[at].startswith(event.character.lower())), None)
            if place is not None:
                event.stop()
                self._stand_at(place)

    def on_click(self) -> None:
        self.action_go(1)

    def _stand_at(self, place: int) -> None:
        if place != self._at:
            self._at = place
            self.refresh()
            self.post_message(self.Chosen(self.word))

"""All keystrokes, by where they count."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from textual.content import Content

from sshtui.ui.actions import ACTIONS, Action, Scope
from sshtui.ui.keymap import Keymap, shown
from sshtui.ui.screens.reading import ReadingScreen

COLUMNS = 84
"""How wide the help is where there is room; `max-width` of its style."""

_KEYSTROKES = 27
_FRAME_COLUMNS = 7
"""Border, padding, scrollbar."""


class HelpScreen(ReadingScreen):
    """Made from the registry; what counts in `first` comes first. Any of `? q Esc Enter` closes it."""

    CLOSING = ReadingScreen.CLOSING | {"question_mark"}

    def __init__(self, keymap: Keymap, *, first: Scope = Scope.HOSTS, unicode: bool = True) -> None:
        super().__init__("Help", unicode=unicode)
        self._keymap = keymap
        self._first = first
        self._unicode = unicode

    def text(self) -> Content:
        lines: list[Content] = []
        leader = shown(self._keymap.leader, unicode=self._unicode)
        if leader:
            lines += [
                Content.assemble(
                    "In a terminal every keystroke goes to the remote, but these. ",
                    (leader, "bold $accent"),
                    " comes first; what follows is for sshtui. Twice sends it to the remote; held, it shows a menu.",
                ),
                Content(""),
            ]
        for scope in sorted(Scope, key=lambda scope: scope is not self._first):
            actions = [action for action in ACTIONS if action.scope is scope and self._keymap.keystrokes(action.id)]
            if actions:
                lines += [Content.assemble((scope.value, "bold $primary"))]
                for labels, title in self._rows(actions):
                    lines += self._row(labels, title)
                lines.append(Content(""))
        lines += [Content.assemble(("Names for keymap.toml", "bold $primary"))]
        for action in ACTIONS:
            lines += self._row(action.id, action.title)
        return Content("\n").join(lines)

    def _rows(self, actions: Sequence[Action]) -> Iterator[tuple[str, str]]:
        """Keystrokes and title of each action; the tabs by number share a line as long as they are alike."""
        alike = all(
            self._labels(f"tab.show_{place}") == self._labels("tab.show_1").replace("1", str(place))
            for place in range(1, 10)
        )
        for action in actions:
            labels = self._labels(action.id)
            if not alike or not action.id.startswith("tab.show_"):
                yield labels, action.title
            elif action.id == "tab.show_1":
                yield labels.replace("1", "1-9"), "Show tab 1 to 9"

    def _row(self, left: str, title: str) -> list[Content]:
        """`left` and beside it the title, whose further lines stand below its first."""
        room = min(int(self.app.size.width * 0.9), COLUMNS) - _FRAME_COLUMNS - _KEYSTROKES - 3
        first, *others = textwrap.wrap(title, max(room, 10)) or [""]
        head = Content.assemble((f"  {left:<{_KEYSTROKES}} ", "$accent"), first)
        return [head, *(Content(" " * (_KEYSTROKES + 3) + other) for other in others)]

    def _labels(self, action_id: str) -> str:
        return self._keymap.labels(action_id, unicode=self._unicode)

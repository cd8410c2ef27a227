"""What can follow the leader, shown while it waits."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from sshtui.ui.actions import ACTIONS
from sshtui.ui.keymap import Keymap, shown

_NARROWEST_COLUMN = 22
_TWO_COLUMNS = 32
"""Columns of the screen from which there are two of the menu at least, words cut: one would not hold all entries."""
_RARE = ("tab.move_right", "tab.move_left")
"""Left out where the screen is too low, after what everybody knows."""


class LeaderMenu(Widget):
    """A table made from the registry; it takes no focus, the next press is the leader's."""

    def __init__(self, keymap: Keymap, *, unicode: bool, id: str) -> None:
        super().__init__(id=id)
        self._unicode = unicode
        by_id = {
            action.id: (keymap.label(action.id, leader=True, unicode=unicode), action.short)
            for action in ACTIONS
            if action.short and keymap.label(action.id, leader=True)
        }
        last = [(shown(keymap.leader, unicode=unicode), "to the remote"), ("Esc", "cancel")]
        self._entries = [*by_id.values(), *last]
        if any(keymap.after_leader(str(place)) for place in range(1, 10)):
            self._entries.insert(0, ("1-9", "tab"))
        self._spare = [*last[::-1], *(by_id[name] for name in _RARE if name in by_id)]

    def render(self) -> RenderResult:
        width = max(self.content_size.width, 1)
        columns = _columns(width)
        room = width // columns
        lines = min(-(-len(self._entries) // columns), max(self.content_size.height, 1))
        too_many = max(len(self._entries) - lines * columns, 0)
        left_out = self._spare[:too_many]
        cells = [
            Content.assemble((f"{label:>7} ", "bold $accent"), f"{word[: room - 9]:<{max(room - 8, 0)}}")
            for label, word in self._entries
            if (label, word) not in left_out
        ][: lines * columns]
        rows = [Content("").join(cells[row::lines]) for row in range(lines)]
        return Content("\n").join(rows)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return -(-len(self._entries) // _columns(width))


def _columns(width: int) -> int:
    return max(2 if width >= _TWO_COLUMNS else 1, width // _NARROWEST_COLUMN)

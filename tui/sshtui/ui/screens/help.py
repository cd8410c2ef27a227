"""All keystrokes, by where they count."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from textual.binding import Binding
from textual.content import Content

from sshtui.ui.actions import ACTIONS, Action, Scope
from sshtui.ui.keymap import Keymap, shown
from sshtui.ui.screens.reading import ReadingScreen

COLUMNS = 84
"""How wide the help is where there is room; `max-width` of its style."""

_KEYSTROKES = 27
_SCREEN_KEYSTROKES = 14
_NARROWEST_TITLE = 20
_INDENT = 4
_FRAME_COLUMNS = 7
"""Border, padding, scrollbar."""


CLOSING = ReadingScreen.CLOSING | {"question_mark", "f1"}


COPY_MODE = (
    ("h j k l, arrows", "Move; w b e by words, 0 ^ $ in the line"),
    ("g G H M L", "First, last line; top, middle, bottom"),
    ("PgUp PgDn", "Scroll; Ctrl+U Ctrl+D by half a page"),
    ("v V Ctrl+V", "Mark characters, lines, a block"),
    ("o", "To the other end of what is marked"),
    ("y Enter", "Copy"),
    ("/ ?", "Find down, up; Ctrl+R: a regular expression"),
    ("n N", "Next match, and the other way"),
    ("Tab f", "Next link; open it"),
    ("q Esc", "Leave"),
)
"""Keystrokes of `terminal.copy_mode`, which are no actions: nobody rebinds vi."""


class HelpScreen(ReadingScreen):
    """Made from the registry; what counts in `first` comes first. Any of `? F1 q Esc Enter` closes it."""

    CLOSING = CLOSING

    def __init__(self, keymap: Keymap, *, first: Scope = Scope.HOSTS, unicode: bool = True) -> None:
        super().__init__("Help", unicode=unicode)
        self._keymap = keymap
        self._first = first
        self._unicode = unicode

    def text(self) -> Content:
        lines: list[Content] = []
        width = self.app.size.width
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
                    lines += rows_of(labels, title, width)
                lines.append(Content(""))
            if scope is Scope.TERMINAL:
                lines += [Content.assemble(("In copy mode", "bold $primary"))]
                for labels, title in COPY_MODE:
                    lines += rows_of(labels, title, width)
                lines.append(Content(""))
        lines += [Content.assemble(("Names for keymap.toml", "bold $primary"))]
        for action in ACTIONS:
            lines += rows_of(action.id, action.title, width)
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

    def _labels(self, action_id: str) -> str:
        return self._keymap.labels(action_id, unicode=self._unicode)


class ScreenHelp(ReadingScreen):
    """What the keystrokes of a screen that lists things do. Any of `? F1 q Esc Enter` closes it."""

    CLOSING = CLOSING

    def __init__(self, title: str, bindings: Sequence[Binding], *, unicode: bool = True) -> None:
        super().__init__(title, unicode=unicode)
        self._bindings_shown = bindings
        self._unicode = unicode

    def text(self) -> Content:
        rows = [
            ("  ".join(shown(name, unicode=self._unicode) for name in each.key.split(",")), _sentence(each))
            for each in self._bindings_shown
        ]
        up, down = (shown(name, unicode=self._unicode) for name in ("up", "down"))
        rows += [
            (f"{up} {down}  j k", "Move"),
            ("Home End  g G", "To the first, to the last"),
            ("Tab", "To the next part"),
        ]
        width = self.app.size.width
        return Content("\n").join(
            line for left, title in rows for line in rows_of(left, title, width, left_columns=_SCREEN_KEYSTROKES)
        )


def _sentence(binding: Binding) -> str:
    return binding.tooltip or binding.description[:1].upper() + binding.description[1:]


def rows_of(left: str, title: str, width: int, *, left_columns: int = _KEYSTROKES) -> list[Content]:
    """`left` and beside it the title, on a screen `width` columns wide; what does not fit goes on below itself."""
    indent = left_columns + 3
    room = min(int(width * 0.9), COLUMNS) - _FRAME_COLUMNS - indent
    head = (f"  {left:<{left_columns}} ", "$accent")
    if room < _NARROWEST_TITLE:
        # Not beside it then: words of a few letters each line are no sentence.
        return [Content.assemble(head).rstrip(), *_lines(title, room + indent - _INDENT, _INDENT)]
    first, *others = _lines(title, room, indent)
    return [Content.assemble(head, str(first).lstrip()), *others]


def _lines(text: str, room: int, indent: int) -> list[Content]:
    return [Content(" " * indent + line) for line in textwrap.wrap(text, max(room, 8)) or [""]]

"""All keystrokes, by where they count."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sshtui.ui.actions import ACTIONS, Scope
from sshtui.ui.keymap import Keymap, shown
from sshtui.ui.keys import keystroke

_KEYSTROKES = 24


class HelpScreen(ModalScreen[None]):
    """Made from the registry. Any of `? q Esc Enter` closes it."""

    CSS_PATH = "../styles/help.tcss"

    def __init__(self, keymap: Keymap, *, unicode: bool = True) -> None:
        super().__init__()
        self._keymap = keymap
        self._unicode = unicode

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as box:
            box.border_title = "Help"
            box.border_subtitle = "Esc closes"
            yield Static(self._text())

    def on_key(self, event: events.Key) -> None:
        if keystroke(event).name in ("escape", "enter", "q", "question_mark"):
            event.stop()
            self.dismiss()

    def _text(self) -> Content:
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
        for scope in Scope:
            actions = [action for action in ACTIONS if action.scope is scope and self._keymap.keystrokes(action.id)]
            if actions:
                lines += [Content.assemble((scope.value, "bold $primary"))]
                for action in actions:
                    labels = self._keymap.labels(action.id, unicode=self._unicode)
                    lines.append(Content.assemble((f"  {labels:<{_KEYSTROKES}} ", "$accent"), action.title))
                lines.append(Content(""))
        return Content("\n").join(lines)

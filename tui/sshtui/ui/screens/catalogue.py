"""The frame of a screen that lists things: a title, the list, the facts of the marked one, and what the keys do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sshtui.ui.keymap import shown
from sshtui.ui.screens.help import ScreenHelp
from sshtui.ui.steady import SteadyApp

E = TypeVar("E")

SIDE_BY_SIDE = 76
"""Columns from which the list and the facts stand beside each other."""


BESIDE_TEXT = frozenset({"escape", "f1", "f5"})
"""Keystrokes that count while a text is typed."""


class CatalogueScreen(Screen[None], Generic[E], inherit_bindings=False):
    """Lists entries of type `E`, with the facts of the marked one beside the list, or below it where it is narrow.

    A subclass says what a row and the facts are and binds what can be done; `show_entries` fills the list.
    """

    AUTO_FOCUS = "#list"
    HELP: ClassVar[str] = "Help"
    """The title of the help."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back", tooltip="Back to where you came from"),
        Binding("question_mark,f1", "help", "help", tooltip="This help"),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        Binding("g", "end(-1)", show=False),
        Binding("G", "end(1)", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    DEFAULT_CSS = """
    CatalogueScreen {
        background: $background;
        color: $foreground;
        #title { height: 1; padding: 0 1; background: $panel; text-style: bold; text-wrap: nowrap; }
        #body { height: 1fr; layout: vertical; }
        #list {
            height: 45%;
            border: none;
            padding: 0;
            background: $surface;
            color: $foreground;
            scrollbar-size-vertical: 1;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        #list > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
        #list:focus > .option-list--option-highlighted { background: $focus; color: $background; }
        #facts { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        #facts Static { height: auto; }
        #footer { height: auto; max-height: 3; padding: 0 1; background: $panel; }
        &.-ascii #list { text-overflow: clip; }
        &.-wide #body { layout: horizontal; }
        &.-wide #list { width: 26; height: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[E] = ()

    def compose(self) -> ComposeResult:
        yield Static("", id="title")
        yield from self.above_list()
        with Horizontal(id="body"):
            yield OptionList(id="list")
            with VerticalScroll(id="facts"):
                yield Static("", id="text")
        yield Static("", id="footer")

    @property
    def _unicode(self) -> bool:
        return not isinstance(self.app, SteadyApp) or self.app.unicode

    def above_list(self) -> Iterable[Widget]:
        """What stands between the title and the list."""
        return ()

    def row(self, entry: E) -> Content:
        """The entry in the list, in bold or not but without colours: they would be illegible under the mark."""
        raise NotImplementedError

    def facts(self, entry: E | None) -> Content:
        """What is known of the marked entry; of None, what stands there when the list is empty."""
        raise NotImplementedError

    def missing_actions(self) -> Collection[str]:
        """Actions that cannot be carried out here; footer and help leave them out."""
        return ()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout, and break the footer's line between two keystrokes."""
        self.set_class(event.size.width >= SIDE_BY_SIDE, "-wide")
        self.set_class(not self._unicode, "-ascii")
        self._show_footer()

    def on_descendant_focus(self) -> None:
        self._show_footer()

    def _show_footer(self) -> None:
        typing = isinstance(self.focused, Input)
        line = footer(self.offers(), max(1, self.size.width - 2), typing=typing)
        self.query_one("#footer", Static).update(line)

    def offers(self) -> Sequence[Binding]:
        """What can be done here, for the footer and the help: of the frame first, then of the screen itself."""
        # Textual hands the bindings of a class and of its bases out separately; a person sees one row of them.
        declared = [each for kind in reversed(type(self).__mro__) for each in vars(kind).get("BINDINGS", ())]
        offered = {each.action: each for each in declared if isinstance(each, Binding) and each.show}
        return [each for action, each in offered.items() if action not in self.missing_actions()]

    def show_title(self, text: str) -> None:
        """Put `text`, which is plain, on the first line."""
        self.query_one("#title", Static).update(Content(text))

    def show_entries(self, entries: Sequence[E], at: int | None = None) -> None:
        """List `entries` and mark the one at index `at`; without `at` the mark stays on its line."""
        options = self.query_one("#list", OptionList)
        at = (options.highlighted or 0) if at is None else at
        options.clear_options()
        self._entries = entries
        options.add_options([Option(self.row(entry)) for entry in entries])
        if entries:
            options.highlighted = min(at, len(entries) - 1)
        self.show_facts()

    @property
    def marked(self) -> E | None:
        """The entry under the mark."""
        at = self.query_one("#list", OptionList).highlighted
        return self._entries[at] if at is not None and at < len(self._entries) else None

    def show_facts(self) -> None:
        """Show the facts of the marked entry."""
        self.tell_here(self.facts(self.marked))

    def tell_here(self, text: Content) -> None:
        """Show `text` in place of the facts, until another entry is marked."""
        self.query_one("#text", Static).update(text)

    @on(OptionList.OptionHighlighted)
    def _marked_changed(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.show_facts()

    def action_step(self, by: int) -> None:
        """Move the mark."""
        options = self.query_one("#list", OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    def action_end(self, way: int) -> None:
        """Mark the last entry, or with a negative `way` the first."""
        options = self.query_one("#list", OptionList)
        options.action_last() if way > 0 else options.action_first()

    def action_help(self) -> None:
        """Every keystroke that counts here."""
        self.app.push_screen(ScreenHelp(self.HELP, self.offers(), unicode=self._unicode))

    def action_leave(self) -> None:
        """Back to where we came from."""
        self.dismiss()


def footer(bindings: Iterable[Binding], columns: int, *, typing: bool = False) -> Content:
    """What the keystrokes do; no line ends between a keystroke and its words. `typing`: letters go into a text."""
    lines: list[list[Content]] = [[]]
    used = 0
    for each in bindings:
        names = [name for name in each.key.split(",") if not typing or name in BESIDE_TEXT]
        if not names:
            continue
        part = Content.assemble((shown(names[0]), "bold $accent"), f" {each.description}")
        if used and used + part.cell_length > columns:
            lines.append([])
            used = 0
        lines[-1].append(part)
        used += part.cell_length + 2
    return Content("\n").join(Content("  ").join(line) for line in lines)

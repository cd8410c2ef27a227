"""The selected host's card: shown, and edited where it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from textwrap import wrap

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from sshtui.errors import SshtuiError
from sshtui.model.hosts import Host
from sshtui.model.text import plain, plain_lines
from sshtui.ui.card_fields import EMPTIED, CardField, Surrounding
from sshtui.ui.line_input import LineInput

LABEL_COLUMNS = 11


class CardLines(Widget):
    """Labels and texts, as `host_facts` gives them; long texts go on under themselves."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[tuple[str, str]] = ()

    def show(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show these instead."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        room = max(self.content_size.width - LABEL_COLUMNS, 8)
        rows = []
        for label, text in self._lines:
            pieces = [piece for line in plain_lines(text, 20) for piece in wrap(line, room)] or [""]
            rows += [
                Content.assemble(((label if first else "").ljust(LABEL_COLUMNS), "$muted"), piece)
                for first, piece in zip(chain([True], repeat(False)), pieces, strict=False)
            ]
        return Content("\n").join(rows)


class FieldEditor(Widget):
    """A field while it is edited: its label, its text, and under it what is wrong."""

    def __init__(self, field: CardField, text: str, hint: str, *, replaced: bool = False) -> None:
        """Who comes to a `replaced` text finds it marked, and types in its place."""
        super().__init__(id=f"field-{field.id}")
        self._replaced = replaced
        self.field = field
        self._text = text
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield Static(Content(self.field.label), classes="label")
        yield LineInput(self._text, placeholder=self._hint, compact=True, select_on_focus=self._replaced)
        yield Static("", classes="problem")

    @property
    def input(self) -> Input:
        """Where the text is typed."""
        return self.query_one(Input)

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong under the text; "" for nothing."""
        line = self.query_one(".problem", Static)
        line.update(Content(sentence))
        line.set_class(bool(sentence), "shown")
        self.set_class(bool(sentence), "wrong")


@dataclass(frozen=True)
class Editing:
    """What is edited: fields and the texts that stand in them at first."""

    fields: Sequence[CardField]
    texts: Mapping[str, str]
    around: Surrounding
    save: Callable[[Mapping[str, str]], Host | None]
    """Takes the typed texts and saves; gives the host to point at, None where several are saved. Raises SshtuiError,
    which is shown on the card while the typed text stays."""
    mixed: Collection[str] = ()
    """Fields in which the hosts that are edited together differ."""
    guessed: Collection[str] = ()
    """Fields whose text nobody typed: the folder of a new host, from where the cursor stands, and a copy's name."""

    def problem(self, field: CardField, text: str) -> str:
        """What is wrong with the text of a field, or ""."""
        if field.id in self.mixed:
            if not text:
                return ""
            text = "" if text == EMPTIED else text
        return field.problem(text, self.around)

    def problems(self, texts: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field id; empty when the texts can be saved."""
        found = {field.id: self.problem(field, texts[field.id].strip()) for field in self.fields}
        return {field_id: sentence for field_id, sentence in found.items() if sentence}


class Card(Widget):
    """Under the list of hosts; as high while edited as while shown, so that nothing else moves."""

    @dataclass
    class Closed(Message):
        """Editing is over; `saved` is None when it was given up."""

        saved: Host | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._editing: Editing | None = None
        self._touched: set[str] = set()

    def compose(self) -> ComposeResult:
        yield CardLines(id="card-lines")
        yield VerticalScroll(id="card-form", can_focus=False)
        yield Static("", id="card-problem")

    @property
    def editing(self) -> bool:
        """Whether fields are open."""
        return self._editing is not None

    def show(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        """Show `title` and label/text pairs; nothing while fields are open."""
        if self.editing:
            return
        self.border_title = Content(plain(title, 60)) if title else None
        self.query_one(CardLines).show(lines)

    async def edit(self, title: str, editing: Editing) -> None:
        """Open the fields, the cursor in the first one."""
        self._editing = editing
        self._touched = set()
        self.border_title = Content(plain(title, 60)) if title else None
        form = self.query_one("#card-form", VerticalScroll)
        await form.remove_children()
        await form.mount_all(
            FieldEditor(
                field,
                editing.texts[field.id],
                _mixed_hint(field) if field.id in editing.mixed else field.hint,
                replaced=field.id in editing.guessed,
            )
            for field in editing.fields
        )
        self._say("")
        self._show_form(True)
        form.scroll_home(animate=False)
        # At once, not with the next message: what is typed ahead belongs into the field.
        self.screen.set_focus(self._editor(editing.fields[0].id).input)

    def move(self, by: int) -> None:
        """Go `by` fields further, around the ends."""
        editors = [*self.query(FieldEditor)]
        if not editors:
            return
        at = next((place for place, editor in enumerate(editors) if editor.input is self.screen.focused), 0)
        self.screen.set_focus(editors[(at + by) % len(editors)].input)

    async def save(self) -> None:
        """Save what is typed, or show what is wrong and go there."""
        if self._editing is None:
            return
        texts = self._texts()
        found = self._editing.problems(texts)
        for editor in self.query(FieldEditor):
            editor.show_problem(found.get(editor.field.id, ""))
        if found:
            self._editor(next(iter(found))).input.focus()
            return
        try:
            host = self._editing.save(texts)
        except SshtuiError as error:
            self._say(error.told)
            return
        await self._close(host)

    async def give_up(self) -> None:
        """Close the fields; nothing is saved."""
        await self._close(None)

    @on(Input.Changed)
    def _judge(self, event: Input.Changed) -> None:
        event.stop()
        if self._editing is None:
            return
        editor = event.input.parent
        if isinstance(editor, FieldEditor) and (editor.input.has_focus or editor.field.id in self._touched):
            self._touched.add(editor.field.id)
            editor.show_problem(self._editing.problem(editor.field, event.value.strip()))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for other in self.query(FieldEditor):
            other.set_class(other is event.widget.parent, "here")
        editor = event.widget.parent
        if isinstance(editor, FieldEditor):
            self.call_after_refresh(editor.scroll_visible, animate=False, immediate=True)

    def _texts(self) -> dict[str, str]:
        return {editor.field.id: editor.input.value for editor in self.query(FieldEditor)}

    def _editor(self, field_id: str) -> FieldEditor:
        return self.query_one(f"#field-{field_id}", FieldEditor)

    def _say(self, sentence: str) -> None:
        line = self.query_one("#card-problem", Static)
        line.update(Content(plain(sentence, 400)))
        line.set_class(bool(sentence), "shown")

    def _show_form(self, shown: bool) -> None:
        self.set_class(shown, "editing")
        self.query_one("#card-form").display = shown
        self.query_one("#card-lines").display = not shown

    async def _close(self, saved: Host | None) -> None:
        self._editing = None
        self._say("")
        self._show_form(False)
        await self.query_one("#card-form", VerticalScroll).remove_children()
        self.post_message(self.Closed(saved))


def _mixed_hint(field: CardField) -> str:
    """Stands in a field in which the hosts differ; left alone, each keeps its own."""
    return "mixed; +eu, -eu" if field.id == "tags" else f"mixed; {EMPTIED} empties"

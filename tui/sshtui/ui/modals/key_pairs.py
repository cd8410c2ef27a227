"""Which key pair to log in with."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, OptionList, Static
from textual.widgets.option_list import Option

from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, ChosenKeyPair
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.parts import Choice

_BOX = 4
"""Columns of the box of a `Tick`."""


def describe(key_pair: KeyPair) -> Content:
    """Two or three lines: where it is, what it is, its fingerprint."""
    public = key_pair.public
    facts = [key_pair.whereabouts]
    if public is not None:
        facts.insert(0, plain(f"{public.kind} {public.bits}" if public.bits else public.kind, limit=40))
    if key_pair.encrypted is not None:
        facts.append("with passphrase" if key_pair.encrypted else "without passphrase")
    if key_pair.certificate:
        facts.append("with certificate")
    lines = [", ".join(facts)]
    if key_pair.path and key_pair.comment:
        lines.append(plain(key_pair.comment, limit=100))
    lines.append(public.sha256 if public is not None else "public half unknown until the passphrase is given")
    return Content.assemble((plain(key_pair.label, limit=200), "bold"), *((f"\n  {line}", "$muted") for line in lines))


class Tick(Checkbox):
    """A box to tick whose state is a shape and not a colour; a label that does not fit goes on below itself."""

    def render(self) -> Content:
        """`[x]` or `[ ]`, then the label."""
        rows = self._rows(self.content_size.width)
        return Content.assemble(f"[{'x' if self.value else ' '}] ", f"\n{' ' * _BOX}".join(rows))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the label takes on `width` columns."""
        return len(self._rows(width))

    def _rows(self, width: int) -> list[str]:
        return textwrap.wrap(self.label.plain, max(width - _BOX, 8)) or [""]


class ChooseKeyPairDialog(Dialog[ChosenKeyPair]):
    """A list of key pairs; Enter takes the marked one, the box below keeps it for the host.

    `workshop`, when set before the dialog is shown, makes the screen where a person can make one meanwhile.
    """

    HEADING = "Choose a key pair"
    HINT = "Up/Down choose · Enter use · Esc cancel"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("K", "workshop", "Key pairs")]

    def __init__(self, question: ChooseKeyPair, *, quiet: float = QUIET) -> None:
        self._host_name = plain(question.name, limit=60)
        super().__init__(self._host_name, quiet=quiet)
        self._question = question
        self._preferred = question.current
        self.workshop: Callable[[], Screen[None]] | None = None

    def body(self) -> Iterable[Widget]:
        key_pairs = self._question.key_pairs
        if not key_pairs:
            yield Static(
                Content(
                    "There is no key pair in ~/.ssh and none in an agent. Make one with K in the host list "
                    "or with sshtui keys new, or name a file in the host's card."
                )
            )
            return
        yield OptionList(*(Option(describe(key_pair)) for key_pair in key_pairs), id="key-pairs", classes="block")
        yield Tick(Content(f"Remember for {self._host_name}"), id="remember", classes="last")

    def buttons(self) -> Iterable[Button]:
        if self._question.key_pairs:
            yield Choice("Use", "use")
        if self.workshop is not None:
            yield Choice("Key pairs", "workshop")
        yield Choice("Cancel", "cancel")

    def first_focus(self) -> Widget | None:
        """The list, at the host's own key pair."""
        if not self._question.key_pairs:
            return super().first_focus()
        options = self.query_one("#key-pairs", OptionList)
        paths = [key_pair.path for key_pair in self._question.key_pairs]
        current = self._preferred
        options.highlighted = paths.index(current) if current and current in paths else 0
        return options

    @on(Button.Pressed, "#workshop")
    def action_workshop(self) -> None:
        """Into the key workshop and back, with the list as it is then."""
        if self.ready and self.workshop is not None:
            self._visit(self.workshop())

    @work(exclusive=True)
    async def _visit(self, workshop: Screen[None]) -> None:
        await self.app.push_screen_wait(workshop)
        if self._question.again is None:
            return
        before = {key_pair.path for key_pair in self._question.key_pairs}
        key_pairs = tuple(await self._question.again())
        made = [key_pair.path for key_pair in key_pairs if key_pair.path and key_pair.path not in before]
        self._preferred = made[0] if made else self._preferred
        self._question = replace(self._question, key_pairs=key_pairs)
        await self.recompose()
        self.fit(self.size)
        widget = self.first_focus()
        if widget is not None:
            widget.focus()

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#use")
    def _use(self) -> None:
        at = self.query_one("#key-pairs", OptionList).highlighted
        if self.ready and at is not None:
            remember = self.query_one("#remember", Checkbox).value
            self.answer(ChosenKeyPair(self._question.key_pairs[at], remember=remember))

"""Which key pair to log in with."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Checkbox, OptionList, Static
from textual.widgets.option_list import Option

from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import ChooseKeyPair, ChosenKeyPair
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.parts import Choice


def describe(key_pair: KeyPair) -> Content:
    """Two or three lines: where it is, what it is, its fingerprint."""
    public = key_pair.public
    facts = ["in the agent" if key_pair.source == "agent" else "file"]
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
    """A box to tick whose state is a shape and not a colour."""

    def render(self) -> Content:
        """`[x]` or `[ ]`, then the label."""
        return Content.assemble(f"[{'x' if self.value else ' '}] ", self.label)


class ChooseKeyPairDialog(Dialog[ChosenKeyPair]):
    """A list of key pairs; Enter takes the marked one, the box below keeps it for the host."""

    HEADING = "Choose a key pair"
    HINT = "Up/Down choose · Enter use · Esc cancel"

    def __init__(self, question: ChooseKeyPair, *, quiet: float = QUIET) -> None:
        self._host_name = plain(question.name, limit=60)
        super().__init__(self._host_name, quiet=quiet)
        self._question = question

    def body(self) -> Iterable[Widget]:
        key_pairs = self._question.key_pairs
        if not key_pairs:
            yield Static(
                Content(
                    "There is no key pair in ~/.ssh and none in an agent. "
                    "Make one with ssh-keygen, or name a file in the host's card."
                )
            )
            return
        yield OptionList(*(Option(describe(key_pair)) for key_pair in key_pairs), id="key-pairs", classes="block")
        yield Tick(Content(f"Remember for {self._host_name}"), id="remember", classes="last")

    def buttons(self) -> Iterable[Button]:
        if self._question.key_pairs:
            yield Choice("Use", "use")
        yield Choice("Cancel", "cancel")

    def first_focus(self) -> Widget | None:
        """The list, at the host's own key pair."""
        if not self._question.key_pairs:
            return super().first_focus()
        options = self.query_one("#key-pairs", OptionList)
        paths = [key_pair.path for key_pair in self._question.key_pairs]
        current = self._question.current
        options.highlighted = paths.index(current) if current and current in paths else 0
        return options

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#use")
    def _use(self) -> None:
        at = self.query_one("#key-pairs", OptionList).highlighted
        if self.ready and at is not None:
            remember = self.query_one("#remember", Checkbox).value
            self.answer(ChosenKeyPair(self._question.key_pairs[at], remember=remember))

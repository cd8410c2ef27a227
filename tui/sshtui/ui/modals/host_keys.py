"""Is this the right server? The dialogs for a host key that nobody has trusted, and for one that is another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from sshtui.model.host_keys import DNS_WORDS, DnsVerdict, HostKey
from sshtui.model.questions import ChangedHostKey, Trust, UnknownHostKey
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Dialog, Entry
from sshtui.ui.modals.parts import Choice, Row


def _type_and_size(host_key: HostKey) -> str:
    return plain(f"{host_key.kind}, {host_key.bits} bits" if host_key.bits else host_key.kind, limit=60)


def _where(name: str, address: str, port: int) -> str:
    name, address = plain(name, limit=60), plain(address, limit=100)
    return f"{address} port {port}" if name == address else f"{name}, {address} port {port}"


class _HostKeyDialog(Dialog[Trust | Literal["replace"]]):
    """The new host key in all its forms: SHA-256 always, MD5 and the picture on a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "unfold('md5')", "MD5"),
        Binding("p", "unfold('picture')", "picture"),
    ]
    HINT = "m MD5 · p picture · Tab next · Esc cancel"

    def host_key_facts(self, host_key: HostKey, label: str, dns: DnsVerdict) -> Iterable[Widget]:
        """Type, fingerprints and picture of `host_key`, and what the DNS says of it."""
        yield Row(label, _type_and_size(host_key))
        yield Row("", host_key.sha256)
        if dns != "unasked":
            yield Row("", DNS_WORDS[dns], classes="loud" if dns == "differs" else "muted")
        md5 = Row("", host_key.md5, id="md5")
        md5.display = False
        yield md5
        picture = Static(Content(host_key.randomart), id="picture", classes="tight gap")
        picture.display = False
        yield picture

    def action_unfold(self, what: str) -> None:
        """Show or hide the MD5 fingerprint or the picture."""
        widget = self.query_one(f"#{what}")
        widget.display = not widget.display
        self.call_after_refresh(self._unfolded, widget)

    def _unfolded(self, widget: Widget) -> None:
        """Show what there is now, and how to see the rest."""
        if widget.display:
            widget.scroll_visible(animate=False, immediate=True)
        self.tell_keystrokes()


class UnknownHostKeyDialog(_HostKeyDialog):
    """A server nobody has trusted yet: accept and save, accept once, or cancel (which has the focus)."""

    HEADING = "Unknown host key"

    def __init__(self, question: UnknownHostKey, *, quiet: float = QUIET) -> None:
        super().__init__(_where(question.name, question.address, question.port), quiet=quiet)
        self._question = question

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield Static(
            Content(
                f"{plain(question.name, limit=60)} shows a host key that you have not trusted yet. "
                "No user name and no password has been sent."
            )
        )
        yield from self.host_key_facts(question.host_key, "Host key", question.dns)
        yield Static(
            Content("Compare the fingerprint with the one its owner gave you: another one means another server."),
            classes="muted gap last",
        )

    def buttons(self) -> Iterable[Button]:
        yield Choice("Accept and save", "save")
        yield Choice("Accept once", "once")
        yield Choice("Cancel", "cancel")

    @on(Button.Pressed, "#save")
    def _save(self) -> None:
        if self.ready:
            self.answer("save")

    @on(Button.Pressed, "#once")
    def _once(self) -> None:
        if self.ready:
            self.answer("once")


class ChangedHostKeyDialog(_HostKeyDialog):
    """A known server with another host key: replacing takes typing the host's name; Cancel has the focus."""

    HEADING = "THE HOST KEY HAS CHANGED"
    DANGER = True

    def __init__(self, question: ChangedHostKey, *, quiet: float = QUIET) -> None:
        super().__init__(_where(question.name, question.address, question.port), quiet=quiet)
        self._question = question
        self._host_name = plain(question.name, limit=128)

    @property
    def heading(self) -> str:
        return "HOST KEY OF ANOTHER TYPE" if self._question.another_type else self.HEADING

    def body(self) -> Iterable[Widget]:
        question = self._question
        name = plain(question.name, limit=60)
        if question.another_type:
            loud = f"{name} is known, but by a host key of another type."
            text = (
                "An attacker who lacks the known one does this; so does a server that was set up with a new kind of "
                "host key. Ask its owner before you go on."
            )
        else:
            loud = f"{name} does not show the host key it is known by."
            text = (
                "Someone may be between you and it, reading along; or the server was set up anew. "
                "Ask its owner before you go on."
            )
        yield Static(Content(loud), classes="loud tight")
        yield Static(Content(text))
        yield from self.host_key_facts(question.host_key, "Shows now", question.dns)
        for number, entry in enumerate(question.known):
            yield Row("Known by", _type_and_size(entry.host_key), classes="gap" if number == 0 else "")
            yield Row("", entry.host_key.sha256)
            yield Row("", f"{plain(entry.path, limit=200)}, line {entry.line}", classes="muted")
        yield Static(
            Content(f"Nothing has been sent. To put the new host key in place of the known, type {self._host_name}"),
            classes="tight gap",
        )
        yield Entry(id="name", classes="tight")

    def buttons(self) -> Iterable[Button]:
        yield Choice("Replace", "replace", loud=True, disabled=True)
        yield Choice("Cancel", "cancel")

    def first_focus(self) -> Widget | None:
        """Cancel: the safe way is the default."""
        return self.query_one("#cancel")

    @on(Input.Changed, "#name")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#replace", Button).disabled = event.value != self._host_name

    @on(Button.Pressed, "#replace")
    def _replace(self) -> None:
        if self.ready:
            self.complete()

    def complete(self) -> None:
        """Replace when the name is right; Enter on a wrong one does nothing."""
        if self.query_one("#name", Input).value == self._host_name:
            self.answer("replace")

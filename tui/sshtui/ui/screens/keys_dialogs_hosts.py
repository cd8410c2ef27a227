"""What the key workshop asks about places a key goes to: hosts, and the agent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Checkbox, SelectionList, Static
from textual.widgets.selection_list import Selection

from sshtui.files import with_home
from sshtui.keys.adding import read_time
from sshtui.keys.key_file import KeyFile
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Entry
from sshtui.ui.modals.form import Form
from sshtui.ui.modals.key_pairs import Tick
from sshtui.ui.modals.parts import Row
from sshtui.ui.modals.secrets import PlainSecretDialog
from sshtui.ui.screens.keys_dialogs import RepeatedDialog


@dataclass(frozen=True)
class ChosenHosts:
    """Names of hosts, and the file of the key that is taken off them once the new one is proved."""

    names: tuple[str, ...]
    old: Path | None = None


class Ticks(SelectionList[str]):
    """Boxes whose state is a shape and not a colour, as in `Tick`."""

    def render_line(self, y: int) -> Strip:
        """The line as SelectionList draws it, but an empty box where nothing is ticked."""
        drawn = list(super().render_line(y))
        number = drawn[1].style.meta.get("option") if len(drawn) > 3 and drawn[1].style else None
        if number is None:
            return Strip(drawn)
        # The first three segments are the box; their `option` is what a click looks for.
        box = "[x]" if self.get_option_at_index(number).value in self.selected else "[ ]"
        style = (drawn[3].style or self.rich_style) + Style(meta={"option": number})
        return Strip([Segment(box, style), *drawn[3:]])


class HostsDialog(Form[ChosenHosts]):
    """Which hosts get the public key, or lose it; Space ticks, Enter on the button goes."""

    HINT = "Space tick · Tab to the button · Esc cancel"

    def __init__(
        self, heading: str, go: str, file: KeyFile, hosts: Sequence[Host], *, rotating: bool, quiet: float = QUIET
    ) -> None:
        """`heading` and the button's `go` say what happens; `rotating` offers to take an old key off as well."""
        self._heading = heading
        super().__init__(plain(file.path, limit=100), quiet=quiet)
        self._go = go
        self._hosts = hosts
        self._rotating = rotating

    @property
    def heading(self) -> str:
        return self._heading

    def body(self) -> Iterable[Widget]:
        if not self._hosts:
            yield Static(Content("There is no saved host yet."), classes="last")
            return
        entries = (
            Selection(Content(plain(f"{host.name}  {host.destination}", limit=100)), host.name) for host in self._hosts
        )
        yield Ticks(*entries, id="hosts", classes="block tight" if self._rotating else "block last")
        if self._rotating:
            yield Row("Then take off", Entry("", placeholder="file of an old key, or nothing", id="old"))

    @property
    def accept(self) -> str:
        return self._go if self._hosts else ""

    def first_focus(self) -> Widget | None:
        return self.query_one(SelectionList) if self._hosts else super().first_focus()

    def complete(self) -> None:
        """Answer once a host is ticked."""
        chosen = tuple(self.query_one(SelectionList).selected)
        old = self.typed("old") if self._rotating else ""
        if chosen:
            self.answer(ChosenHosts(chosen, with_home(old) if old else None))


@dataclass(frozen=True)
class Holding:
    """How the agent holds a key: for `lifetime` seconds (None: for ever), asking before each use."""

    lifetime: int | None
    confirm: bool


class HoldingDialog(Form[Holding]):
    """How long the agent keeps the key, and whether it asks."""

    HEADING = "Give the key to the agent"
    ACCEPT = "Give"
    HINT = "Enter give · Esc cancel"

    def __init__(self, file: KeyFile, *, quiet: float = QUIET) -> None:
        super().__init__(plain(file.path, limit=100), quiet=quiet)

    def body(self) -> Iterable[Widget]:
        yield Row("Forget after", Entry("", placeholder="30m, 8h, 1d; nothing: when the agent ends", id="lifetime"))
        yield Tick("The agent asks before each use", id="confirm", classes="tight")
        yield Static("", id="problem", classes="last problem")

    def complete(self) -> None:
        """Answer once the time is understood."""
        typed = self.typed("lifetime")
        lifetime = read_time(typed) if typed else None
        if typed and lifetime is None:
            self.query_one("#problem", Static).update(Content("A time is written 30m, 8h or 1d."))
        else:
            self.answer(Holding(lifetime, self.query_one("#confirm", Checkbox).value))


class LockDialog(RepeatedDialog):
    """The passphrase that will unlock the agent; a slip would shut the person out, so it is typed twice."""

    HEADING = "Lock the agent"
    ACCEPT = "Lock"

    def __init__(self, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)

    def body(self) -> Iterable[Widget]:
        yield Static(Content("It signs nothing and shows nothing until it is unlocked with this passphrase."))
        yield from super().body()


class UnlockDialog(PlainSecretDialog):
    """The passphrase the agent was locked with."""

    HEADING = "Unlock the agent"

    def __init__(self, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)

    def explanation(self) -> Iterable[Widget]:
        yield Static(Content("The passphrase it was locked with"), classes="tight")

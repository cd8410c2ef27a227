"""The known hosts: every host key that is trusted or revoked, what each is, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from sshtui.errors import SshtuiError, UsageError
from sshtui.model.host_keys import HostKey
from sshtui.model.questions import Confirm, Notice, Prompter
from sshtui.model.text import plain
from sshtui.ssh.known_host_lines import known_name, place_of
from sshtui.ssh.known_hosts import Known, KnownHosts, ListedKey
from sshtui.ui.modals.base import QUIET, Dialog, Entry
from sshtui.ui.modals.parts import Choice

T = TypeVar("T")

SIDE_BY_SIDE = 76
"""Columns from which the list and the facts stand beside each other."""

MOST_SHOWN = 1000
"""Lines of the list; what a filter leaves out is found by a longer one."""

EMPTY = "No host keys here.\n\na adds one, s asks a server for its own."


@dataclass(frozen=True)
class KnownHostsTools:
    """The files, and what asks a server for its host keys (raises SshtuiError)."""

    files: KnownHosts
    scan: Callable[[str, int], Awaitable[Sequence[HostKey]]]


class LineDialog(Dialog[str]):
    """One line of text."""

    HINT = "Enter accept · Esc cancel"

    def __init__(self, heading: str, explanation: str, accept: str, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)
        self._heading, self._explanation, self._accept = heading, explanation, accept

    @property
    def heading(self) -> str:
        return self._heading

    def body(self) -> Iterable[Widget]:
        yield Static(Content(self._explanation))
        yield Entry(id="line", classes="last")

    def buttons(self) -> Iterable[Button]:
        yield Choice(self._accept, "accept")
        yield Choice("Cancel", "cancel")

    def complete(self) -> None:
        self._accepted()

    @on(Button.Pressed, "#accept")
    def _accepted(self) -> None:
        text = self.query_one("#line", Input).value.strip()
        if self.ready and text:
            self.answer(text)


class KnownHostsScreen(Screen[None], inherit_bindings=False):
    """Lists host keys and carries out what is asked for the marked one; files are read in a thread."""

    AUTO_FOCUS = "#known-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back"),
        Binding("slash", "filter", "filter"),
        Binding("d,delete", "delete", "delete"),
        Binding("v", "revoke", "revoke"),
        Binding("a", "add", "add"),
        Binding("s", "scan", "scan"),
        Binding("r,f5", "reload", "reload"),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    DEFAULT_CSS = """
    KnownHostsScreen {
        background: $background;
        color: $foreground;
        #known-title { height: 1; padding: 0 1; background: $panel; text-style: bold; text-wrap: nowrap; }
        #known-filter { height: 1; border: none; padding: 0 1; background: $surface; &:focus { border: none; } }
        #known-body { height: 1fr; layout: vertical; }
        #known-list {
            height: 45%;
            border: none;
            padding: 0;
            background: $surface;
            color: $foreground;
            scrollbar-size-vertical: 1;
        }
        #known-list > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
        #known-list:focus > .option-list--option-highlighted { background: $focus; color: $background; }
        #known-facts { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        #known-facts Static { height: auto; }
        #known-footer { height: auto; max-height: 2; padding: 0 1; background: $panel; }
        &.-wide #known-body { layout: horizontal; }
        &.-wide #known-list { width: 26; height: 100%; }
    }
    """

    def __init__(self, tools: KnownHostsTools, prompter: Prompter, *, quiet: float = QUIET) -> None:
        super().__init__()
        self._tools = tools
        self._prompter = prompter
        self._quiet = quiet
        self._all: tuple[ListedKey, ...] = ()
        self._shown: tuple[ListedKey, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(Content(f"Known hosts: {plain(str(self._tools.files.path), 200)}"), id="known-title")
        yield Input(
            placeholder="/ filter by name, type, fingerprint; a whole name finds hashed ones", id="known-filter"
        )
        with Horizontal(id="known-body"):
            yield OptionList(id="known-list")
            with VerticalScroll(id="known-facts"):
                yield Static("", id="known-text")
        shown = [each for each in self.BINDINGS if isinstance(each, Binding) and each.show]
        labels = {"escape,q": "Esc", "slash": "/", "d,delete": "d", "r,f5": "r"}
        parts: list[Any] = []
        for each in shown:
            parts += [(labels.get(each.key, each.key), "bold $accent"), f"\u00a0{each.description}  "]
        yield Static(Content.assemble(*parts), id="known-footer")

    def on_mount(self) -> None:
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= SIDE_BY_SIDE, "-wide")

    # The list

    def action_reload(self) -> None:
        """Read the files again."""
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        self._all = await self._attempt(self._tools.files.entries) or ()
        await self._choose()

    @work(group="load", exclusive=True)
    async def _filter_changed(self) -> None:
        await self._choose()

    async def _choose(self) -> None:
        """Show the lines that the filter leaves."""
        text = self.query_one("#known-filter", Input).value.strip()
        words = text.lower().split()
        found = tuple(key for key in self._all if all(word in _searched(key) for word in words))
        if text and (place := self._place(text)):
            named = await self._attempt(lambda: self._tools.files.find(*place)) or ()
            found = tuple(dict.fromkeys((*named, *found)))
        self._shown = found[:MOST_SHOWN]
        entries = self.query_one("#known-list", OptionList)
        at = entries.highlighted or 0
        entries.clear_options()
        entries.add_options([Option(_row(key)) for key in self._shown])
        if self._shown:
            entries.highlighted = min(at, len(self._shown) - 1)
        more = f", {len(self._shown)} shown" if len(found) > MOST_SHOWN else ""
        title = f"Known hosts: {plain(str(self._tools.files.path), 200)}  {len(found)} of {len(self._all)}{more}"
        self.query_one("#known-title", Static).update(Content(title))
        self._show_facts()

    @staticmethod
    def _place(text: str) -> tuple[str, int] | None:
        try:
            return place_of(text)
        except UsageError:
            return None

    @property
    def marked(self) -> ListedKey | None:
        """The line under the mark."""
        at = self.query_one("#known-list", OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @on(OptionList.OptionHighlighted)
    def _marked_changed(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_facts()

    def _show_facts(self) -> None:
        marked = self.marked
        self.query_one("#known-text", Static).update(_facts(marked) if marked else Content(EMPTY))

    @on(Input.Changed, "#known-filter")
    def _typed(self) -> None:
        self._filter_changed()

    @on(Input.Submitted, "#known-filter")
    def _to_list(self) -> None:
        self.query_one("#known-list").focus()

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_one("#known-filter").focus()

    def action_step(self, by: int) -> None:
        """Move the mark."""
        entries = self.query_one("#known-list", OptionList)
        if by > 0:
            entries.action_cursor_down()
        else:
            entries.action_cursor_up()

    def action_leave(self) -> None:
        """Out of the filter, which is emptied; or back to where we came from."""
        field = self.query_one("#known-filter", Input)
        if field.value or field.has_focus:
            field.value = ""
            self.query_one("#known-list").focus()
        else:
            self.dismiss()

    # What can be done

    @work(group="job", exclusive=True)
    async def action_delete(self) -> None:
        """Take the marked line out, after asking; the file as it was is kept."""
        key, files = self.marked, self._tools.files
        if key is None or not self._ours(key):
            return
        text = (
            f"{_names(key)}\n{key.host_key.kind} {key.host_key.sha256}\n\nThe file as it was stays as {files.path}.old."
        )
        if not await self._prompter.ask(Confirm("Forget this host key?", text, yes="Forget", no="Keep", danger=True)):
            return
        if await self._attempt(lambda: files.drop(key)) is False:
            self._say("The file has another line there by now; it was read again.", warning=True)
        self._load()

    @work(group="job", exclusive=True)
    async def action_revoke(self) -> None:
        """Mark the host key as one that is never accepted again for these names."""
        key, files = self.marked, self._tools.files
        if key is None or key.marker:
            return
        names = key.names
        if not names:
            place = self._place(self.query_one("#known-filter", Input).value)
            if place is None or key not in (await self._attempt(lambda: files.find(*place)) or ()):
                self._say("Its name is hashed: type the name into the filter first.", warning=True)
                return
            names = known_name(*place).decode()
        text = (
            f"{plain(names, 200)}\n{key.host_key.kind} {key.host_key.sha256}\n\nNobody can connect where it is shown."
        )
        if await self._prompter.ask(Confirm("Revoke this host key?", text, yes="Revoke", no="Keep", danger=True)):
            await self._attempt(lambda: files.append(f"@revoked {names} {key.host_key.line}"))
            self._load()

    @work(group="job", exclusive=True)
    async def action_add(self) -> None:
        """Add a pasted line, after showing what it says."""
        explanation = "A line as known_hosts has it: names, type, key."
        text = await self.app.push_screen_wait(LineDialog("Trust a host key", explanation, "Go on", quiet=self._quiet))
        if text is None:
            return
        key = self._tools.files.read_line(text)
        if key is None:
            self._say("That is no line with a host key, as in: web-1 ssh-ed25519 AAAA…", warning=True)
            return
        shown = (
            f"{_names(key)}\n{key.marker or 'trusted'}\n{key.host_key.kind} {key.host_key.bits} {key.host_key.sha256}"
        )
        if await self._prompter.ask(Confirm("Add this line?", shown, yes="Add", no="Leave out", danger=True)):
            if await self._attempt(lambda: self._tools.files.append(text)) is False:
                self._say("It is there already.")
            self._load()

    @work(group="job", exclusive=True)
    async def action_scan(self) -> None:
        """Ask a server for its host keys and show them; nothing is trusted by that."""
        explanation = "Its host keys are shown and compared with the known ones. Nothing is saved."
        typed = await self.app.push_screen_wait(LineDialog("Scan a server", explanation, "Scan", quiet=self._quiet))
        if typed is None:
            return
        try:
            place = place_of(typed)
            self._tell_here(Content(f"Asking {plain(typed, 100)} ..."))
            found = await self._tools.scan(*place)
        except SshtuiError as error:
            self._show_facts()
            self._say(error.sentence, warning=True)
            return
        known = await self._attempt(lambda: self._tools.files.lookup(*place))
        if known is not None:
            self._tell_here(_scanned(known_name(*place).decode(), found, known))

    def _tell_here(self, text: Content) -> None:
        self.query_one("#known-text", Static).update(text)

    def _ours(self, key: ListedKey) -> bool:
        ours = key.path == self._tools.files.path
        if not ours:
            self._say(f"It stands in {key.path}, which belongs to the whole machine.", warning=True)
        return ours

    async def _attempt(self, job: Callable[[], T]) -> T | None:
        """What `job` returns, run in a thread; None when it failed, which is told."""
        try:
            return await asyncio.to_thread(job)
        except SshtuiError as error:
            self._say(f"{error.sentence} {error.hint}".strip(), warning=True)
        return None

    def _say(self, sentence: str, *, warning: bool = False) -> None:
        self._prompter.tell(Notice(sentence, level="warning" if warning else "information"))


def _searched(key: ListedKey) -> str:
    return f"{key.names} {key.comment} {key.marker} {key.host_key.kind} {key.host_key.sha256}".lower()


def _names(key: ListedKey) -> str:
    return plain(key.names, 200) or "(hashed name)"


def _row(key: ListedKey) -> Content:
    mark = ("! ", "$error") if key.marker == "@revoked" else "  "
    kind = f"{key.host_key.kind} {key.host_key.bits}"
    extra = {"@revoked": ", revoked", "@cert-authority": ", authority", "": ""}[key.marker]
    return Content.assemble(mark, (plain(key.names, 60) or "(hashed)", "bold"), (f"\n  {kind}{extra}", "$muted"))


def _facts(key: ListedKey) -> Content:
    rows = [("names", _names(key)), ("file", f"{key.path}, line {key.line}")]
    if key.comment:
        rows.append(("comment", plain(key.comment, 200)))
    rows.append(("type", f"{key.host_key.kind} {key.host_key.bits}"))
    parts: list[Any] = [piece for name, value in rows for piece in ((f"{name:<8}", "$muted"), plain(value) + "\n")]
    if key.marker == "@revoked":
        parts.append(("\nRevoked: never accepted.\n", "$error"))
    elif key.marker:
        parts.append("\nAn authority: host keys that it signed are accepted.\n")
    parts.append(f"\n{key.host_key.sha256}\n{key.host_key.md5}\n\n{key.host_key.randomart}")
    return Content.assemble(*parts)


def _scanned(name: str, found: Sequence[HostKey], known: Known) -> Content:
    styles = {"known": "$success", "unknown": "$warning", "changed": "$error", "revoked": "$error"}
    parts: list[Any] = [(f"{plain(name, 100)} shows\n", "bold")]
    for host_key in found:
        verdict = known.verdict(host_key)
        parts += [f"\n{host_key.kind} {host_key.bits}  ", (verdict, styles[verdict]), f"\n{host_key.sha256}\n"]
        parts += [f"{host_key.randomart}\n", (f"{plain(name, 100)} {host_key.line}\n", "$muted")]
    return Content.assemble(*parts)

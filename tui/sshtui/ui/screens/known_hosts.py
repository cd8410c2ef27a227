"""The known hosts: every host key that is trusted or revoked, what each is, and what can be done with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from sshtui.errors import SshtuiError, UsageError
from sshtui.files import with_home
from sshtui.model.host_keys import HostKey
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain
from sshtui.ssh.known_host_lines import known_name, place_of
from sshtui.ssh.known_hosts import Known, KnownHosts, ListedKey
from sshtui.store.importers.found import Skipped
from sshtui.store.importers.putty_host_keys import ACTIONS, FoundHostKey, read_putty_host_keys
from sshtui.ui.jobs import Jobs
from sshtui.ui.modals.base import QUIET
from sshtui.ui.modals.form import LineForm
from sshtui.ui.screens.filtered import FilteredScreen

PUTTY_FILE = "~/.putty/sshhostkeys"
MOST_SHOWN = 1000
"""Lines of the list; what a filter leaves out is found by a longer one."""

EMPTY = "No host keys here.\n\na adds one, s asks a server for its own, i takes those that PuTTY trusts."


@dataclass(frozen=True)
class KnownHostsTools:
    """The files, and what asks a server for its host keys (raises SshtuiError)."""

    files: KnownHosts
    scan: Callable[[str, int], Awaitable[Sequence[HostKey]]]


class KnownHostsScreen(FilteredScreen[ListedKey]):
    """Lists host keys and carries out what is asked for the marked one; files are read in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", tooltip="Trust a host key: paste its line"),
        Binding("d,delete", "delete", "delete", tooltip="Forget the host key; the file as it was is kept"),
        Binding("v", "revoke", "revoke", tooltip="Revoke the host key: it is never accepted again"),
        Binding("s", "scan", "scan", tooltip="Ask a server for its host keys, and compare them"),
        Binding("i", "import", "import PuTTY's", tooltip="Take over the host keys that PuTTY trusts"),
        Binding("r,f5", "reload", "reload", tooltip="Read the files again"),
    ]
    HELP = "Known hosts"

    FILTER_HINT = "/ filter by name, type, fingerprint; a whole name finds hashed ones"

    def __init__(self, tools: KnownHostsTools, prompter: Prompter, *, quiet: float = QUIET) -> None:
        super().__init__()
        self._tools = tools
        self._jobs = Jobs(prompter)
        self._quiet = quiet
        self._all: tuple[ListedKey, ...] = ()

    def on_mount(self) -> None:
        self.action_reload()

    # The list

    def action_reload(self) -> None:
        """Read the files again."""
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        self._all = await self._jobs.attempt(self._tools.files.entries) or ()
        await self._choose()

    def filter_changed(self) -> None:
        self._list_again()

    @work(group="load", exclusive=True)
    async def _list_again(self) -> None:
        await self._choose()

    async def _choose(self) -> None:
        """Show the lines that the filter leaves."""
        text = self.filter_text
        words = text.lower().split()
        found = tuple(entry for entry in self._all if all(word in _searched(entry) for word in words))
        if text and (place := self._place(text)):
            named = await self._jobs.attempt(lambda: self._tools.files.find(*place)) or ()
            found = tuple(dict.fromkeys((*named, *found)))
        more = f", {MOST_SHOWN} shown" if len(found) > MOST_SHOWN else ""
        self.show_title(
            f"Known hosts: {plain(str(self._tools.files.path), 200)}  {len(found)} of {len(self._all)}{more}"
        )
        self.show_entries(found[:MOST_SHOWN])

    @staticmethod
    def _place(text: str) -> tuple[str, int] | None:
        try:
            return place_of(text)
        except UsageError:
            return None

    def row(self, entry: ListedKey) -> Content:
        return _row(entry)

    def facts(self, entry: ListedKey | None) -> Content:
        return _facts(entry) if entry else Content(EMPTY)

    # What can be done

    @work(group="job", exclusive=True)
    async def action_delete(self) -> None:
        """Take the marked line out, after asking; the file as it was is kept."""
        entry, files = self.marked, self._tools.files
        if entry is None or not self._ours(entry):
            return
        text = f"{_names(entry)}\n{_brief(entry)}\n\nThe file as it was stays as {files.path}.old."
        if not await self._jobs.prompter.ask(
            Confirm("Forget this host key?", text, yes="Forget", no="Keep", danger=True)
        ):
            return
        if await self._jobs.attempt(lambda: files.drop(entry)) is False:
            self._jobs.say("The file has another line there by now; it was read again.", warning=True)
        self._load()

    @work(group="job", exclusive=True)
    async def action_revoke(self) -> None:
        """Mark the host key as one that is never accepted again for these names."""
        entry, files = self.marked, self._tools.files
        if entry is None:
            return
        if entry.marker:
            self._jobs.say(f"Only a plain line can be revoked; this one is marked {entry.marker}.", warning=True)
            return
        names = entry.names
        if not names:
            place = self._place(self.filter_text)
            if place is None or entry not in (await self._jobs.attempt(lambda: files.find(*place)) or ()):
                self._jobs.say("Its name is hashed: type the name into the filter first.", warning=True)
                return
            names = known_name(*place).decode()
        text = f"{plain(names, 200)}\n{_brief(entry)}\n\nNobody can connect where it is shown."
        if await self._jobs.prompter.ask(Confirm("Revoke this host key?", text, yes="Revoke", no="Keep", danger=True)):
            await self._jobs.attempt(lambda: files.append(f"@revoked {names} {entry.host_key.line}"))
            self._load()

    @work(group="job", exclusive=True)
    async def action_add(self) -> None:
        """Add a pasted line, after showing what it says."""
        explanation = "A line as known_hosts has it: names, type, key."
        text = await self.app.push_screen_wait(
            LineForm("Trust a host key", "Go on", explanation=explanation, quiet=self._quiet)
        )
        if text is None:
            return
        entry = self._tools.files.read_line(text)
        if entry is None:
            self._jobs.say("That is no line with a host key, as in: web-1 ssh-ed25519 AAAA…", warning=True)
            return
        shown = f"{_names(entry)}\n{entry.marker or 'trusted'}\n{_brief(entry)}"
        if await self._jobs.prompter.ask(Confirm("Add this line?", shown, yes="Add", no="Leave out", danger=True)):
            if await self._jobs.attempt(lambda: self._tools.files.append(text)) is False:
                self._jobs.say("It is there already.")
            self._load()

    @work(group="job", exclusive=True)
    async def action_scan(self) -> None:
        """Ask a server for its host keys and show them; nothing is trusted by that."""
        explanation = "Its host keys are shown and compared with the known ones. Nothing is saved."
        typed = await self.app.push_screen_wait(
            LineForm("Scan a server", "Scan", explanation=explanation, quiet=self._quiet)
        )
        if typed is None:
            return
        try:
            place = place_of(typed)
            self.tell_here(Content(f"Asking {plain(typed, 100)} ..."))
            found = await self._tools.scan(*place)
        except SshtuiError as error:
            self.show_facts()
            self._jobs.failed(error)
            return
        known = await self._jobs.attempt(lambda: self._tools.files.lookup(*place))
        if known is not None:
            self.tell_here(_scanned(known_name(*place).decode(), found, known))

    @work(group="job", exclusive=True)
    async def action_import(self) -> None:
        """Trust the host keys that PuTTY trusts, where none is known yet, after showing them."""
        explanation = "The file of PuTTY's host keys: sshhostkeys, or a .reg file. Nothing is saved before you say yes."
        usual = PUTTY_FILE if with_home(PUTTY_FILE).is_file() else ""
        form = LineForm(
            "Import the host keys of PuTTY", "Read", explanation=explanation, value=usual, quiet=self._quiet
        )
        typed = await self.app.push_screen_wait(form)
        if typed is None:
            return
        planned = await self._jobs.attempt(lambda: self._planned(with_home(typed)))
        if planned is None:
            return
        steps, skipped = planned
        self.tell_here(_found_by_putty(steps, skipped))
        new = [entry for action, entry in steps if action == "new"]
        if not new:
            self._jobs.say("There is no host key in it that is not known yet.")
            return
        counted = Counter(action for action, _ in steps)
        text = ", ".join(f"{count} {action}" for action, count in counted.items()) + ". Only new ones are taken."
        if not await self._jobs.prompter.ask(Confirm(f"Trust {len(new)} host keys?", text, yes="Trust", danger=True)):
            return

        def remember() -> bool:
            for entry in new:
                self._tools.files.remember(entry.address, entry.port, entry.host_key)
            return True

        if await self._jobs.attempt(remember):
            self._jobs.say(f"{len(new)} host keys are trusted.")
        self._load()

    def _planned(self, path: Path) -> tuple[list[tuple[str, FoundHostKey]], tuple[Skipped, ...]]:
        """Each host key of a file of PuTTY with what would be done, and the entries that are none."""
        found, skipped = read_putty_host_keys(path)
        files = self._tools.files
        actions = [ACTIONS[files.lookup(entry.address, entry.port).verdict(entry.host_key)] for entry in found]
        return list(zip(actions, found, strict=True)), skipped

    def _ours(self, entry: ListedKey) -> bool:
        ours = entry.path == self._tools.files.path
        if not ours:
            self._jobs.say(f"It stands in {entry.path}; only {self._tools.files.path} is changed here.", warning=True)
        return ours


def _searched(entry: ListedKey) -> str:
    return f"{entry.names} {entry.comment} {entry.marker} {entry.host_key.kind} {entry.host_key.sha256}".lower()


def _names(entry: ListedKey) -> str:
    return plain(entry.names, 200) or "(hashed name)"


def _brief(entry: ListedKey) -> str:
    return f"{entry.host_key.kind} {entry.host_key.bits} {entry.host_key.sha256}"


def _row(entry: ListedKey) -> Content:
    mark = "! " if entry.marker == "@revoked" else "  "
    kind = f"{entry.host_key.kind} {entry.host_key.bits}"
    extra = {"@revoked": ", revoked", "@cert-authority": ", authority", "": ""}[entry.marker]
    return Content.assemble(mark, (plain(entry.names, 60) or "(hashed)", "bold"), f"\n  {kind}{extra}")


def _facts(entry: ListedKey) -> Content:
    rows = [("names", _names(entry)), ("file", f"{entry.path}, line {entry.line}")]
    if entry.comment:
        rows.append(("comment", plain(entry.comment, 200)))
    rows.append(("type", f"{entry.host_key.kind} {entry.host_key.bits}"))
    parts: list[Any] = [piece for name, value in rows for piece in ((f"{name:<8}", "$muted"), plain(value) + "\n")]
    if entry.marker == "@revoked":
        parts.append(("\nRevoked: never accepted.\n", "$error"))
    elif entry.marker:
        parts.append("\nAn authority: host keys that it signed are accepted.\n")
    parts.append(f"\n{entry.host_key.sha256}\n{entry.host_key.md5}\n\n{entry.host_key.randomart}")
    return Content.assemble(*parts)


def _found_by_putty(steps: Sequence[tuple[str, FoundHostKey]], skipped: Sequence[Skipped]) -> Content:
    parts: list[Any] = [("PuTTY trusts\n", "bold")]
    for action, entry in steps[:MOST_SHOWN]:
        name = plain(known_name(entry.address, entry.port).decode(), 100)
        key = entry.host_key
        parts += [(f"\n{action:<9}", "$warning" if action in ("changed", "revoked") else ""), f"{name}  {key.kind}\n"]
        parts.append((f"{key.sha256}\n", "$muted"))
    parts += [f"\nskipped  {plain(left_out.name, 100)}: {plain(left_out.reason, 200)}\n" for left_out in skipped[:20]]
    return Content.assemble(*parts)


def _scanned(name: str, found: Sequence[HostKey], known: Known) -> Content:
    styles = {"known": "$success", "unknown": "$warning", "changed": "$error", "revoked": "$error"}
    parts: list[Any] = [(f"{plain(name, 100)} shows\n", "bold")]
    for host_key in found:
        verdict = known.verdict(host_key)
        parts += [f"\n{host_key.kind} {host_key.bits}  ", (verdict, styles[verdict]), f"\n{host_key.sha256}\n"]
        parts += [f"{host_key.randomart}\n", (f"{plain(name, 100)} {host_key.line}\n", "$muted")]
    return Content.assemble(*parts)

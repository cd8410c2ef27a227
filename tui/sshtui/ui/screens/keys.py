"""The key workshop: every key file and what the agent holds, what each is, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from sshtui.errors import SshtuiError
from sshtui.keys import workshop
from sshtui.keys.agent import Agent, add_file
from sshtui.keys.convert import public_text
from sshtui.keys.formats import Format
from sshtui.keys.generate import in_device
from sshtui.keys.inspect import inspect_file, list_directory
from sshtui.keys.key_file import KeyFile
from sshtui.keys.saving import public_path
from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET
from sshtui.ui.modals.form import LineForm
from sshtui.ui.screens.catalogue import CatalogueScreen
from sshtui.ui.screens.keys_bench import Bench, KeyTools
from sshtui.ui.screens.keys_dialogs import (
    CertificateDialog,
    ConvertDialog,
    NewKeyPairDialog,
    ProtectionDialog,
)
from sshtui.ui.screens.keys_dialogs_hosts import ChosenHosts, HoldingDialog, HostsDialog, LockDialog, UnlockDialog
from sshtui.ui.screens.keys_facts import EMPTY, Entry, facts, label_of, made_lines, row

INSPECTED = "path of a key, a certificate, an authorized_keys, a bundle"
"""What can be looked at."""


class KeysScreen(CatalogueScreen[Entry]):
    """Lists key pairs and carries out what is asked for the marked one; everything slow runs in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,n", "new", "new", tooltip="Make a new key pair"),
        Binding("e", "comment", "comment", tooltip="Edit the comment"),
        Binding("p", "protect", "passphrase", tooltip="Set, change or remove the passphrase"),
        Binding("c", "convert", "convert", tooltip="Write the private key in another format beside it"),
        Binding("i", "install", "install", tooltip="Install the public key on hosts"),
        Binding("U", "uninstall", "uninstall", tooltip="Take the public key off hosts"),
        Binding("t", "to_agent", "to agent", tooltip="Give the key to the agent"),
        Binding("d,delete", "from_agent", "from agent", tooltip="Take a key out of the agent"),
        Binding("D", "empty_agent", "empty agent", tooltip="Take all keys out of the agent"),
        Binding("l", "lock_agent", "lock agent", tooltip="Lock the agent: it refuses everything"),
        Binding("L", "unlock_agent", "unlock it", tooltip="Unlock the agent"),
        Binding("x", "certify", "X.509", tooltip="Make a self-signed X.509 certificate"),
        Binding("o", "inspect", "open file", tooltip="Tell what a file is: key, certificate, bundle"),
        Binding("y", "copy", "copy public", tooltip="Copy the public line to the clipboard"),
        Binding("m", "mend", "chmod 600", tooltip="Take the rights of others off the private key file"),
        Binding("r,f5", "reload", "reload", tooltip="Read the folder and the agent again"),
    ]
    HELP = "Key pairs"

    def __init__(self, tools: KeyTools, prompter: Prompter, *, quiet: float = QUIET) -> None:
        super().__init__()
        self._tools = tools
        self._bench = Bench(prompter)
        self._quiet = quiet
        self._agent_path = tools.agent_path
        self._told: tuple[str, Content] | None = None
        """What the last action has to tell in place of the facts, and of which entry: until another one is marked."""

    def missing_actions(self) -> Collection[str]:
        given = {"install": self._tools.install, "uninstall": self._tools.uninstall}
        return [action for action, tool in given.items() if tool is None]

    def on_mount(self) -> None:
        self.show_title(f"Key pairs: {plain(str(self._tools.directory), 200)}")
        self.action_reload()

    # The list

    def action_reload(self) -> None:
        """Read the folder and the agent again."""
        self._load("")

    @work(group="load", exclusive=True)
    async def _load(self, select: str) -> None:
        files: list[Entry] = [*await asyncio.to_thread(list_directory, self._tools.directory)]
        if self._agent_path:
            try:
                files += await Agent(self._agent_path).held()
            except SshtuiError as error:
                self._bench.failed(error)
        marked = select or label_of(self.marked)
        names = [label_of(entry) for entry in files]
        self.show_entries(files, names.index(marked) if marked in names else 0)

    def row(self, entry: Entry) -> Content:
        return row(entry)

    def facts(self, entry: Entry | None) -> Content:
        if self._told and entry and label_of(entry) != self._told[0]:
            self._told = None
        if self._told:
            return self._told[1]
        return facts(entry, self._tools.hosts()) if entry else Content(EMPTY)

    def _tell(self, about: str, *lines: str) -> None:
        self._told = about, Content("\n".join(lines))
        self.tell_here(self._told[1])

    # What can be done

    @work(group="job", exclusive=True)
    async def action_new(self) -> None:
        """Ask how, make the pair, show what was made and what comes next."""
        dialog = NewKeyPairDialog(self._tools.directory, quiet=self._quiet)
        await self.app.push_screen_wait(dialog)
        recipe = dialog.recipe
        replace = await self._bench.replacing(recipe.path, public_path(recipe.path)) if recipe else None
        if recipe is None or replace is None:
            return
        busy, about, start = f"Making a key pair of type {recipe.kind}", label_of(self.marked), monotonic()
        if in_device(recipe.kind):
            busy += ": touch your security key when it blinks"
        clock = self.set_interval(0.2, lambda: self._tell(about, f"{busy} ... {monotonic() - start:.0f} s"))
        self._tell(about, f"{busy} ...")
        try:
            made = await self._bench.made(
                lambda pin: workshop.make(
                    recipe.path,
                    recipe.kind,
                    bits=recipe.bits,
                    comment=recipe.comment,
                    passphrase=recipe.protection.passphrase,
                    rounds=recipe.protection.rounds,
                    replace=replace,
                    pin=pin,
                )
            )
        finally:
            clock.stop()
        self._told = None
        if made is None:
            self.show_facts()
            return
        self._tell(str(made.path), *made_lines(made))
        self._load(str(made.path))

    @work(group="job", exclusive=True)
    async def action_protect(self) -> None:
        """Change, set or remove the passphrase."""
        file = self._marked_file()
        if file is None:
            return
        opened = await self._bench.opened(file)
        if opened is None:
            return
        bcrypt = file.format is Format.OPENSSH
        dialog = ProtectionDialog(plain(file.path, 100), bcrypt=bcrypt, quiet=self._quiet)
        new = await self.app.push_screen_wait(dialog)
        if new is None:
            return
        path = Path(file.path)
        if await self._bench.attempt(
            lambda: workshop.change_passphrase(path, opened.passphrase, new.passphrase, rounds=new.rounds)
        ):
            self._load(file.path)
            self._bench.say(
                "It has no passphrase any more." if new.passphrase is None else "The passphrase is changed."
            )

    @work(group="job", exclusive=True)
    async def action_convert(self) -> None:
        """Write the private key in another format beside it."""
        file = self._marked_file()
        if file is None:
            return
        wanted = await self.app.push_screen_wait(ConvertDialog(file, quiet=self._quiet))
        replace = await self._bench.replacing(wanted.path) if wanted else None
        opened = await self._bench.opened(file) if replace is not None else None
        if wanted is None or replace is None or opened is None:
            return
        made = await self._bench.attempt(
            lambda: workshop.convert_file(
                Path(file.path),
                wanted.path,
                wanted.target,
                passphrase=opened.passphrase,
                new_passphrase=opened.passphrase,
                replace=replace,
            )
        )
        if made:
            self._load(str(made.path))
            self._bench.say(f"Wrote {made.path}.")

    @work(group="job", exclusive=True)
    async def action_comment(self) -> None:
        """Change the comment, in the file and in its `.pub`."""
        file = self._marked_file()
        if file is None:
            return
        comment = await self.app.push_screen_wait(
            LineForm(
                "Comment",
                "Change",
                who=plain(file.path, limit=100),
                value=plain(file.comment, limit=500),
                may_be_empty=True,
                quiet=self._quiet,
            )
        )
        opened = await self._bench.opened(file) if comment is not None else None
        if comment is None or opened is None:
            return
        if await self._bench.attempt(lambda: workshop.change_comment(Path(file.path), comment, opened.passphrase)):
            self._load(file.path)

    @work(group="job", exclusive=True)
    async def action_certify(self) -> None:
        """Make a self-signed X.509 certificate for the key pair."""
        file = self._marked_file()
        if file is None:
            return
        wanted = await self.app.push_screen_wait(CertificateDialog(file, quiet=self._quiet))
        if wanted is None:
            return
        der = wanted.out.with_suffix(".cer") if wanted.der else None
        p12 = wanted.out.with_suffix(".p12") if wanted.bundle else None
        replace = await self._bench.replacing(*(path for path in (wanted.out, der, p12) if path))
        opened = await self._bench.opened(file) if replace is not None else None
        if replace is None or opened is None:
            return
        written = await self._bench.attempt(
            lambda: workshop.certify(
                Path(file.path),
                wanted.out,
                der=der,
                p12=p12,
                days=wanted.days,
                subject=wanted.subject,
                passphrase=opened.passphrase,
                bundle_passphrase=opened.passphrase,
                replace=replace,
            )
        )
        if written:
            self._tell(file.path, "Written:", *(f"  {path}" for path in written))

    @work(group="job", exclusive=True)
    async def action_inspect(self) -> None:
        """Tell what any file is: a certificate, a public key, a bundle, a key of another program."""
        typed = await self.app.push_screen_wait(
            LineForm("What is this file?", "Look", placeholder=INSPECTED, quiet=self._quiet)
        )
        found = await self._bench.attempt(lambda: inspect_file(Path(typed))) if typed else None
        if found:
            self._told = label_of(self.marked), facts(found, self._tools.hosts())
            self.show_facts()

    @work(group="job", exclusive=True)
    async def action_install(self) -> None:
        """Put the public key on hosts, one after the other, with a line of result for each."""
        file, install, rotate = self._marked_file(), self._tools.install, self._tools.rotate
        if file is None or install is None:
            return
        path = Path(file.path)
        chosen, hosts = await self._choose_hosts("Install on", "Install", file, rotating=rotate is not None)
        old = chosen.old if chosen else None

        async def job(host: Host) -> str:
            return await (rotate(host, path, old) if rotate and old else install(host, path))

        for host in await self._on_each(f"Installing {plain(file.path)}:", file, hosts, job):
            await self._bench.offer_use(self._tools, host, path)

    @work(group="job", exclusive=True)
    async def action_uninstall(self) -> None:
        """Take the public key off hosts."""
        file, uninstall = self._marked_file(), self._tools.uninstall
        if file is None or uninstall is None:
            return
        path = Path(file.path)
        _, hosts = await self._choose_hosts("Take the key off", "Take off", file, rotating=False)
        await self._on_each(f"Taking {plain(file.path)} off:", file, hosts, lambda host: uninstall(host, path))

    async def _choose_hosts(
        self, heading: str, go: str, file: KeyFile, *, rotating: bool
    ) -> tuple[ChosenHosts | None, list[Host]]:
        hosts = {host.name: host for host in self._tools.hosts()}
        dialog = HostsDialog(heading, go, file, list(hosts.values()), rotating=rotating, quiet=self._quiet)
        chosen = await self.app.push_screen_wait(dialog)
        return chosen, [hosts[name] for name in chosen.names] if chosen else []

    async def _on_each(
        self, heading: str, file: KeyFile, hosts: list[Host], job: Callable[[Host], Awaitable[str]]
    ) -> list[Host]:
        return await self._bench.on_each(hosts, job, lambda rows: self._tell(file.path, heading, "", *rows))

    @work(group="job", exclusive=True)
    async def action_to_agent(self) -> None:
        """Give the key to the agent, which is started first when there is none and the person wants one."""
        file = self._marked_file()
        if file is None:
            return
        self._agent_path = await self._bench.agent(self._tools, self._agent_path)
        if self._agent_path is None:
            return
        how = await self.app.push_screen_wait(HoldingDialog(file, quiet=self._quiet))
        opened = await self._bench.opened(file) if how else None
        if how is None or opened is None:
            return
        agent, path = Agent(self._agent_path), Path(file.path)
        job = add_file(agent, path, opened.passphrase, lifetime=how.lifetime, confirm=how.confirm)
        until = f"for {how.lifetime} seconds" if how.lifetime else "until it ends or you take it out"
        await self._agent_does(job, f"The agent holds it, {until}.")

    @work(group="job", exclusive=True)
    async def action_from_agent(self) -> None:
        """Let the agent forget the marked key of its list."""
        held = self.marked
        if isinstance(held, KeyFile):
            self._bench.say("That is a file; what the agent holds stands below the files.", warning=True)
        elif held is not None and self._agent_path:
            await self._bench.done(Agent(self._agent_path).remove(held))
            self._load("")

    @work(group="job", exclusive=True)
    async def action_empty_agent(self) -> None:
        """Let the agent forget every key, after asking."""
        agent = self._running_agent()
        if agent and await self._bench.empties_agent():
            await self._agent_does(agent.remove_all(), "The agent holds no keys any more.")

    @work(group="job", exclusive=True)
    async def action_lock_agent(self) -> None:
        """Let the agent refuse everything until it is unlocked."""
        agent = self._running_agent()
        chosen = await self.app.push_screen_wait(LockDialog(quiet=self._quiet)) if agent else None
        if agent and chosen:
            await self._agent_does(agent.lock(chosen.passphrase or ""), "The agent is locked: L unlocks it.")

    @work(group="job", exclusive=True)
    async def action_unlock_agent(self) -> None:
        """Open a locked agent again."""
        agent = self._running_agent()
        passphrase = await self.app.push_screen_wait(UnlockDialog(quiet=self._quiet)) if agent else None
        if agent and passphrase is not None:
            await self._agent_does(agent.unlock(passphrase), "The agent is unlocked.")

    def action_copy(self) -> None:
        """The public line to the clipboard."""
        entry = self.marked
        if entry is None or entry.public is None:
            return
        self.app.copy_to_clipboard(public_text(entry.public, entry.comment).rstrip("\n"))
        self._bench.say("The public line is on the clipboard.")

    @work(group="job", exclusive=True)
    async def action_mend(self) -> None:
        """Take the rights of others away from a private key file."""
        file = self.marked
        if isinstance(file, KeyFile) and file.problem and file.remedy:
            path = Path(file.path)
            await self._bench.attempt(lambda: workshop.make_private(path))
            self._load(file.path)
        elif isinstance(file, KeyFile):
            self._bench.say("Nobody else can read it: nothing is to be changed.")

    # Helpers

    async def _agent_does(self, job: Awaitable[object], said: str) -> None:
        if await self._bench.done(job):
            self._load("")
            self._bench.say(said)

    def _running_agent(self) -> Agent | None:
        if self._agent_path is None:
            self._bench.say("No agent runs here: t starts one.", warning=True)
        return Agent(self._agent_path) if self._agent_path else None

    def _marked_file(self) -> KeyFile | None:
        entry = self.marked
        if isinstance(entry, KeyFile):
            return entry
        if entry is not None:
            self._bench.say("That one is held by the agent: there is no file of it here.", warning=True)
        return None

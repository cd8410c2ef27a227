"""What every job of the key workshop needs: its tools, and what it asks before it writes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sshtui.errors import SshtuiError, WrongPassphrase
from sshtui.keys import workshop
from sshtui.keys.agent import start_agent
from sshtui.keys.apart import apart
from sshtui.keys.inspect import used_by
from sshtui.keys.key_file import KeyFile
from sshtui.keys.saving import existing
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, Passphrase
from sshtui.model.text import plain, plain_lines
from sshtui.ui.jobs import Jobs

Install = Callable[[Host, Path], Awaitable[str]]
"""Puts the public key of a private key file on a host and proves it by a login; what happened, for a person.
Raises SshtuiError."""
Uninstall = Callable[[Host, Path], Awaitable[str]]
"""Takes the public key of a private key file off a host; what happened. Raises SshtuiError."""
Rotate = Callable[[Host, Path, Path], Awaitable[str]]
"""Installs the first key pair, proves it, and takes the second one off; what happened. Raises SshtuiError."""


@dataclass(frozen=True)
class KeyTools:
    """What the workshop is handed: where key files are, the agent's socket, the saved hosts, and the wire."""

    directory: Path
    agent_path: str | None
    hosts: Callable[[], Sequence[Host]]
    install: Install | None = None
    use: Callable[[Host, Path], None] | None = None
    """Saves the key pair as the host's own. Raises SshtuiError."""
    uninstall: Uninstall | None = None
    rotate: Rotate | None = None
    agent_started: Callable[[str], None] | None = None
    """Told of the socket of an agent that was started from here: logins use it from then on."""


@dataclass(frozen=True, repr=False)
class Opened:
    """The passphrase that opened a file; None for a file without."""

    passphrase: str | None


class Bench(Jobs):
    """What the workshop's jobs have in common: opening, replacing, one host after the other, the agent."""

    async def opened(self, file: KeyFile) -> Opened | None:
        """The passphrase that opens `file`, asked until it does; None when the person gives up."""
        path, attempt, problem = Path(file.path), 0, ""
        passphrase: str | None = None
        while True:
            if file.encrypted:
                attempt += 1
                passphrase = await self.prompter.ask(Passphrase(file.path, attempt, problem))
                if passphrase is None:
                    return None
            try:
                await asyncio.to_thread(workshop.open_file, path, passphrase)
            except WrongPassphrase as error:
                problem = error.sentence
            except SshtuiError as error:
                self.failed(error)
                return None
            else:
                return Opened(passphrase)

    async def made(self, make: Callable[[str | None], workshop.Made]) -> workshop.Made | None:
        """What `make` makes, given None, or the PIN when a security key wants it (WrongPassphrase), until it is right.

        None when it failed, which is told, or the person gives up.
        """
        pin, attempt, problem = None, 0, ""
        while True:
            try:
                return await apart(partial(make, pin))
            except WrongPassphrase as error:
                # The first round goes without a PIN: its failing only says that one is wanted.
                problem = error.sentence if attempt else ""
            except SshtuiError as error:
                self.failed(error)
                return None
            attempt += 1
            pin = await self.prompter.ask(Passphrase("the security key", attempt, problem, "PIN"))
            if pin is None:
                return None

    async def replacing(self, *paths: Path) -> bool | None:
        """Whether a file stands at one of `paths` and is to be replaced; None when the person keeps it."""
        there = [plain(str(path)) for path in await asyncio.to_thread(existing, *paths)]
        if not there:
            return False
        text = f"{' and '.join(there)} would be overwritten. What is in a replaced file is lost for good."
        question = Confirm("Replace what is there?", text, yes="Replace", no="Keep", danger=True)
        return True if await self.prompter.ask(question) else None

    async def empties_agent(self) -> bool:
        """Whether the agent is to forget every key."""
        text = "The agent forgets every key it holds, those that other programs gave it too. The files stay."
        return await self.prompter.ask(Confirm("Empty the agent?", text, yes="Forget all", danger=True)) is True

    async def offer_use(self, tools: KeyTools, host: Host, path: Path) -> None:
        """Ask whether `host` logs in by this key pair from now on, where it does not already."""
        if tools.use is None or not host.editable or used_by(path, [host]):
            return
        text = f"{host.name} lets this key pair in. Use {path} for it from now on?"
        if await self.prompter.ask(Confirm("Use this key pair?", text, yes="Use", no="No")):
            # Not in a thread: whoever owns the hosts tells the screens at once.
            try:
                tools.use(host, path)
            except SshtuiError as error:
                self.failed(error)

    async def on_each(
        self, hosts: Sequence[Host], job: Callable[[Host], Awaitable[str]], show: Callable[[list[str]], None]
    ) -> list[Host]:
        """Do `job` on one host after the other; those where it succeeded. `show` gets the table as it grows."""
        width = max((len(plain(host.name)) for host in hosts), default=0)
        rows: list[str] = []
        done = []
        for number, host in enumerate(hosts, 1):
            name = f"  {plain(host.name):<{width}}  "
            show([*rows, f"{name}... ({number} of {len(hosts)})"])
            try:
                said = plain(await job(host))
            except SshtuiError as error:
                said = " ".join(plain_lines(f"failed. {error.told}", 6))
            else:
                done.append(host)
            rows.append(name + said)
            show(rows)
        return done

    async def agent(self, tools: KeyTools, running: str | None) -> str | None:
        """The socket of the agent, `running` or one started now when the person wants it; None otherwise."""
        if running:
            return running
        text = (
            "No agent runs here. Start OpenSSH's ssh-agent? It holds opened keys until it is ended; "
            "logins from here use it at once."
        )
        if not await self.prompter.ask(Confirm("Start an agent?", text, yes="Start")):
            return None
        started = await self.attempt(start_agent)
        if started is None:
            return None
        if tools.agent_started is not None:
            tools.agent_started(started.path)
        self.say(
            f"The agent runs until you end it: kill {started.pid}. "
            f"Other terminals reach it with SSH_AUTH_SOCK={started.path}"
        )
        return started.path

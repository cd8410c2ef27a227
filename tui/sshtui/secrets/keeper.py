"""The owner of saved secrets: keeps them where the person says, and a reference in the host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sshtui.errors import Declined, NotFound, SecretsError, SshtuiError, WrongVaultPassword
from sshtui.files import ensure_private_directory, locked, read_whole, write_whole
from sshtui.model.hosts import Host
from sshtui.model.questions import KEYRING, VAULT, Notice, Place, Prompter, VaultPassword
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.references import (
    FIELDS,
    PASSWORD,
    PLAIN,
    Reference,
    new_reference,
    read_reference,
    reference_of,
)
from sshtui.secrets.vault import Vault

UNLOCK_TRIES = 3


class Hosts(Protocol):
    """The saved hosts, as far as secrets need them; the store's HostStore fits."""

    @property
    def problem(self) -> Exception | None: ...
    def hosts(self) -> tuple[Host, ...]: ...
    def get(self, name: str) -> Host | None: ...
    def effective(self, host: Host) -> Host: ...
    def put(self, host: Host, *, was: str | None = None) -> None: ...
    def refresh(self) -> bool: ...
    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]: ...


@dataclass(frozen=True)
class Saved:
    """A saved secret without its value. `host` is "" for one in the vault that no host refers to.

    `place` is None for a password that stands in hosts.toml as plain text.
    """

    host: str
    field: str
    place: Place | None
    reference: Reference | None = None

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return FIELDS.get(self.field, "password")

    @property
    def made(self) -> datetime | None:
        """When it was saved."""
        return self.reference.made if self.reference else None


class Keeper:
    """Saves, finds and forgets secrets. Its coroutines run what is slow in threads and write hosts in the loop's.

    A secret whose host is deleted is deleted with it, but not before `settle`: until then undo brings back the host
    with its reference. What lies in a locked vault then is noted in `forgotten` and deleted when the vault opens.
    """

    def __init__(self, hosts: Hosts, vault: Vault, keyring: KeyringStore, forgotten: Path) -> None:
        self._hosts = hosts
        self.vault = vault
        self._keyring = keyring
        self._forgotten = forgotten
        self._seen: set[Reference] = set()
        self._later: set[asyncio.Task[None]] = set()
        self._storing: set[asyncio.Task[None]] = set()
        self._unlocking = asyncio.Lock()
        self._note_references()
        hosts.subscribe(self._note_references)

    # What there is

    def saved(self) -> Sequence[Saved]:
        """Every secret that a host refers to, and those of an unlocked vault that none does; plain ones first."""
        hosts = [host for host in self._hosts.hosts() if host.extra]
        found = [Saved(host.name, PASSWORD, None) for host in hosts if isinstance(host.extra.get(PLAIN), str)]
        for host in hosts:
            for field in FIELDS:
                if reference := reference_of(host, field):
                    found.append(Saved(host.name, field, reference.place, reference))
        if self.vault.unlocked and self.vault.exists:
            with suppress(SecretsError):
                used = {str(each.reference) for each in found}
                for number in sorted(self.vault.ids()):
                    if f"{VAULT}:{number}" not in used:
                        found.append(Saved("", PASSWORD, VAULT, read_reference(f"{VAULT}:{number}")))
        return found

    def plain_warnings(self) -> Sequence[str]:
        """A sentence for each host with a password as plain text."""
        return [
            f"{saved.host} has a password as plain text in hosts.toml. It is not used. "
            f"Move it to a safe place: sshtui secrets move {saved.host}"
            for saved in self.saved()
            if saved.place is None
        ]

    def host(self, name: str) -> Host | None:
        """The saved host of that name, with what it inherits from its folders."""
        host = self._hosts.get(name)
        return self._hosts.effective(host) if host else None

    async def places(self) -> tuple[Place, ...]:
        """Where secrets can be kept here, the best first."""
        return (KEYRING, VAULT) if await asyncio.to_thread(lambda: self._keyring.usable) else (VAULT,)

    # One secret

    async def recall(self, host: Host, field: str, prompter: Prompter) -> str | None:
        """The secret that `host` refers to; None without one. May ask for the vault's password.

        Raises SecretsError, Declined.
        """
        reference = reference_of(host, field)
        if reference is None:
            return None
        if reference.place == VAULT:
            if not self.vault.exists:
                return None
            await self.unlock(prompter)
            return await asyncio.to_thread(self.vault.get, str(reference.id))
        return await asyncio.to_thread(self._keyring.get, str(reference.id))

    async def keep(self, name: str, field: str, place: Place, secret: str, prompter: Prompter) -> None:
        """Save a secret for the host `name`, in place of the one it had. May ask for the vault's password.

        Raises NotFound, SecretsError, Declined, ConfigError; the host refers to nothing new then.
        """
        self._saved_host(name)
        if place == VAULT:
            await self.unlock(prompter)
        # Goes on when the caller is cancelled: a secret without a host that refers to it is never found again.
        storing = asyncio.get_running_loop().create_task(self._store(name, field, new_reference(place), secret))
        self._storing.add(storing)
        storing.add_done_callback(self._stored)
        await asyncio.shield(storing)

    def _stored(self, task: asyncio.Task[None]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            # Asked for here, or asyncio reports what a caller that was cancelled does not want to hear any more.
            task.exception()

    async def _store(self, name: str, field: str, reference: Reference, secret: str) -> None:
        keep = self.vault.put if reference.place == VAULT else self._keyring.put
        await asyncio.to_thread(keep, str(reference.id), secret)
        try:
            old = reference_of(self._saved_host(name), field)
            self._refer(name, {field: str(reference)})
        except SshtuiError:
            with suppress(SshtuiError):
                await self._forget([reference])
            raise
        if old is not None:
            await self._forget([old])

    def keep_later(self, name: str, field: str, place: Place, secret: str, prompter: Prompter) -> None:
        """Have `keep` done in the background; what goes wrong is told. `settle` waits for it."""
        task = asyncio.get_running_loop().create_task(self._keep_or_tell(name, field, place, secret, prompter))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _keep_or_tell(self, name: str, field: str, place: Place, secret: str, prompter: Prompter) -> None:
        try:
            await self.keep(name, field, place, secret, prompter)
        except SshtuiError as error:
            prompter.tell(Notice(error.told, level="warning"))

    async def kept(self) -> None:
        """Return once everything is kept, or was refused."""
        while pending := self._later | self._storing:
            await asyncio.wait(pending)

    async def remove(self, saved: Saved, prompter: Prompter) -> None:
        """Delete a secret and the reference to it. May ask for the vault's password. Raises as `keep`."""
        if saved.reference is not None:
            if saved.place == VAULT and self.vault.exists:
                await self.unlock(prompter)
            await self._forget([saved.reference])
        host = self._hosts.get(saved.host)
        if host is not None:
            self._refer(host.name, {PLAIN if saved.place is None else saved.field: None})

    async def move_plain(self, name: str, place: Place, prompter: Prompter) -> None:
        """Keep the plain password of a host in `place` and take it out of hosts.toml. Raises as `keep`."""
        secret = self._saved_host(name).extra.get(PLAIN)
        if not isinstance(secret, str):
            raise NotFound(f"{name} has no password as plain text in hosts.toml.")
        await self.keep(name, PASSWORD, place, secret, prompter)
        self._refer(name, {PLAIN: None})

    def _saved_host(self, name: str) -> Host:
        host = self._hosts.get(name)
        if host is None:
            raise NotFound(f"There is no saved host {name}.", hint="Save the host first.")
        return host

    def _refer(self, name: str, fields: dict[str, str | None]) -> None:
        """Write references into a host; None takes one away."""
        self._hosts.refresh()
        host = self._saved_host(name)
        self._hosts.put(replace(host, extra={**host.extra, **fields}), was=name)

    # The vault

    async def unlock(self, prompter: Prompter) -> None:
        """Open the vault, asking for its password, or for a new one where there is none yet.

        Raises Declined, SecretsError.
        """
        async with self._unlocking:
            if not self.vault.exists:
                self.vault.lock()
                password = await prompter.ask(VaultPassword(new=True))
                if password is None:
                    raise Declined("No vault was set up.")
                await asyncio.to_thread(self.vault.create, password)
            problem = ""
            for _ in range(UNLOCK_TRIES):
                if self.vault.unlocked:
                    break
                password = await prompter.ask(VaultPassword(problem=problem))
                if password is None:
                    raise Declined("The vault stays locked.")
                try:
                    await asyncio.to_thread(self.vault.unlock, password)
                except WrongVaultPassword as error:
                    problem = error.told
                else:
                    await self._forget_noted()
            if not self.vault.unlocked:
                raise WrongVaultPassword("The vault stays locked.", hint="None of the passwords opened it.")

    async def change_password(self, prompter: Prompter) -> None:
        """Give the vault another password, or its first one. Raises Declined, SecretsError, NotSaved."""
        if not self.vault.exists:
            await self.unlock(prompter)
            return
        old = await prompter.ask(VaultPassword())
        if old is None:
            raise Declined("The vault's password stays.")
        await asyncio.to_thread(self.vault.unlock, old)
        new = await prompter.ask(VaultPassword(new=True))
        if new is None:
            raise Declined("The vault's password stays.")
        await asyncio.to_thread(self.vault.change_password, old, new)

    # Hosts that are gone

    def _note_references(self) -> None:
        self._seen |= self._used()

    def _used(self) -> set[Reference]:
        return _references(self._hosts.hosts())

    async def settle(self, removed: Iterable[Host] = ()) -> None:
        """Delete the secrets of hosts that were deleted: at the end, when nothing can be undone any more.

        What is being kept is kept first, unless that waits for an answer of the person, who is gone. `removed` were
        deleted before this keeper saw them. A keyring that fails keeps its secret; nothing is raised. While hosts.toml
        cannot be read nothing is deleted.
        """
        # One round of the loop, so that what was begun just now has asked its question or needs none.
        await asyncio.sleep(0)
        for waiting in self._later:
            waiting.cancel()
        await self.kept()
        self._hosts.refresh()
        if self._hosts.problem is None:
            gone = (self._seen | _references(removed)) - self._used()
            self._seen -= gone
            with suppress(SshtuiError):
                await self._forget(gone)
        self.vault.lock()

    async def _forget(self, references: Iterable[Reference]) -> None:
        references = list(references)
        numbers = [str(each.id) for each in references if each.place == VAULT]
        if numbers and self.vault.exists:
            if self.vault.unlocked:
                await asyncio.to_thread(self.vault.remove, *numbers)
            else:
                await asyncio.to_thread(self._change_noted, lambda noted: noted | {*numbers})
        for each in references:
            if each.place == KEYRING:
                await asyncio.to_thread(self._keyring.remove, str(each.id))

    async def _forget_noted(self) -> None:
        """Delete from the vault, just opened, what was to go while it was locked."""
        noted = self._noted()
        if noted:
            used = {str(each.id) for each in self._used()}
            await asyncio.to_thread(self.vault.remove, *(noted - used))
            # What others note meanwhile waits for the next time.
            await asyncio.to_thread(self._change_noted, lambda now: now - noted)

    def _noted(self) -> set[str]:
        data = read_whole(self._forgotten)
        try:
            values = json.loads(data or b"[]")
        except ValueError:
            return set()
        return {each for each in values if isinstance(each, str)} if isinstance(values, list) else set()

    def _change_noted(self, change: Callable[[set[str]], set[str]]) -> None:
        ensure_private_directory(self._forgotten.parent)
        with locked(self._forgotten):
            write_whole(self._forgotten, json.dumps(sorted(change(self._noted()))).encode())


def _references(hosts: Iterable[Host]) -> set[Reference]:
    # Most of a hundred thousand hosts have no further fields at all.
    return {reference for host in hosts if host.extra for field in FIELDS if (reference := reference_of(host, field))}

"""The judge of host keys: what a file knows, what a person says, and what that means for a connection.

asyncssh cannot wait inside its host-key callback, so an attempt that meets a host key nobody trusts ends there,
before a user name or a credential is sent; `HostKeyTrust.judge` decides with nothing open; the next attempt accepts
exactly the host key that was shown. Per attempt:

    known = await trust.known(host)        # what to hand to asyncssh, revoked host keys left out
    …HostKeyNotVerifiable, and the callback saw `offered`…
    await trust.judge(host, offered, prompter)       # raises TrustRefused; returning means: dial again
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Literal

from sshtui.errors import ConfigError, HostKeyChanged, HostKeyRevoked, HostKeyUnknown
from sshtui.model.host_keys import HostKey, KnownEntry
from sshtui.model.hosts import Host
from sshtui.model.questions import ChangedHostKey, Notice, Prompter, UnknownHostKey
from sshtui.ssh.known_hosts import Known, KnownHosts

Strictness = Literal["ask", "accept-new", "yes"]
"""StrictHostKeyChecking of ssh_config(5) without `no`: nobody is trusted blindly here."""

ONCE = "accepted once in this run"
"""Stands for the file in a KnownEntry that is in none (line 0)."""


class HostKeyTrust:
    """Decides whom to trust, for one run of the program: what a person accepted once holds until it ends."""

    def __init__(self, known_hosts: KnownHosts) -> None:
        self._known_hosts = known_hosts
        self._once: dict[tuple[str, int], HostKey] = {}
        self._judging: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def known(self, host: Host) -> Known:
        """Whom to trust at `host`, what was accepted once included. Raises ConfigError when a file cannot be read."""
        known = await asyncio.to_thread(self._known_hosts.lookup, host.address, host.port)
        once = self._once.get(_place(host))
        if once is None or once in known.revoked or once in known.trusted:
            return known
        return replace(known, trusted=(*known.trusted, once), exact=(*known.exact, KnownEntry(once, ONCE, 0)))

    async def judge(self, host: Host, offered: HostKey, prompter: Prompter, *, strictness: Strictness = "ask") -> None:
        """Return when `offered` is trusted for `host`, by a file or by a person who was asked now.

        Raises HostKeyUnknown, HostKeyChanged (any other host key on a known host, as in ssh, also when the type is
        new) or HostKeyRevoked, and ConfigError when a file cannot be read. A host key that cannot be saved is
        trusted for this run, and the person is told. Two tabs that meet the same host key ask once.
        """
        async with self._judging[_place(host)]:
            known = await self.known(host)
            if offered in known.revoked:
                raise revoked(host, offered)
            if offered in known.trusted:
                return
            if known.exact:
                await self._judge_changed(host, offered, known, prompter, strictness)
            else:
                await self._judge_unknown(host, offered, prompter, strictness)

    async def _judge_unknown(self, host: Host, offered: HostKey, prompter: Prompter, strictness: Strictness) -> None:
        if strictness == "yes":
            raise HostKeyUnknown(
                f"{host.name} is not known, and only known hosts are accepted (StrictHostKeyChecking yes).",
                hint=f"Its host key: {_described(offered)}. Add it to {self._known_hosts.path} if it is right.",
            )
        save = True
        if strictness == "ask":
            answer = await prompter.ask(UnknownHostKey(host.name, host.address, host.port, offered))
            if answer is None:
                raise HostKeyUnknown(
                    f"The host key of {host.name} was not accepted; nothing was sent to it.",
                    hint=f"Ask its administrator for the fingerprint of {_described(offered)}, then connect again.",
                )
            save = answer == "save"
        self._once[_place(host)] = offered
        if save:
            await self._save(host, offered, prompter, swap=False)

    async def _judge_changed(
        self, host: Host, offered: HostKey, known: Known, prompter: Prompter, strictness: Strictness
    ) -> None:
        another_type = all(entry.host_key.algorithm != offered.algorithm for entry in known.exact)
        question = ChangedHostKey(host.name, host.address, host.port, offered, known.exact, another_type)
        if strictness != "ask" or await prompter.ask(question) != "replace":
            raise _changed(host, offered, known)
        self._once[_place(host)] = offered
        await self._save(host, offered, prompter, swap=True)

    async def _save(self, host: Host, offered: HostKey, prompter: Prompter, *, swap: bool) -> None:
        save = self._known_hosts.replace if swap else self._known_hosts.remember
        try:
            await asyncio.to_thread(save, host.address, host.port, offered)
        except ConfigError as error:
            prompter.tell(
                Notice(
                    f"The host key of {host.name} was not saved: {error.sentence} You will be asked again next time.",
                    title="Host key not saved",
                    level="warning",
                )
            )


def revoked(host: Host, offered: HostKey | None = None) -> HostKeyRevoked:
    """The refusal of a revoked host key, or of one signed by a revoked authority when `offered` is None."""
    which = f" ({_described(offered)})" if offered else ""
    return HostKeyRevoked(
        f"The host key of {host.name}{which} is marked as revoked: it may be in the hands of someone else.",
        hint="Ask the server's administrator for a new host key; this one is refused without a way around.",
    )


def _changed(host: Host, offered: HostKey, known: Known) -> HostKeyChanged:
    entry = next((entry for entry in known.exact if entry.host_key.algorithm == offered.algorithm), known.exact[0])
    where = f"{entry.path}, line {entry.line}" if entry.line else entry.path
    return HostKeyChanged(
        f"The host key of {host.name} has changed: known is {_described(entry.host_key)} ({where}), "
        f"the server shows {_described(offered)}. Nothing was sent to it.",
        hint="A reinstalled server has a new host key, and so has someone who stands in between: "
        "ask the server's administrator for the fingerprint, then connect again and replace it.",
    )


def _described(host_key: HostKey) -> str:
    return f"{host_key.kind} {host_key.sha256}"


def _place(host: Host) -> tuple[str, int]:
    return host.address.lower(), host.port

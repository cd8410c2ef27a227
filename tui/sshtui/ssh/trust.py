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
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sshtui.errors import ConfigError, HostKeyChanged, HostKeyRevoked, HostKeyUnknown, SshtuiError
from sshtui.files import with_home
from sshtui.model.host_keys import DnsVerdict, HostKey, KnownEntry
from sshtui.model.hosts import Host
from sshtui.model.questions import ChangedHostKey, Confirm, Notice, Prompter, UnknownHostKey
from sshtui.model.text import plain
from sshtui.ssh.dns_host_keys import DnsHostKeys, PublishedHostKeys
from sshtui.ssh.known_hosts import Known, KnownHosts, second_of
from sshtui.ssh.revocations import read_revocations

ALIAS = "host_key_alias"
"""Field of a host: what known_hosts calls it, in place of address and port (HostKeyAlias)."""

CHECKING = "strict_host_key_checking"
"""Field of a host: `ask`, `accept-new` or `yes`; anything else, `no` above all, counts as `ask`."""

FILES = "known_hosts_files"
"""Field of a host: paths in place of the usual known_hosts; the first is written (UserKnownHostsFile)."""

SYSTEM_FILES = "global_known_hosts_files"
"""Field of a host: paths in place of those of the whole machine; never written (GlobalKnownHostsFile)."""

FINGERPRINT = "fingerprint"
"""Field of a host: the only host key it may have, whatever the files say, as `PublicKey.has_fingerprint` reads it."""

DNS = "verify_host_key_dns"
"""Field of a host: `yes` or `ask` looks for its host key in the DNS (VerifyHostKeyDNS); anything else does not."""

REVOKED = "revoked_host_keys"
"""Field of a host: a file of host keys that nobody may have (RevokedHostKeys); none is trusted when it is missing."""

UPDATE = "update_host_keys"
"""Field of a host: whether the further host keys it announces are saved (UpdateHostKeys).

`yes`, `ask` or `no`; `true` and `false` of TOML, which stand for most flags, are `yes` and `no`.

Without it they are, unless known_hosts is another file than usual or the DNS is asked."""

HASH = "hash_known_hosts"
"""Field of a host: whether its name is hashed when it is saved (HashKnownHosts); else as the file has it already."""

MOST_ANNOUNCED = 8
"""Host keys saved of one announcement; a server has one of each type, and two of each while it rotates them."""

ONCE = "accepted once in this run"
"""Stands for the file in a KnownEntry that is in none (line 0)."""


class HostKeyTrust:
    """Decides whom to trust, for one run of the program: what a person accepted once holds until it ends.

    It holds for every host of that place which says the same of trust, and for no other: one with files of its own or
    with stricter checking was not what the person was asked about.
    """

    def __init__(self, known_hosts: KnownHosts, dns: PublishedHostKeys | None = None) -> None:
        self._known_hosts = known_hosts
        self._dns = dns or DnsHostKeys()
        self._once: dict[tuple[str, ...], HostKey] = {}
        self._judging: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def known(self, host: Host) -> Known:
        """Whom to trust at `host`, what was accepted once included. Raises ConfigError when a file cannot be read."""
        lookup = self._files(host).lookup
        known = await asyncio.to_thread(lookup, host.address, host.port, alias=_text(host, ALIAS))
        if revoking := _text(host, REVOKED):
            known = known.without(await asyncio.to_thread(lambda: read_revocations(with_home(revoking))))
        once = self._once.get(_place(host))
        if once is not None and not known.revokes(once) and once not in known.trusted:
            known = replace(known, trusted=(*known.trusted, once), exact=(*known.exact, KnownEntry(once, ONCE, 0)))
        pin = _text(host, FINGERPRINT)
        if pin:
            fitting = tuple(host_key for host_key in known.trusted if host_key.has_fingerprint(pin))
            known = replace(known, trusted=fitting, authorities=())
        return known

    async def judge(self, host: Host, offered: HostKey, prompter: Prompter) -> None:
        """Return when `offered` is trusted for `host`, by a file, by a fingerprint of the host or by a person.

        The DNS is asked only where the host says so; signed, it stands in for a person before an unknown host key and
        nowhere else.

        Raises HostKeyUnknown, HostKeyChanged (any other host key on a known host, as in ssh, also when the type is
        new) or HostKeyRevoked, and ConfigError when a file cannot be read. A host key that cannot be saved is
        trusted for this run, and the person is told. Two tabs that meet the same host key ask once.
        """
        async with self._judging[_place(host)]:
            known = await self.known(host)
            if known.revokes(offered):
                raise revoked(host, offered)
            if offered in known.trusted:
                return
            if pin := _text(host, FINGERPRINT):
                self._compare(host, offered, pin)
                return
            dns = await self.in_dns(host, offered, prompter)
            if known.exact:
                await self._judge_changed(host, offered, known, prompter, dns)
            elif dns == "signed" and _text(host, DNS) == "yes":
                self._once[_place(host)] = offered
                prompter.tell(
                    Notice(f"The host key of {host.name} is the one the DNS names, and its answer is signed.")
                )
            else:
                await self._judge_unknown(host, offered, prompter, dns)

    async def in_dns(self, host: Host, offered: HostKey, prompter: Prompter) -> DnsVerdict:
        """What the DNS says, where the host wants it asked; trouble with that is told and decides nothing."""
        if _text(host, DNS) not in {"yes", "ask"}:
            return "unasked"
        try:
            return (await self._dns.published(host.address)).verdict(offered)
        except SshtuiError as error:
            prompter.tell(Notice(error.told, level="warning"))
            return "unasked"

    def _compare(self, host: Host, offered: HostKey, pin: str) -> None:
        if not offered.has_fingerprint(pin):
            raise HostKeyChanged(
                f"The host key of {host.name} is {_described(offered)}, and not the one with the fingerprint "
                f"{plain(pin, 80)}. Nothing was sent to it.",
                hint="Whoever gave you the fingerprint knows whether the server has a new host key.",
            )
        self._once[_place(host)] = offered

    async def announced(self, host: Host, used: HostKey, added: Sequence[HostKey], prompter: Prompter) -> None:
        """Save further host keys that the server has proved to own, and tell the person (UpdateHostKeys).

        A host may want to be asked first, or want none of it. Only when `used`, the host key of this connection,
        stands in the written file under the host's very name: what a pattern, an authority, a fingerprint or "once"
        trusts is no ground for more. Nothing is removed.
        """
        files, alias = self._files(host), _text(host, ALIAS)
        wish = _word(host, UPDATE)
        if not wish and (files.path != self._known_hosts.path or _text(host, DNS) in {"yes", "ask"}):
            # As with ssh: whoever trusts by other means than usual is not given more to trust unasked.
            wish = "no"
        if (
            wish == "no"
            or _text(host, FINGERPRINT)
            or not await asyncio.to_thread(files.names, host.address, host.port, used, alias=alias)
        ):
            return
        known = await self.known(host)
        new = [key for key in dict.fromkeys(added) if not known.revokes(key) and key not in known.trusted]
        if not new:
            return
        described = ", ".join(map(_described, new[:MOST_ANNOUNCED]))
        if wish == "ask" and not await prompter.ask(
            Confirm(f"Save further host keys of {host.name}?", f"It has proved to own {described}.", yes="Save")
        ):
            return
        for host_key in new[:MOST_ANNOUNCED]:
            if not await self._save(host, host_key, prompter, swap=False):
                return
        prompter.tell(Notice(f"{host.name} has further host keys, which are saved now: {described}."))

    async def _judge_unknown(self, host: Host, offered: HostKey, prompter: Prompter, dns: DnsVerdict) -> None:
        checking = _word(host, CHECKING)
        if checking == "yes":
            raise HostKeyUnknown(
                f"{host.name} is not known, and only known hosts are accepted (StrictHostKeyChecking yes).",
                hint=f"Its host key: {_described(offered)}. Add it to {self._files(host).path} if it is right.",
            )
        save = True
        if checking != "accept-new" or dns == "differs":
            answer = await prompter.ask(UnknownHostKey(host.name, host.address, host.port, offered, dns))
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
        self, host: Host, offered: HostKey, known: Known, prompter: Prompter, dns: DnsVerdict
    ) -> None:
        another_type = all(entry.host_key.algorithm != offered.algorithm for entry in known.exact)
        question = ChangedHostKey(host.name, host.address, host.port, offered, known.exact, another_type, dns)
        refused = _word(host, CHECKING) in {"yes", "accept-new"}
        if refused or await prompter.ask(question) != "replace":
            raise _changed(host, offered, known)
        self._once[_place(host)] = offered
        await self._save(host, offered, prompter, swap=True)

    async def _save(self, host: Host, offered: HostKey, prompter: Prompter, *, swap: bool) -> bool:
        """Write it down; False when that failed, which the person was told."""
        files = self._files(host)
        save = files.replace if swap else files.remember
        try:
            await asyncio.to_thread(save, host.address, host.port, offered, alias=_text(host, ALIAS))
        except ConfigError as error:
            prompter.tell(
                Notice(
                    f"{error.sentence} Until sshtui ends, the host key of {host.name} is trusted all the same.",
                    title="Host key not saved",
                    level="warning",
                )
            )
            return False
        return True

    def _files(self, host: Host) -> KnownHosts:
        own, system = _paths(host, FILES), _paths(host, SYSTEM_FILES)
        usual, hashing = self._known_hosts, host.extra.get(HASH)
        if not own and not system and not isinstance(hashing, bool):
            return usual
        second = second_of(usual.path)
        first, *more = own or [usual.path, *(each for each in usual.others if each == second)]
        others = [*more, *(system or (each for each in usual.others if each != second))]
        return KnownHosts(first, others, hash_names=hashing if isinstance(hashing, bool) else None)


def _paths(host: Host, field: str) -> list[Path]:
    """The files that a field names, one or several."""
    paths = host.extra.get(field, ())
    paths = (paths,) if isinstance(paths, str) else paths
    return [with_home(path) for path in paths if isinstance(path, str)] if isinstance(paths, Sequence) else []


def revoked(host: Host, offered: HostKey | None = None) -> HostKeyRevoked:
    """The refusal of a revoked host key, or of one signed by a revoked authority when `offered` is None."""
    which = f" ({_described(offered)})" if offered else ""
    return HostKeyRevoked(
        f"The host key of {host.name}{which} is marked as revoked: it may be in the hands of someone else.",
        hint="Ask the server's administrator for a new host key; this one is refused without a way around.",
    )


def _changed(host: Host, offered: HostKey, known: Known) -> HostKeyChanged:
    entry = next((entry for entry in known.exact if entry.host_key.algorithm == offered.algorithm), known.exact[0])
    return HostKeyChanged(
        f"The host key of {host.name} has changed: known is {_described(entry.host_key)} ({entry.where}), "
        f"the server shows {_described(offered)}. Nothing was sent to it.",
        hint="A reinstalled server has a new host key, and so has someone who stands in between: "
        "ask the server's administrator for the fingerprint, then connect again and replace it.",
    )


def _described(host_key: HostKey) -> str:
    return f"{host_key.kind} {host_key.sha256}"


def _place(host: Host) -> tuple[str, ...]:
    """What known_hosts would call it, and what it says of whom to trust there."""
    alias = _text(host, ALIAS)
    name = (alias.lower(),) if alias else (host.address.lower(), str(host.port))
    return (*name, *(str(host.extra.get(field, "")) for field in (FILES, SYSTEM_FILES, CHECKING, FINGERPRINT, DNS)))


def _text(host: Host, field: str) -> str:
    """A field of the host that its file may hold anything in; "" unless it is text."""
    value = host.extra.get(field, "")
    return value if isinstance(value, str) else ""


def _word(host: Host, field: str) -> str:
    """A field of `yes`, `no` and other words, which its file may also hold as true or false; "" for anything else."""
    value = host.extra.get(field)
    return ("yes" if value else "no") if isinstance(value, bool) else _text(host, field)

"""What an import would do, entry by entry, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

from sshtui.model.further_fields import HOST_KEY_TRUST
from sshtui.model.hosts import Host
from sshtui.store.importers.ansible import read_ansible
from sshtui.store.importers.found import Found, read_text
from sshtui.store.importers.putty import read_putty
from sshtui.store.importers.tables import read_csv, read_json, read_list
from sshtui.store.importers.windows import read_mobaxterm, read_winscp
from sshtui.store.importers.xml_files import read_mremoteng, read_securecrt
from sshtui.store.ssh_config import read_hosts

Action = Literal["new", "same", "changed", "conflict", "skipped"]


@dataclass(frozen=True)
class Step:
    """One line of the plan. `host` is what would be saved, None for what is left out; `why` explains the action."""

    action: Action
    name: str
    host: Host | None = None
    why: str = ""

    @property
    def where(self) -> str:
        """Why, or else where it goes."""
        return self.host.destination if self.host and not self.why else self.why

    @property
    def runs(self) -> str:
        """What connecting to the host would run or load on this computer, to be shown before a person agrees; or ""."""
        named = [self.host.extra.get(field) for field in ("proxy_command", "pkcs11_provider")] if self.host else []
        return ", ".join(text for text in named if isinstance(text, str) and text)

    @property
    def trusts(self) -> str:
        """What the host says on which host key it may have, and where that is kept; to be shown too, or ""."""
        extra = self.host.extra if self.host else {}
        said = {field: extra[field] for field in HOST_KEY_TRUST if extra.get(field)}
        return ", ".join(
            f"{field} {' '.join(map(str, value)) if isinstance(value, list) else value}"
            for field, value in said.items()
        )


def read_ssh_config(path: Path) -> Found:
    """The hosts of an ssh_config file, as copies of our own."""
    found = Found()
    # Whatever is wrong with the file itself is told as for every format.
    read_text(path)
    # As `ssh -F FILE` does, this trusts the file that a person names, wherever it lies.
    read = read_hosts(path, checked=False)
    found.hosts.extend(replace(host, origin="") for host in read.hosts)
    for warning in read.warnings:
        found.skip("", warning)
    return found


FORMATS: Mapping[str, Callable[[Path], Found]] = {
    "ansible": read_ansible,
    "csv": read_csv,
    "json": read_json,
    "list": read_list,
    "mobaxterm": read_mobaxterm,
    "mremoteng": read_mremoteng,
    "putty": read_putty,
    "securecrt": read_securecrt,
    "ssh_config": read_ssh_config,
    "termius": read_csv,
    "winscp": read_winscp,
}


def plan(found: Found, saved: Iterable[Host], *, folder: str = "") -> tuple[Step, ...]:
    """Hold what was found against what is saved, by name. `folder` goes before the folders that were found.

    The same host again is `same`; one that goes to the same place with other details is `changed`, and takes
    only what the import knows; one that goes elsewhere is a `conflict`.
    """
    known = {host.name: host for host in saved}
    steps = [_step(replace(host, folder=_joined(folder, host.folder)), known.get(host.name)) for host in found.hosts]
    return (*steps, *(Step("skipped", entry.name, why=entry.reason) for entry in found.skipped))


def sums(steps: Iterable[Step]) -> str:
    """How many there are of each action: `3 new, 1 conflict`; a sentence where there are none."""
    counted = Counter(step.action for step in steps)
    return ", ".join(f"{count} {action}" for action, count in counted.items()) or "Nothing was found."


def to_save(steps: Sequence[Step], *, conflicts: bool = False) -> tuple[Host, ...]:
    """The hosts that a plan writes, those in conflict only on request."""
    wanted = {"new", "changed", "conflict"} if conflicts else {"new", "changed"}
    return tuple(step.host for step in steps if step.host and step.action in wanted)


def _step(host: Host, saved: Host | None) -> Step:
    if saved is None:
        return Step("new", host.name, host)
    default = Host(host.name, host.address)
    told = {
        field.name: getattr(host, field.name)
        for field in fields(Host)
        if getattr(host, field.name) != getattr(default, field.name)
    }
    # Further fields that the import does not know stay: the reference to a saved password may be among them.
    told["extra"] = {**saved.extra, **host.extra}
    merged = replace(saved, **told)
    if (saved.address, saved.port) != (host.address, host.port) or (host.user and saved.user not in ("", host.user)):
        why = f"saved as {saved.destination}, the file says {host.destination}."
        return Step("conflict", host.name, replace(merged, address=host.address, port=host.port), why)
    if merged == saved:
        return Step("same", host.name)
    differs = [name for name in told if getattr(saved, name) != getattr(merged, name)]
    return Step("changed", host.name, merged, ", ".join(differs))


def _joined(first: str, second: str) -> str:
    return "/".join(part for part in (first.strip("/"), second) if part)

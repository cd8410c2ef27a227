"""Settings of a folder that its hosts inherit, and the one rule for what a host then has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sshtui.model.hosts import DEFAULT_PORT, Host

DANGER = "danger"
"""Field of a host or folder: `true` marks what must not be touched by mistake, in red and with a word."""


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """What holds for every host in the folder `path` and below, unless the host or a deeper folder says otherwise.

    Empty strings and None mean "not set". A host's own `jump = "none"` and `danger = false` count as set; its port 22
    does not.
    """

    path: str
    user: str = ""
    port: int | None = None
    key_pair: str = ""
    jump: str = ""
    theme: str = ""
    danger: bool | None = None


def is_below(folder: str, path: str) -> bool:
    """Whether `folder` is the folder `path` or inside it."""
    return f"{folder}/".startswith(f"{path}/")


def way_to(folder: str) -> Sequence[str]:
    """The paths of the folders above `folder`, the highest first, and its own; none for "", the top."""
    return [folder[:at] for at in range(1, len(folder) + 1) if folder[at : at + 1] in ("", "/")]


def folder_typed(text: str) -> str:
    """The path of a folder that a person wrote, without blanks and slashes around it."""
    return text.strip().strip("/")


def folders_around(host: Host, folders: Iterable[FolderSettings]) -> Sequence[FolderSettings]:
    """Those of `folders` that `host` stands in, the deepest first."""
    found = (each for each in folders if host.folder and is_below(host.folder, each.path))
    return sorted(found, key=lambda each: len(each.path), reverse=True)


def inherited(host: Host, folders: Iterable[FolderSettings]) -> Host:
    """`host` as it is used: with what it leaves open taken from its folders, the deepest first."""
    found = inherited_from(host, folders)
    if not found:
        return host
    changes = {name: getattr(folder, name) for name, folder in found.items() if name != DANGER}
    if DANGER in found:
        changes["extra"] = MappingProxyType({**host.extra, DANGER: found[DANGER].danger})
    return replace(host, **changes)


def inherited_from(host: Host, folders: Iterable[FolderSettings]) -> Mapping[str, FolderSettings]:
    """The fields that `host` takes from a folder, and from which one."""
    around = folders_around(host, folders)
    if not around:
        return {}
    is_open = {
        "user": not host.user,
        "port": host.port == DEFAULT_PORT,
        "key_pair": not host.key_pair,
        "jump": not host.jump,
        "theme": not host.theme,
        DANGER: not isinstance(host.extra.get(DANGER), bool),
    }
    found: dict[str, FolderSettings] = {}
    for name in (name for name, wanted in is_open.items() if wanted):
        given = next((each for each in around if getattr(each, name) not in ("", None)), None)
        if given is not None and name == "jump" and host.name in (hop.strip() for hop in given.jump.split(",")):
            # The folder's jump host stands in the folder itself, and is reached directly.
            continue
        if given is not None:
            found[name] = given
    return found


def is_dangerous(host: Host) -> bool:
    """Whether the host as it is used bears the danger mark."""
    return host.extra.get(DANGER) is True

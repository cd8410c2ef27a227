"""The last good copy of hosts.toml, for when somebody's editor leaves a broken one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sshtui.errors import ConfigError
from sshtui.files import read_whole, write_whole
from sshtui.store import toml_files
from sshtui.store.host_document import VERSION, HostDocument, read_document


class LastGood(NamedTuple):
    """A copy that can be put back: its file, how many hosts it has, and when it was made."""

    path: Path
    hosts: int
    made: datetime

    def __str__(self) -> str:
        hosts = "1 host" if self.hosts == 1 else f"{self.hosts} hosts"
        return f"{self.path.name} of {self.made:%Y-%m-%d %H:%M} with {hosts}"


def copy_of(path: Path) -> Path:
    """Where the copy of `path` stands: beside it."""
    return path.with_name(f"{path.name}.last-good")


def keep(path: Path, document: HostDocument, *, changed: bool = False) -> None:
    """Let the copy of `path` say `document`, unless that holds no host. Never raises.

    What is known to have `changed` is not held against the copy first.
    """
    copy, data = copy_of(path), document.text.encode()
    with suppress(ConfigError):
        if document.hosts and (changed or read_whole(copy) != data):
            write_whole(copy, data, lasting=False)


def find(path: Path) -> LastGood | None:
    """The copy of `path`, None when there is none that could be used."""
    copy = copy_of(path)
    try:
        text = toml_files.read_text(copy)
        document = read_document(text or "", copy, {})
        made = datetime.fromtimestamp(copy.stat().st_mtime)
    except (ConfigError, OSError):
        return None
    return LastGood(copy, len(document.hosts), made) if document.hosts and document.version <= VERSION else None


def put_back(path: Path, copy: LastGood) -> Path:
    """Let `path` hold what its copy says; the file that holds what stood there. Raises ConfigError."""
    good = read_whole(copy.path) or b""
    broken = read_whole(path) or b""
    names = (path.with_name(f"{path.name}.broken{f'-{number}' if number > 1 else ''}") for number in count(1))
    kept = next(name for name in names if not name.exists())
    write_whole(kept, broken)
    write_whole(path, good)
    return kept

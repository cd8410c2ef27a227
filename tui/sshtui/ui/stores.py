"""What the app needs of what is saved: hosts and when they were used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sshtui.errors import BrokenFile
from sshtui.model.folders import FolderSettings
from sshtui.model.hosts import Host


class Hosts(Protocol):
    """The saved hosts that are ours to change; every change is on disk when the call returns."""

    @property
    def problem(self) -> BrokenFile | None:
        """Why the file cannot be used, while it cannot: nothing is saved then."""
        ...

    @property
    def bad_entries(self) -> tuple[BrokenFile, ...]:
        """What stands in the file and is no host."""
        ...

    def hosts(self) -> tuple[Host, ...]:
        """All of them."""
        ...

    def get(self, name: str) -> Host | None:
        """The one called `name`."""
        ...

    @property
    def folders(self) -> tuple[FolderSettings, ...]:
        """What is set for whole folders."""
        ...

    def put_many(self, hosts: Sequence[tuple[Host, str | None]]) -> None:
        """Save hosts in one write, each in the place of the one named beside it, or as new. Raises ConfigError."""
        ...

    def remove_many(self, names: Iterable[str]) -> tuple[Host, ...]:
        """Take hosts away in one write and return them. Raises NotFound, ConfigError."""
        ...

    def put_folder(self, path: str, changes: Mapping[str, Any]) -> None:
        """Set fields of a folder, None taking one away. Raises UsageError, ConfigError."""
        ...

    def refresh(self) -> bool:
        """Read again when the file is another; whether it was."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` told after each change; call the result to stop."""
        ...


class Recent(Protocol):
    """When each host was last used."""

    def times(self) -> Mapping[str, float]:
        """Host name to seconds since the epoch."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Host name to number of uses."""
        ...

    def touch(self, name: str) -> None:
        """It is used now."""
        ...

    def rename(self, was: str, name: str) -> None:
        """A host has another name."""
        ...

"""What the app needs of what is saved: hosts and when they were used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
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
    def last_good(self) -> object | None:
        """The copy of a file that cannot be read, in words; None where there is nothing to put back."""
        ...

    def restore(self) -> Path:
        """Put that copy in the place of the file; the file that keeps what stood there. Raises ConfigError."""
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

    def change(
        self,
        saved: Sequence[tuple[Host, str | None]] = (),
        *,
        removed: Iterable[str] = (),
        folders: Iterable[tuple[str, Mapping[str, Any]]] = (),
    ) -> tuple[Host, ...]:
        """Set fields of folders, take hosts away and save others in one write; those taken away.

        Each host stands in the place of the one named beside it, or is new. Raises NotFound, ConfigError.
        """
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

"""What the app is handed: stores, sessions and settings, behind the few methods it uses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sshtui.errors import BrokenFile
from sshtui.model.destination import Wanted
from sshtui.model.diagnosis import Finding
from sshtui.model.folders import FolderSettings
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.model.themes import Theme
from sshtui.session.roster import Roster

if TYPE_CHECKING:
    from textual.screen import Screen

    from sshtui.store.why import Explanation
    from sshtui.ui.app import SshtuiApp
    from sshtui.ui.history import History


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


@dataclass(frozen=True)
class Parts:
    """The real parts, or a test's. `make_*` take the running app, because a prompter shows its modals there."""

    hosts: Hosts
    recent: Recent
    themes: Mapping[str, Theme]
    make_prompter: Callable[[SshtuiApp], Prompter]
    make_roster: Callable[[Prompter], Roster]
    parse_destination: Callable[[str], Host]
    """`[user@]address[:port]` as a host; raises UsageError."""
    wanted: Callable[[Wanted], Host]
    """What another process asks for as a host, as on the command line; raises SshtuiError."""
    key_pairs: Callable[[Host], Awaitable[Sequence[KeyPair]]]
    """What a person can choose from for a host."""
    config_hosts: Callable[[], Sequence[Host]] = tuple
    """Reads ~/.ssh/config again."""
    settings: Settings = field(default_factory=Settings)
    save_setting: Callable[[str, object], None] = lambda _name, _value: None
    keymap: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_at_start: Host | None = None
    problems: tuple[str, ...] = ()
    """Sentences to show at the start: files that could not be read in full."""
    key_workshop: Callable[[Prompter], Screen[None]] | None = None
    """Makes the screen for key pairs; what it needs is imported then, not before."""
    effective: Callable[[Host], Host] = lambda host: host
    """A host with what it inherits from its folders."""
    history: History | None = None
    """Takes and undoes every change to the hosts; one of its own for the app without."""
    why: Callable[[Host], Explanation] | None = None
    """Every option in force for a host and where it comes from."""
    reach: Callable[[Host], Awaitable[Reachability]] | None = None
    """Whether a server answers where a host is; never raises, logs nobody in."""
    known_hosts: Callable[[Prompter], Screen[None]] | None = None
    """Makes the screen for host keys; what it needs is imported then, not before."""
    secrets_screen: Callable[[Prompter], Screen[None]] | None = None
    """Makes the screen for saved secrets; what it needs is imported then."""
    diagnose: Callable[[Host, Prompter], AsyncIterator[Finding]] | None = None
    """Checks the way to a host step by step and logs in nowhere but at jump hosts, with their questions."""
    transfer_dir: Path | None = None
    """Whose files the browser console offers for download."""
    at_end: Callable[[], Awaitable[None]] | None = None
    """Called when the app ends and its tabs are closed."""
    warm_up: Callable[[], None] = lambda: None
    """Called in a thread after the first frame: imports what the first connection needs."""

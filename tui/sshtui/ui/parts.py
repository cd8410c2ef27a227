"""What the app is handed: stores, sessions and settings, behind the few methods it uses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sshtui.model.destination import Wanted
from sshtui.model.diagnosis import Finding
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.model.themes import Theme
from sshtui.session.roster import Roster
from sshtui.ui.stores import Hosts, Recent

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from sshtui.store.why import Explanation
    from sshtui.ui.history import History


@dataclass(frozen=True)
class Parts:
    """The real parts, or a test's. `make_*` take the running app, because a prompter shows its modals there."""

    hosts: Hosts
    recent: Recent
    themes: Mapping[str, Theme]
    make_prompter: Callable[[App[Any]], Prompter]
    make_roster: Callable[[Prompter], Roster]
    parse_destination: Callable[[str], Host]
    """`[user@]address[:port]` as a host; raises UsageError."""
    wanted: Callable[[Wanted], Host]
    """What another process asks for as a host, as on the command line; raises SshtuiError."""
    key_pairs: Callable[[Host], Awaitable[Sequence[KeyPair]]]
    """What a person can choose from for a host."""
    key_workshop: Callable[[Prompter], Screen[None]]
    """Makes the screen for key pairs; what it needs is imported then, not before."""
    known_hosts: Callable[[Prompter], Screen[None]]
    """Makes the screen for host keys; what it needs is imported then, not before."""
    secrets_screen: Callable[[Prompter], Screen[None]]
    """Makes the screen for saved secrets; what it needs is imported then, not before."""
    why: Callable[[Host], Explanation]
    """Every option in force for a host and where it comes from."""
    reach: Callable[[Host], Awaitable[Reachability]]
    """Whether a server answers where a host is; never raises, logs nobody in."""
    diagnose: Callable[[Host, Prompter], AsyncIterator[Finding]]
    """Checks the way to a host step by step and logs in nowhere but at jump hosts, with their questions."""
    config_hosts: Callable[[], Sequence[Host]] = tuple
    """Reads ~/.ssh/config again."""
    settings: Settings = field(default_factory=Settings)
    save_setting: Callable[[str, object], None] = lambda _name, _value: None
    """Keeps a setting for the next start. Raises ConfigError; the app's own parts tell that instead."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The files that a person may edit, by what is in them."""
    keymap: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_at_start: Host | None = None
    problems: tuple[str, ...] = ()
    """Sentences to show at the start: files that could not be read in full."""
    effective: Callable[[Host], Host] = lambda host: host
    """A host with what it inherits from its folders."""
    history: History | None = None
    """Takes and undoes every change to the hosts; one of its own for the app without."""
    transfer_dir: Path | None = None
    """Whose files the browser console offers for download."""
    at_end: Callable[[], Awaitable[None]] | None = None
    """Called when the app ends and its tabs are closed."""
    warm_up: Callable[[], None] = lambda: None
    """Called in a thread after the first frame: imports what the first connection needs."""

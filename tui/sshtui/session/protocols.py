"""What a session is handed: its wire. The ssh room fits these without knowing them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from sshtui.model.connection import ChannelEnd, ConnectionFacts, Traffic
from sshtui.model.forwards import ForwardState
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.questions import PasswordChange, Prompter


class Files(Protocol):
    """Sends and fetches files. Remote paths start in the login directory. Everything raises SshtuiError.

    A progress is told bytes done and bytes in all. Cancelled or failed, nothing of a file is left on either side.
    """

    async def place(self, path: str, name: str) -> tuple[str, bool]:
        """Where a file called `name` goes that is sent to `path`, perhaps a directory; whether a file is there."""
        ...

    async def send(self, source: Path, path: str, progress: Callable[[int, int], None], *, replace: bool) -> None:
        """Let `path` there hold what `source` holds here."""
        ...

    async def fetch(self, path: str, target: Path, progress: Callable[[int, int], None], *, replace: bool) -> None:
        """Let `target` here hold what `path` holds there."""
        ...


class Channel(Protocol):
    """The two-way byte pipe of one tab."""

    @property
    def facts(self) -> ConnectionFacts:
        """What is known of the connection below."""
        ...

    @property
    def traffic(self) -> Traffic:
        """What went over the connection below, other channels on it included."""
        ...

    @property
    def forwards(self) -> tuple[ForwardState, ...]:
        """The port forwards of the connection below, those of other channels on it included."""
        ...

    @property
    def end(self) -> ChannelEnd | None:
        """How it ended; None while it lives. Set before `read` returns b""."""
        ...

    @property
    def silence(self) -> float:
        """Seconds the server owes an answer to a keep-alive; 0 while all is well."""
        ...

    async def read(self, limit: int) -> bytes:
        """At most `limit` bytes, waiting for the first; b"" when the remote is done. Not reading is the brake."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data`; never waits. After the end it does nothing."""
        ...

    @property
    def backed_up(self) -> bool:
        """Whether much of what was written still waits to be sent; `drained` waits for its end."""
        ...

    async def drained(self) -> None:
        """Return when little of what was written still waits to be sent, or when nothing will be."""
        ...

    def resize(self, size: Size) -> None:
        """Tell the remote the new size (RFC 4254 section 6.7)."""
        ...

    async def change_password(self, change: PasswordChange) -> str:
        """Drive `passwd` on the server beside this channel; what the server said.

        Raises SshtuiError with the server's words when it refused.
        """
        ...

    def files(self) -> AbstractAsyncContextManager[Files]:
        """The account's files, over the connection below, which stays up meanwhile. Raises SshtuiError."""
        ...

    async def ping(self) -> float | None:
        """Seconds to the server and back; None when it did not answer in time or the channel has ended."""
        ...

    async def close(self) -> None:
        """End it and free what it holds; safe to call twice."""
        ...


class Dialer(Protocol):
    """Opens channels."""

    async def dial(
        self, host: Host, size: Size, prompter: Prompter, *, progress: Callable[[str], None] | None = None
    ) -> Channel:
        """A shell (or the host's command) on `host`.

        `progress` is told each stage in a few words ("resolving", "logging in"), for a tab that waits.
        Raises an SshtuiError that says what to do next. Cancelling leaves no socket and no task behind.
        """
        ...

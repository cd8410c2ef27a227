"""Facts about a connection and how a channel ended; values that cross from the wire to the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ConnectionFacts:
    """What the status line and the details screen tell; empty strings where the library does not say."""

    destination: str = ""
    server_software: str = ""
    host_key_kind: str = ""
    host_key_sha256: str = ""
    kex: str = ""
    cipher: str = ""
    mac: str = ""
    method: str = ""
    """The authentication method that succeeded: publickey, password, keyboard-interactive, none."""
    old: tuple[str, ...] = ()
    """Algorithms in use that are offered only where a person allowed it: the connection is weak."""
    agent_forwarded: bool = False
    """Whether programs on the server can ask the agent here for signatures."""


@dataclass(frozen=True)
class ChannelEnd:
    """How a channel ended. A lost connection is never an exit status.

    `exited` carries `status`, `signalled` the signal's name without SIG, `lost` a sentence in `reason`.
    """

    how: Literal["exited", "signalled", "lost", "closed"]
    status: int | None = None
    signal: str = ""
    reason: str = ""

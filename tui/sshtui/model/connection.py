"""Facts about a connection and how a channel ended; values that cross from the wire to the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class UserCertificate:
    """What an authority says of the key pair a login was made with; all text is untrusted.

    Times are seconds since 1970, None for no limit; empty `principals` mean every account.
    """

    key_id: str
    principals: tuple[str, ...]
    valid_from: float | None
    valid_until: float | None

    def expires_soon(self, now: float) -> bool:
        """Whether less than a tenth of its time is left, and less than a week: time to have it renewed."""
        if self.valid_until is None:
            return False
        left = self.valid_until - now
        return left < 7 * 86_400 and (self.valid_from is None or left < (self.valid_until - self.valid_from) / 10)


@dataclass(frozen=True)
class Traffic:
    """What went over a connection so far: bytes on the wire, and how often the exchange was repeated."""

    received: int = 0
    sent: int = 0
    rekeys: int = 0


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
    strict_exchange: bool = False
    """Whether both sides refuse what the Terrapin attack needs (OpenSSH PROTOCOL, section 1.9)."""
    certificate: UserCertificate | None = None
    """The user certificate the login was made with."""


@dataclass(frozen=True)
class ChannelEnd:
    """How a channel ended. A lost connection is never an exit status.

    `exited` carries `status`, `signalled` the signal's name without SIG, `lost` a sentence in `reason`.
    """

    how: Literal["exited", "signalled", "lost", "closed"]
    status: int | None = None
    signal: str = ""
    reason: str = ""

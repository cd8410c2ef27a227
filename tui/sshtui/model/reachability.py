"""Whether an SSH server answers where a host is said to be: what a check found, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["reachable", "refused", "no answer", "no such name", "no SSH server", "not checked"]


@dataclass(frozen=True)
class Reachability:
    """`seconds` until the server's first line came; `through` names what lies between, "" for nothing."""

    verdict: Verdict
    seconds: float | None = None
    through: str = ""
    detail: str = ""
    """What more there is to say; may be text of the server."""

    @property
    def words(self) -> str:
        """As on a card: `reachable 12 ms`, `refused`, `through bastion, not checked`."""
        found = self.verdict if self.seconds is None else f"{self.verdict} {self.seconds * 1000:.0f} ms"
        if not self.through:
            return found
        return (
            f"through {self.through}, {found}" if self.verdict == "not checked" else f"{found} through {self.through}"
        )

    @property
    def short(self) -> str:
        """The same where there is little room: `12 ms`, `refused`."""
        return self.verdict if self.seconds is None else f"{self.seconds * 1000:.0f} ms"

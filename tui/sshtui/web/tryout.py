"""An account for a moment: its password and its present code are printed for whoever tries the console."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sshtui.secrets.totp import Totp
from sshtui.web.enrolment import EnrolmentFile, candidate

ACCOUNT = "demo"


@dataclass(frozen=True)
class Tryout:
    """What stands in for a person's memory and their authenticator."""

    password: str = field(repr=False)
    totp: Totp

    @classmethod
    def enrolled(cls, path: Path) -> Tryout:
        """Set the account up in the file at `path`."""
        password = secrets.token_urlsafe(12)
        applicant = candidate(ACCOUNT, password)
        # Proved by an older code, so that the present one still counts.
        earlier = time.time() - 10 * applicant.totp.period
        proved = applicant.proved_by(applicant.totp.code(applicant.totp.counter(earlier)), earlier)
        assert proved is not None
        EnrolmentFile(path).save(proved[0])
        return cls(password, applicant.totp)

    async def tell(self) -> None:
        """Print the account once, and each code as it comes."""
        print(f"Account {ACCOUNT}, password {self.password}", flush=True)
        print("Ctrl+C ends it, and leaves nothing.", flush=True)
        while True:
            now = time.time()
            left = self.totp.period - now % self.totp.period
            shown = f"Code {self.totp.code(self.totp.counter(now))}, for {left:2.0f} s"
            if sys.stdout.isatty():
                print(f"\r{shown} ", end="", flush=True)
                await asyncio.sleep(1)
            else:
                print(shown, flush=True)
                await asyncio.sleep(left)

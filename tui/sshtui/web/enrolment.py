"""Who may enter: one account with a password, an authenticator's secret and recovery codes, in a file of mode 0600.

The file is JSON: `generation` (differs after every set-up), `account`, `password` (an Argon2id PHC string), `totp`
(base32), `last_step` (the newest period whose code was used, RFC 6238 section 5.2) and `recovery` (SHA-256 of each
code not yet used; they hold 80 random bits, so a fast hash is enough).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, SshtuiError, UsageError
from sshtui.files import ensure_private_directory, locked, read_whole, signature, write_whole
from sshtui.secrets.argon2id import DEFAULT_COST, Cost, cost_of, hashed
from sshtui.secrets.totp import Totp, read_totp

PASSWORD_LENGTH = 12
"""Characters a password has at least."""

RECOVERY_CODES = 10

SIZE_LIMIT = 64 * 1024

_COMMON = frozenset({
    "administrator", "changemechangeme", "correcthorsebatterystaple", "iloveyouiloveyou", "letmeinletmein",
    "passwordpassword", "qwertyqwerty", "qwertyuiopasdfghjkl", "trustno1trustno1", "welcomewelcome",
})  # fmt: skip
_STEMS = ("password", "passwort", "qwerty", "letmein", "welcome", "iloveyou", "sshtui", "changeme", "admin", "monkey")


@dataclass(frozen=True)
class Enrolment:
    """What the file holds."""

    account: str
    password_hash: str = field(repr=False)
    totp: Totp
    last_step: int
    recovery: tuple[str, ...] = field(repr=False)
    generation: str = field(default_factory=lambda: secrets.token_hex(16))

    def clock_behind(self, now: float) -> int:
        """For how many seconds no code can count, because a clock that was set back has to pass the last one first."""
        return max(0, (self.last_step - self.totp.counter(now) - 1) * self.totp.period)


class EnrolmentFile:
    """The file at `path`, shared by the set-up and a running server; changes are made under a lock.

    Reading a damaged file raises BrokenFile: nobody enters then. Writing raises NotSaved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def signature(self) -> tuple[int, ...]:
        """What differs whenever the file was written."""
        return signature(self.path)

    def read(self) -> Enrolment | None:
        """Who is enrolled; None before the set-up. Raises BrokenFile, ConfigError."""
        data = read_whole(self.path, limit=SIZE_LIMIT)
        if data is None:
            return None
        try:
            return _enrolment(json.loads(data))
        except (ValueError, KeyError, TypeError, RecursionError, SshtuiError) as error:
            raise BrokenFile(
                self.path, 0, "this is no enrolment.", hint="Set it up anew: sshtui serve setup --again"
            ) from error

    def save(self, enrolment: Enrolment) -> None:
        """Let exactly this one enter from now on."""
        ensure_private_directory(self.path.parent)
        with locked(self.path):
            self._write(enrolment)

    def use_step(self, generation: str, step: int) -> bool:
        """Mark the code of period `step` as used, and older ones with it; False when it was before."""

        def later(enrolment: Enrolment) -> Enrolment | None:
            return replace(enrolment, last_step=step) if step > enrolment.last_step else None

        return self._change(generation, later)

    def use_recovery(self, generation: str, code: str) -> bool:
        """Cross out a recovery code; False when it is none, or was used before."""
        spent = recovery_hash(code)

        def without(enrolment: Enrolment) -> Enrolment | None:
            if spent not in enrolment.recovery:
                return None
            return replace(enrolment, recovery=tuple(each for each in enrolment.recovery if each != spent))

        return self._change(generation, without)

    def rehash(self, generation: str, password_hash: str) -> None:
        """Keep the same password under another cost."""
        self._change(generation, lambda enrolment: replace(enrolment, password_hash=password_hash))

    def _change(self, generation: str, change: Callable[[Enrolment], Enrolment | None]) -> bool:
        with locked(self.path):
            before = self.read()
            after = change(before) if before is not None and before.generation == generation else None
            if after is None:
                return False
            self._write(after)
        return True

    def _write(self, enrolment: Enrolment) -> None:
        text = json.dumps(
            {
                "generation": enrolment.generation,
                "account": enrolment.account,
                "password": enrolment.password_hash,
                "totp": enrolment.totp.base32,
                "last_step": enrolment.last_step,
                "recovery": list(enrolment.recovery),
            },
            indent=1,
        )
        write_whole(self.path, text.encode())


@dataclass(frozen=True)
class Candidate:
    """An account that is being set up; it becomes an enrolment with a first right code."""

    account: str
    password_hash: str = field(repr=False)
    totp: Totp

    def proved_by(self, code: str, now: float) -> tuple[Enrolment, tuple[str, ...]] | None:
        """The enrolment and its recovery codes in clear; None when `code` is not of now."""
        step = self.totp.counter_of(tidy_code(code), now)
        if step is None:
            return None
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        hashes = tuple(recovery_hash(each) for each in codes)
        # The code that proves the set-up has been seen; it does not open the console as well.
        return Enrolment(self.account, self.password_hash, self.totp, step, hashes), codes


def candidate(account: str, password: str, *, cost: Cost = DEFAULT_COST) -> Candidate:
    """An account with a fresh authenticator secret of 160 bits. Takes as long as a hash. Raises UsageError."""
    if problem := password_problem(password, account):
        raise UsageError(problem)
    return Candidate(account, hashed(password, cost), Totp(secrets.token_bytes(20)))


def password_problem(password: str, account: str) -> str:
    """Why this cannot be the password, as a sentence; "" when it can."""
    folded = password.casefold()
    if len(password) < PASSWORD_LENGTH:
        return f"The password needs at least {PASSWORD_LENGTH} characters."
    if len(password.encode("utf-8", "surrogatepass")) > 1024:
        return "The password is too long: at most 1024 bytes."
    if len(set(folded)) < 5 or folded in _COMMON or _is_a_row(folded):
        return "That password is among the first that would be guessed."
    rest = folded
    for stem in (account.casefold(), *_STEMS):
        rest = rest.replace(stem, "") if len(stem) > 2 else rest
    if len(rest) < 5:
        return "That password is little more than words that would be guessed first."
    return ""


def _is_a_row(text: str) -> bool:
    """Whether each character follows the one before, as in 123456789012 or abcdefghijkl."""
    rows = ("1234567890" * 3, "0123456789" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm" * 2)
    return any(text in row or text in row[::-1] for row in rows)


def tidy_code(code: str) -> str:
    """A code as it is compared: without the spaces and hyphens that people and apps put in."""
    return code.replace(" ", "").replace("-", "").strip().upper()


def is_recovery_code(code: str) -> bool:
    """Whether it has the form of one."""
    return re.fullmatch("[A-Z2-7]{16}", tidy_code(code)) is not None


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(tidy_code(code).encode("utf-8", "replace")).hexdigest()


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _enrolment(values: dict[str, Any]) -> Enrolment:
    enrolment = Enrolment(
        str(values["account"]),
        str(values["password"]),
        read_totp(str(values["totp"])),
        int(values["last_step"]),
        tuple(str(each) for each in values["recovery"]),
        str(values["generation"]),
    )
    if cost_of(enrolment.password_hash) is None or not enrolment.generation:
        raise ValueError("no sane hash")
    return enrolment

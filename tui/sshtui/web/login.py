"""Both factors at once: every failure costs the same work and says the same, and a right code counts once."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto

from sshtui.errors import ConfigError
from sshtui.secrets.argon2id import DEFAULT_COST, Cost, cost_of, hashed, matches
from sshtui.secrets.totp import Totp
from sshtui.web.enrolment import Enrolment, EnrolmentFile, is_recovery_code, recovery_hash, tidy_code
from sshtui.web.limits import Attempt, Delayed, Limits

SLOTS = 2
"""Passwords hashed at once: each takes 64 MiB and a tenth of a second or two of a core."""

WAITING = 8
"""Logins that wait for a slot; one more is told to come back."""

_NOBODY = Totp(b"nobody is enrolled..")


class Answer(Enum):
    """What became of a try."""

    RIGHT = auto()
    WRONG = auto()
    BUSY = auto()
    """No slot; nothing was looked at."""


class Login:
    """The judge of accounts, passwords and codes against an enrolment file."""

    def __init__(
        self,
        file: EnrolmentFile,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
        cost: Cost = DEFAULT_COST,
    ) -> None:
        """`cost` is what new hashes have; one that is kept with another is made anew at the next right login."""
        self._file = file
        self._limits = limits
        self._clock = clock
        self._cost = cost
        self._threads = ThreadPoolExecutor(SLOTS, thread_name_prefix="sshtui-login")
        self._pending = 0
        # Where nobody is enrolled the same work is done for a password that nobody has.
        self._nobody = hashed("", cost)

    async def attempt(self, address: str, device: str, account: str, password: str, code: str) -> Answer:
        """Whether the three belong together. Raises Delayed while this address or everybody has to wait.

        A right recovery code passes the delay, and is spent by that even if the password is wrong.
        """
        if not is_recovery_code(code):
            # Whoever has to wait is told so before the queue, which a flood would fill.
            self._limits.check(address, device)
        if self._pending >= SLOTS + WAITING:
            return Answer.BUSY
        self._pending += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._judge, address, device, account, password, code)
        finally:
            self._pending -= 1

    def clock_behind(self) -> int:
        """For how many seconds no code can count, as `Enrolment.clock_behind` says; 0 where nobody is enrolled."""
        try:
            enrolment = self._file.read()
        except ConfigError:
            return 0
        return enrolment.clock_behind(self._clock()) if enrolment else 0

    def close(self) -> None:
        """Take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _judge(self, address: str, device: str, account: str, password: str, code: str) -> Answer:
        try:
            enrolment = self._file.read()
        except ConfigError:
            enrolment = None
        spent = False
        try:
            attempt = self._limits.attempt(address, device)
        except Delayed:
            spent = enrolment is not None and self._file.use_recovery(enrolment.generation, code)
            if not spent:
                raise
            attempt = self._limits.attempt_with_pass(address)
        return self._compare(attempt, enrolment, account, password, code, spent)

    def _compare(
        self, attempt: Attempt, enrolment: Enrolment | None, account: str, password: str, code: str, spent: bool
    ) -> Answer:
        """All of it is compared in every case; only when all is right is anything written."""
        kept = enrolment.password_hash if enrolment else self._nobody
        right_account = hmac.compare_digest(_folded(account), _folded(enrolment.account if enrolment else ""))
        right_password = matches(password, kept)
        totp = enrolment.totp if enrolment else _NOBODY
        step = totp.counter_of(tidy_code(code), self._clock())
        recovery = enrolment is not None and recovery_hash(code) in enrolment.recovery
        right = right_account and right_password and (step is not None or recovery or spent)
        if not right or enrolment is None or not (spent or self._spend(enrolment, step, code)):
            return Answer.WRONG
        if cost_of(kept) != self._cost:
            self._file.rehash(enrolment.generation, hashed(password, self._cost))
        self._limits.succeeded(attempt)
        return Answer.RIGHT

    def _spend(self, enrolment: Enrolment, step: int | None, code: str) -> bool:
        """Write down that the code is used; False when somebody was faster."""
        if step is not None:
            return self._file.use_step(enrolment.generation, step)
        return self._file.use_recovery(enrolment.generation, code)


def _folded(account: str) -> bytes:
    return account.strip().casefold().encode("utf-8", "surrogatepass")

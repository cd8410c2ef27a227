"""Who may log in to the embedded server, and how: accounts that exist only in memory."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from sshtui.model.host_keys import PublicKey

SHORTEST_PASSWORD = 6
"""Characters a new password must have."""


@dataclass(frozen=True)
class Round:
    """One keyboard-interactive request (RFC 4256 section 3.2): prompts with their echo, and the right answers."""

    prompts: tuple[tuple[str, bool], ...]
    answers: tuple[str, ...] = field(repr=False, default=())
    title: str = ""
    instruction: str = ""


@dataclass
class Account:
    """A login name with the ways in that it has: any one of them opens, `rounds` all of theirs in order.

    `expired` demands another password first (RFC 4252 section 8). `trusting` lets anybody in (`none`).
    """

    name: str
    password: str = field(default="", repr=False)
    public_keys: tuple[PublicKey, ...] = ()
    rounds: tuple[Round, ...] = ()
    expired: bool = False
    trusting: bool = False

    def has_password(self, password: str) -> bool:
        """Whether `password` is the right one; an account without a password has no right one."""
        return bool(self.password) and hmac.compare_digest(self.password.encode(), password.encode())

    def has_public_key(self, blob: bytes) -> bool:
        """Whether the key pair with this public half opens it."""
        return any(public_key.blob == blob for public_key in self.public_keys)

    def objection(self, password: str) -> str:
        """Why `password` cannot be the new one, or ""."""
        if self.has_password(password):
            return "The new password is the old one."
        if len(password) < SHORTEST_PASSWORD:
            return f"The new password must have at least {SHORTEST_PASSWORD} characters."
        return ""

    def change_password(self, password: str) -> None:
        """Take the new password from now on."""
        self.password = password
        self.expired = False


class Accounts:
    """The accounts of a server by name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_name = {account.name: account for account in accounts}

    def get(self, name: str) -> Account:
        """The account; for an unknown name one that nothing opens, so that names cannot be guessed."""
        return self._by_name.get(name) or Account(name)

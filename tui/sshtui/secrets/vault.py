"""The vault: one encrypted file of secrets under one password.

The file is a header and a ciphertext. Header: 16 bytes of magic, memory (KiB), passes and lanes of Argon2id as
unsigned 32-bit big-endian numbers (RFC 9106), 16 bytes of salt, 12 of nonce. Ciphertext: ChaCha20-Poly1305 (RFC 8439)
over a JSON object of number to secret, with the whole header as associated data. Every change encrypts all of it anew.

Python cannot wipe memory for certain, and a vault is no help against whoever has taken over the account that opens it.
"""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sshtui.errors import SecretsError, VaultLocked, WrongVaultPassword
from sshtui.files import ensure_private_directory, locked, read_whole, write_whole
from sshtui.secrets.argon2id import DEFAULT_COST, Cost, derive

T = TypeVar("T")

IDLE_LIMIT = 600.0
"""Seconds without use after which the vault locks itself."""

SIZE_LIMIT = 16 * 1024 * 1024

_MAGIC = b"sshtui vault v1\n"
_HEADER = struct.Struct(">16sIII16s12s")
_TAG = 16


@dataclass(frozen=True)
class _Header:
    cost: Cost
    salt: bytes
    nonce: bytes

    def pack(self) -> bytes:
        cost = self.cost
        return _HEADER.pack(_MAGIC, cost.memory, cost.passes, cost.lanes, self.salt, self.nonce)


@dataclass
class _Open:
    """What an open vault keeps: the derived key and the header part it belongs to, not the password."""

    key: bytearray = field(repr=False)
    cost: Cost
    salt: bytes

    def wipe(self) -> None:
        self.key[:] = bytes(len(self.key))


class Vault:
    """The file at `path`; locked at first, and again after `idle` seconds without use.

    Unlocking and setting the password take a few tenths of a second by design: call them in a thread. Safe to use
    from several threads and by several programs at once.
    """

    def __init__(self, path: Path, *, cost: Cost = DEFAULT_COST, idle: float = IDLE_LIMIT) -> None:
        self.path = path
        self._cost = cost
        self._idle = idle
        self._open: _Open | None = None
        self._timer: threading.Timer | None = None
        self._guard = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether a vault was ever set up."""
        return self.path.exists()

    @property
    def unlocked(self) -> bool:
        """Whether secrets can be read without the password."""
        return self._open is not None

    def create(self, password: str) -> None:
        """Set up an empty vault and leave it unlocked. Raises SecretsError where one stands, NotSaved."""
        ensure_private_directory(self.path.parent)
        with self._guard, locked(self.path):
            if self.exists:
                raise SecretsError("There is a vault already.", hint="Unlock it with its password.")
            opened = self._derive(_checked(password), self._cost, os.urandom(16))
            self._write(opened, {})
            self._keep(opened)

    def unlock(self, password: str) -> None:
        """Make the secrets readable. Raises WrongVaultPassword, SecretsError for a file that is no vault."""
        with self._guard:
            data = self._data()
            header = _read_header(data)
            opened = self._derive(password, header.cost, header.salt)
            self._decrypt(opened, data)
            self._keep(opened)

    def lock(self) -> None:
        """Forget the derived key."""
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._open is not None:
                self._open.wipe()
                self._open = None

    def change_password(self, old: str, new: str) -> None:
        """Encrypt everything under `new`, the backup too. Raises as `unlock` does, and NotSaved."""
        with self._guard, locked(self.path):
            self.unlock(old)
            entries = self._entries()
            opened = self._derive(_checked(new), self._cost, os.urandom(16))
            self._write(opened, entries)
            self._keep(opened)
            # It would still open with the old password, which others may know.
            self._renew_backup()

    def ids(self) -> frozenset[str]:
        """The numbers of all secrets. Raises VaultLocked, SecretsError."""
        with self._guard:
            return frozenset(self._entries())

    def get(self, number: str) -> str | None:
        """The secret of that number. Raises VaultLocked, SecretsError."""
        with self._guard:
            return self._entries().get(number)

    def put(self, number: str, secret: str) -> None:
        """Save a secret. Raises VaultLocked, SecretsError, NotSaved."""
        self._change(lambda entries: {**entries, number: secret})

    def remove(self, *numbers: str) -> None:
        """Forget secrets, here and in the kept backup; unknown numbers are fine. Raises as `put` does."""
        self._change(lambda entries: {each: secret for each, secret in entries.items() if each not in numbers})
        # The backup would keep what was to be forgotten.
        with self._guard, locked(self.path):
            self._renew_backup()

    def _renew_backup(self) -> None:
        write_whole(self._backup, self._data())

    @property
    def _backup(self) -> Path:
        return self.path.with_name(self.path.name + "~")

    def _change(self, change: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
        with self._guard, locked(self.path):
            entries = change(self._entries())
            assert self._open is not None, "reading the entries needs an open vault"
            self._renew_backup()
            self._write(self._open, entries)

    def _data(self) -> bytes:
        data = read_whole(self.path, limit=SIZE_LIMIT)
        if data is None:
            raise SecretsError("There is no vault yet.", hint="Set its password first: sshtui secrets vault")
        return data

    def _entries(self) -> dict[str, str]:
        opened = self._open
        if opened is None:
            raise VaultLocked("The vault is locked.")
        data = self._data()
        header = _read_header(data)
        if (header.cost, header.salt) != (opened.cost, opened.salt):
            self.lock()
            raise VaultLocked("The vault's password was changed elsewhere; it is locked.")
        entries = self._decrypt(opened, data)
        self._keep(opened)
        return entries

    def _keep(self, opened: _Open) -> None:
        """Stay open with this, and lock after a while without use."""
        if self._open is not opened:
            self.lock()
            self._open = opened
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._idle, self.lock)
        self._timer.daemon = True
        self._timer.start()

    @staticmethod
    def _derive(password: str, cost: Cost, salt: bytes) -> _Open:
        return _Open(bytearray(derive(password, cost, salt)), cost, salt)

    def _write(self, opened: _Open, entries: Mapping[str, str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        header = _Header(opened.cost, opened.salt, os.urandom(12))
        text = json.dumps(dict(entries)).encode()
        sealed = ChaCha20Poly1305(bytes(opened.key)).encrypt(header.nonce, text, header.pack())
        write_whole(self.path, header.pack() + sealed)

    @staticmethod
    def _decrypt(opened: _Open, data: bytes) -> dict[str, str]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        head, sealed = data[: _HEADER.size], data[_HEADER.size :]
        try:
            text = ChaCha20Poly1305(bytes(opened.key)).decrypt(_read_header(data).nonce, sealed, head)
        except InvalidTag:
            raise WrongVaultPassword(
                "The vault does not open with this password.",
                hint="If you are sure of it, the file is damaged; the one before it stands beside it, with a ~.",
            ) from None
        entries: dict[str, str] = json.loads(text)
        return entries


def _checked(password: str) -> str:
    if not password:
        raise SecretsError("The vault needs a password.")
    return password


def _read_header(data: bytes) -> _Header:
    """The header, its numbers within bounds, before any work is done for it. Raises SecretsError."""
    hint = "The file before the last change stands beside it, with a ~ at its end."
    if len(data) < _HEADER.size + _TAG or not data.startswith(_MAGIC):
        raise SecretsError("The vault's file is damaged, or is none.", hint=hint)
    _, memory, passes, lanes, salt, nonce = _HEADER.unpack_from(data)
    cost = Cost(memory, passes, lanes)
    if not cost.sane:
        raise SecretsError("The vault's file is damaged: it asks for an impossible amount of work.", hint=hint)
    return _Header(cost, salt, nonce)

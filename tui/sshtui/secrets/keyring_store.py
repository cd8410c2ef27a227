"""The system's keyring: Secret Service, KWallet, the macOS keychain or the Windows credential manager.

The optional package `keyring` talks to it. That package falls back to whatever is installed, a file of plain text
included, so the kinds that are used stand in a list here.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar, cast

from sshtui.errors import SecretsError

T = TypeVar("T")

ALLOWED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
"""Full class names; a subclass is another class and may store anything anywhere."""

CHAIN = "keyring.backends.chainer.ChainerBackend"

TIME_LIMIT = 5.0
"""Seconds a call may take: a keyring waits for a dialog that may have nobody to show it."""

SERVICE = "sshtui"


class Backend(Protocol):
    """What is used of a backend of the package."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def installed_backend() -> object:
    """The backend that the package would use; None without the package."""
    try:
        module = importlib.import_module("keyring")
    except ImportError:
        return None
    return module.get_keyring()


class KeyringStore:
    """Secrets in the system's keyring, under their numbers. Every call returns within TIME_LIMIT; use a thread."""

    def __init__(
        self,
        find: Callable[[], object] = installed_backend,
        *,
        allowed: Iterable[str] = ALLOWED,
        chain: str = CHAIN,
        limit: float = TIME_LIMIT,
    ) -> None:
        self._find = find
        self._allowed = frozenset(allowed)
        self._chain = chain
        self._limit = limit
        self._backend: Backend | None = None

    @property
    def usable(self) -> bool:
        """Whether this system has a keyring of an allowed kind."""
        try:
            self._ready()
        except SecretsError:
            return False
        return True

    def get(self, number: str) -> str | None:
        """The secret of that number. Raises SecretsError."""
        backend = self._ready()
        return self._call(lambda: backend.get_password(SERVICE, number))

    def put(self, number: str, secret: str) -> None:
        """Save a secret. Raises SecretsError."""
        backend = self._ready()
        self._call(lambda: backend.set_password(SERVICE, number, secret))

    def remove(self, number: str) -> None:
        """Forget a secret; an unknown number is fine. Raises SecretsError."""
        backend = self._ready()
        # The package raises for a number it does not have.
        if self._call(lambda: backend.get_password(SERVICE, number)) is not None:
            self._call(lambda: backend.delete_password(SERVICE, number))

    def _ready(self) -> Backend:
        if self._backend is None:
            found = self._call(self._find)
            if found is None:
                raise SecretsError(
                    "The system's keyring needs a package that is missing.", hint="pipx install 'sshtui[keyring]'"
                )
            self._backend = self._allowed_of(found)
        return self._backend

    def _allowed_of(self, found: object) -> Backend:
        """`found` or, of a chain, its first member of an allowed kind; the chain itself might write elsewhere."""
        members = getattr(found, "backends", ()) if _class_name(found) == self._chain else (found,)
        for member in members:
            if _class_name(member) in self._allowed:
                return cast("Backend", member)
        raise SecretsError(
            "This system has no keyring that keeps secrets safe.", hint="The vault does: sshtui secrets vault"
        )

    def _call(self, call: Callable[[], T]) -> T:
        """What `call` returns, waiting at most the limit for it. Raises SecretsError, in words without a secret."""
        results: list[T] = []
        problems: list[str] = []

        def run() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001 - each backend raises what its system does, D-Bus errors included
                problems.append(type(error).__name__)

        # A daemon: a call that never returns must not keep the program from ending.
        thread = threading.Thread(target=run, daemon=True, name="keyring")
        thread.start()
        thread.join(self._limit)
        if results:
            return results[0]
        if problems:
            raise SecretsError(
                f"The system's keyring refused ({problems[0]}).", hint="It may be locked: unlock it and try again."
            )
        raise SecretsError("The system's keyring does not answer.", hint="It may wait for its own dialog.")


def _class_name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"

"""Foreign errors of this room (asyncssh, cryptography, sockets) as our KeyPairError family: the one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sshtui.errors import KeyFormatError, KeyPairError, WrongPassphrase


def wrong_passphrase(label: str) -> WrongPassphrase:
    """What to raise when a passphrase does not open `label`."""
    return WrongPassphrase(f"The passphrase does not open {label}.")


@contextmanager
def decoding(label: str, *, encrypted: bool = False) -> Iterator[None]:
    """Errors of decoding a key become sentences about `label`.

    With `encrypted` a failed decoding means a wrong passphrase: PEM has no check of its own, a wrong
    passphrase there yields garbage instead of a key.
    """
    import asyncssh
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.x509 import InvalidVersion

    try:
        yield
    except UnsupportedAlgorithm as error:
        raise KeyFormatError(f"{label} uses an algorithm that is not supported here: {error}.") from error
    except asyncssh.KeyEncryptionError as error:
        if str(error).startswith("Unknown"):
            raise KeyFormatError(f"{label} is encrypted in a way that is not supported: {error}.") from error
        raise wrong_passphrase(label) from error
    except (ValueError, TypeError, InternalError, InvalidVersion) as error:
        # asyncssh.KeyImportError is a ValueError, as are the errors of cryptography's decoders.
        if encrypted:
            raise wrong_passphrase(label) from error
        raise KeyFormatError(f"{label} is damaged or not a key: {_reason(error)}.") from error


@contextmanager
def encoding(kind: str, target: str) -> Iterator[None]:
    """Errors of writing a key of `kind` in the format `target` become sentences."""
    import asyncssh
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        yield
    except (asyncssh.KeyExportError, UnsupportedAlgorithm, ValueError) as error:
        raise KeyPairError(f"A key of type {kind} cannot be written as {target}: {_reason(error)}.") from error


@contextmanager
def talking_to_agent() -> Iterator[None]:
    """Errors of the agent's socket and protocol become sentences."""
    try:
        yield
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise KeyPairError(
            "No agent answers at the socket that SSH_AUTH_SOCK names.", hint='Start one: eval "$(ssh-agent)"'
        ) from error
    except TimeoutError as error:
        raise KeyPairError(
            "The agent does not answer.", hint="Is it stopped, or waiting for a confirmation?"
        ) from error
    except OSError as error:
        raise KeyPairError(f"The agent cannot be reached: {error.strerror or error}.") from error
    except ValueError as error:
        # asyncssh reports every refusal and every broken answer of an agent as ValueError.
        raise KeyPairError(f"The agent refused: {_reason(error)}.") from error


@contextmanager
def talking_to_token(label: str) -> Iterator[None]:
    """Errors of a token and of its library become sentences about `label`; a wrong PIN is a WrongPassphrase."""
    from pkcs11 import exceptions

    try:
        yield
    except (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange) as error:
        raise WrongPassphrase(f"The PIN does not open {label}. After a few wrong ones it locks itself.") from error
    except exceptions.PinLocked as error:
        raise KeyPairError(f"{label} has locked itself after wrong PINs.", hint="Its PUK unlocks it.") from error
    except (exceptions.TokenNotPresent, exceptions.DeviceRemoved) as error:
        raise KeyPairError(f"{label} is not in its reader.") from error
    except (exceptions.PKCS11Error, RuntimeError, OSError, ValueError) as error:
        raise KeyPairError(f"{label} does not serve as a token: {_reason(error)}.") from error


def _reason(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0].rstrip(".")[:200] or type(error).__name__

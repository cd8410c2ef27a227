"""New key pairs."""

from __future__ import annotations

import getpass
import importlib
import socket
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError, UsageError

if TYPE_CHECKING:
    import asyncssh

SIZES: dict[str, tuple[int, ...]] = {
    "ed25519": (256,),
    "ecdsa": (256, 384, 521),
    "rsa": (3072, 2048, 4096),
    "ed25519-sk": (256,),
    "ecdsa-sk": (256,),
}
"""Types that are made and their sizes in bits, the default first."""

_SECURITY_KEY_ALGORITHMS = {
    "ed25519-sk": "sk-ssh-ed25519@openssh.com",
    "ecdsa-sk": "sk-ecdsa-sha2-nistp256@openssh.com",
}


def default_comment() -> str:
    """`user@machine`, as ssh-keygen has it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # The account has no name: no entry for its uid and no variable that says one.
        user = "user"
    return f"{user}@{socket.gethostname()}"


def check_size(kind: str, bits: int | None) -> int:
    """The size to make a key of `kind` with, `bits` or the default. Raises UsageError."""
    if kind not in SIZES:
        raise UsageError(f"There is no type {kind!r}.", hint=f"Types: {', '.join(SIZES)}.")
    sizes = SIZES[kind]
    if bits is None:
        return sizes[0]
    if bits not in sizes:
        raise UsageError(f"A key of type {kind} has {_either(sorted(sizes))} bits, not {bits}.")
    return bits


def _either(sizes: list[int]) -> str:
    return " or ".join(str(size) for size in sizes)


def generate(kind: str, bits: int | None = None, comment: str = "") -> asyncssh.SSHKey:
    """A new private key of `kind`. RSA takes up to some seconds: call it in a thread from async code.

    The -sk types need a FIDO2 device, which waits for a touch. Raises UsageError, KeyPairError.
    """
    import asyncssh

    size = check_size(kind, bits)
    if kind in _SECURITY_KEY_ALGORITHMS:
        return _generate_in_device(kind, comment)
    if kind == "rsa":
        return asyncssh.generate_private_key("ssh-rsa", comment=comment, key_size=size)
    algorithm = "ssh-ed25519" if kind == "ed25519" else f"ecdsa-sha2-nistp{size}"
    return asyncssh.generate_private_key(algorithm, comment=comment)


def security_key_here() -> bool:
    """Whether a FIDO2 device is plugged in and the package that talks to it is installed."""
    try:
        devices = importlib.import_module("fido2.hid").CtapHidDevice.list_devices()
        return next(iter(devices), None) is not None
    except ImportError:
        return False
    except OSError:
        # Devices are listed from /sys or /dev, which a container may not have.
        return False


def _generate_in_device(kind: str, comment: str) -> asyncssh.SSHKey:
    import asyncssh

    try:
        return asyncssh.generate_private_key(_SECURITY_KEY_ALGORITHMS[kind], comment=comment)
    except (asyncssh.KeyGenerationError, ValueError) as error:
        raise KeyPairError(
            f"The security key made no key: {str(error).rstrip('.')}.",
            hint=f"It needs a FIDO2 device and pipx install 'sshtui[fido2]'; or make it with: ssh-keygen -t {kind}",
        ) from error

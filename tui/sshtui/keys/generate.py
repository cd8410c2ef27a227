"""New key pairs."""

from __future__ import annotations

import getpass
import importlib
import socket
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError, UsageError
from sshtui.keys.security_keys import enroll_verified

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

_WANTS_PIN = "PIN required"
"""What asyncssh says of a device that makes no key without (PUAT_REQUIRED; CTAP 2.1, section 8.2)."""


def default_comment() -> str:
    """`user@machine`, as ssh-keygen has it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # The account has no name: no entry for its uid and no variable that says one.
        user = "user"
    return f"{user}@{socket.gethostname()}"


def check_size(kind: str, bits: int | None, *, verify_required: bool = False) -> int:
    """The size to make a key of `kind` with, `bits` or the default.

    Raises UsageError, also for a `verify_required` that only the -sk types can mean.
    """
    if kind not in SIZES:
        raise UsageError(f"There is no type {kind!r}.", hint=f"Types: {', '.join(SIZES)}.")
    if verify_required and not in_device(kind):
        raise UsageError(
            f"A key of type {kind} is in no security key that could verify its owner.",
            hint=f"Types that are: {', '.join(_SECURITY_KEY_ALGORITHMS)}.",
        )
    sizes = SIZES[kind]
    if bits is None:
        return sizes[0]
    if bits not in sizes:
        raise UsageError(f"A key of type {kind} has {_either(sorted(sizes))} bits, not {bits}.")
    return bits


def _either(sizes: list[int]) -> str:
    return " or ".join(str(size) for size in sizes)


def in_device(kind: str) -> bool:
    """Whether keys of `kind` are made in a FIDO2 device."""
    return kind in _SECURITY_KEY_ALGORITHMS


def generate(
    kind: str, bits: int | None = None, comment: str = "", *, pin: str | None = None, verify_required: bool = False
) -> asyncssh.SSHKey:
    """A new private key of `kind`. RSA takes up to some seconds: call it in a thread from async code.

    The -sk types need a FIDO2 device, which waits for a touch. For these alone are `pin`, the device's own, and
    `verify_required` (ssh-keygen(1), -O verify-required): the key then signs nothing without PIN or finger.
    Raises WrongPassphrase when the device wants another PIN than `pin`, or one at all; UsageError, KeyPairError.
    """
    import asyncssh

    size = check_size(kind, bits, verify_required=verify_required)
    if in_device(kind):
        return _generate_in_device(kind, comment, pin, verify_required)
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


def _generate_in_device(kind: str, comment: str, pin: str | None, verify_required: bool) -> asyncssh.SSHKey:
    import asyncssh

    algorithm = _SECURITY_KEY_ALGORITHMS[kind]
    try:
        if pin is None and not verify_required:
            return asyncssh.generate_private_key(algorithm, comment=comment)
    except (asyncssh.KeyGenerationError, ValueError) as error:
        if _WANTS_PIN not in str(error):
            raise KeyPairError(
                f"The security key made no key: {str(error).rstrip('.')}.",
                hint=f"It needs a FIDO2 device and pipx install 'sshtui[fido2]'; or make it with: ssh-keygen -t {kind}",
            ) from error
    private_key = enroll_verified(algorithm, pin, verify_required=verify_required)
    private_key.set_comment(comment)
    return private_key

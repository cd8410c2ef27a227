"""Security keys (FIDO2) that want their owner verified, by PIN or finger, to sign or to make a key.

asyncssh does what they do unverified. Keys that are not to sign so are made with `verify-required`, or live in a device
that is set to want it always.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sshtui.errors import KeyPairError, WrongPassphrase
from sshtui.keys.apart import apart
from sshtui.keys.openssh import plain_container
from sshtui.keys.wire import Reader, mpint, string, uint32
from sshtui.model.questions import Notice, Passphrase, Prompter

if TYPE_CHECKING:
    import asyncssh

TOUCH = Notice("Touch your security key to log in.")

_PRESENCE, _VERIFICATION = 0x01, 0x04
"""SSH_SK_USER_PRESENCE_REQD and SSH_SK_USER_VERIFICATION_REQD (OpenSSH, sk-api.h)."""

WANTS_VERIFICATION = "PUAT_REQUIRED"
"""What a device says that wants its owner verified whatever the key is made for (CTAP 2.1, section 8.2)."""

_SHORTEST_PIN, _LONGEST_PIN = 4, 63
"""Characters, and bytes (CTAP 2.1, section 6.5.1)."""

_APPLICATION = "ssh:"
"""For whom keys are made, as ssh-keygen has it where nothing else is said."""

_COSE = {"sk-ssh-ed25519@openssh.com": -8, "sk-ecdsa-sha2-nistp256@openssh.com": -7}
"""The algorithms' numbers in COSE (RFC 9053, sections 2.1 and 2.2)."""

_VERIFICATION_REQUIRED = 3
"""The level of credProtect at which a device does nothing with a key unverified (CTAP 2.1, section 12.1)."""

_PLUG_IN = "Plug it in, or take it out and plug it in again."
_NO_PIN = "The security key has no PIN, and this key wants one.", "Set one with its own tool."


@dataclass(frozen=True)
class Credential:
    """Where the private half of a key file is: in a device that knows `handle` (OpenSSH, PROTOCOL.u2f)."""

    application: str
    flags: int
    handle: bytes

    @property
    def verified(self) -> bool:
        """Whether a signature is worth nothing unless the device has verified its owner."""
        return bool(self.flags & _VERIFICATION)


def credential_of(key: asyncssh.SSHKey) -> Credential | None:
    """What the key says of its device; None when its private half is in no device."""
    if not key.get_algorithm().startswith("sk-"):
        return None
    reader = Reader(key.encode_ssh_private())
    for _ in range(2 if key.get_algorithm().startswith("sk-ecdsa") else 1):
        # The curve, where the type leaves it open, and the public half.
        reader.string()
    return Credential(reader.string().decode("utf-8", "replace"), reader.take(1)[0], reader.string())


async def sign_verified(credential: Credential, data: bytes, algorithm: str, prompter: Prompter) -> bytes:
    """The signature of `data` in its wire form, after a PIN or the device's own check of a finger, and a touch.

    The PIN is asked until it is right, the device locks itself, or the person declines. Raises KeyPairError.
    """
    if await apart(partial(_checks_itself, credential)):
        prompter.tell(TOUCH)
        return await apart(partial(_signed, credential, data, algorithm, None))
    attempt, problem = 1, ""
    while True:
        pin = await prompter.ask(Passphrase("the security key", attempt, problem, "PIN"))
        if pin is None:
            raise KeyPairError("The PIN was not given.")
        prompter.tell(TOUCH)
        try:
            return await apart(partial(_signed, credential, data, algorithm, pin))
        except WrongPassphrase as error:
            attempt, problem = attempt + 1, error.sentence


def _checks_itself(credential: Credential) -> bool:
    with _device(credential) as ctap:
        return ctap.info.options.get("uv") is True


def _signed(credential: Credential, data: bytes, algorithm: str, pin: str | None) -> bytes:
    """As `sk_sign` of OpenSSH: the owner verified by `pin`, or by the device itself when that is None."""
    digest = hashlib.sha256(data).digest()
    with _device(credential) as ctap:
        options: dict[str, bool] = {"up": bool(credential.flags & _PRESENCE)}
        proof, version = None, None
        if pin is None:
            options["uv"] = True
        else:
            proof, version = _proof(ctap, pin, "GET_ASSERTION", credential.application, digest)
        found = ctap.get_assertion(
            credential.application,
            digest,
            [{"type": "public-key", "id": credential.handle}],
            options=options,
            pin_uv_param=proof,
            pin_uv_protocol=version,
        )
    facts, signature = found.auth_data, found.signature
    if algorithm.startswith("sk-ecdsa"):
        utils = importlib.import_module("cryptography.hazmat.primitives.asymmetric.utils")
        signature = b"".join(mpint(number) for number in utils.decode_dss_signature(signature))
    return string(algorithm.encode()) + string(signature) + bytes([facts.flags]) + uint32(facts.counter)


def _proof(ctap: Any, pin: str, permission: str, application: str, digest: bytes) -> tuple[bytes, int]:
    """What shows that a request was made with the PIN, and by which protocol. Raises WrongPassphrase."""
    client_pin = importlib.import_module("fido2.ctap2.pin").ClientPin
    ctap_error = importlib.import_module("fido2.ctap").CtapError
    # Not worth one of the few tries: Enter, pressed too early, is no PIN.
    if len(pin) < _SHORTEST_PIN:
        raise WrongPassphrase("That is shorter than any PIN.")
    if len(pin.encode()) > _LONGEST_PIN:
        raise WrongPassphrase("That is longer than any PIN.")
    client = client_pin(ctap)
    try:
        token = client.get_pin_token(pin, client_pin.PERMISSION[permission], application)
    except ctap_error as error:
        if error.code != ctap_error.ERR.PIN_INVALID:
            raise
        remain = "After a few wrong ones the security key locks itself."
        with suppress(ctap_error):
            tries, _ = client.get_pin_retries()
            remain = f"The security key locks itself after {tries} more {'try' if tries == 1 else 'tries'}."
        raise WrongPassphrase(f"The PIN is wrong. {remain}") from error
    return client.protocol.authenticate(token, digest), client.protocol.VERSION


def enroll_verified(algorithm: str, pin: str | None, *, verify_required: bool) -> asyncssh.SSHKey:
    """A new key in the one device that can verify its owner, after the PIN or its own check of a finger, and a touch.

    With `verify_required` the key never signs without, as with `sk_enroll` of OpenSSH: it is marked so, and the device
    guards it. Blocks. Raises WrongPassphrase when the device wants another PIN than `pin`, or one at all; KeyPairError.
    """
    import asyncssh

    digest = os.urandom(32)
    with _device(None, "made no key") as ctap:
        able = ctap.info.options
        if verify_required and "credProtect" not in ctap.info.extensions:
            raise KeyPairError("The security key cannot guard a key so.", hint="Make one without verify-required.")
        options, proof, version = None, None, None
        if pin is not None:
            proof, version = _proof(ctap, pin, "MAKE_CREDENTIAL", _APPLICATION, digest)
        elif able.get("uv") is True:
            options = {"uv": True}
        elif able.get("clientPin") is True:
            raise WrongPassphrase("The security key wants its PIN.")
        else:
            raise KeyPairError(_NO_PIN[0], hint=_NO_PIN[1])
        made = ctap.make_credential(
            digest,
            {"id": _APPLICATION, "name": _APPLICATION},
            {"id": bytes(32), "name": "openssh"},
            [{"type": "public-key", "alg": _COSE[algorithm]}],
            extensions={"credProtect": _VERIFICATION_REQUIRED} if verify_required else None,
            options=options,
            pin_uv_param=proof,
            pin_uv_protocol=version,
        ).auth_data.credential_data
    # COSE's parameters -2 and -3: x, which is the whole of an Ed25519 key, and y (RFC 9053, section 7).
    point = made.public_key
    halves = string(point[-2])
    if algorithm.startswith("sk-ecdsa"):
        halves = string(b"nistp256") + string(b"\x04" + point[-2] + point[-3])
    public = string(algorithm.encode()) + halves + string(_APPLICATION.encode())
    flags = _PRESENCE | (_VERIFICATION if verify_required else 0)
    private = public + bytes([flags]) + string(made.credential_id) + string(b"")
    return asyncssh.import_private_key(plain_container(public, private))


@contextmanager
def _device(credential: Credential | None, failed: str = "did not sign") -> Iterator[Any]:
    """The one device that has the key, opened; or the only one, for None. Errors of it become sentences.

    A key that wants its owner verified is not shown before; so with several devices there is no telling which PIN
    would be asked, and a few wrong ones lock a device.
    """
    try:
        hid = importlib.import_module("fido2.hid")
        ctap2 = importlib.import_module("fido2.ctap2")
    except ImportError as error:
        raise KeyPairError(
            "Security keys need a package that is missing.",
            hint="Install it: pipx install 'sshtui[fido2]'; or let an agent hold the key: ssh-add",
        ) from error
    with _talking(failed):
        devices = list(hid.CtapHidDevice.list_devices())
        try:
            opened = [ctap for ctap in _each(ctap2.Ctap2, devices) if {"clientPin", "uv"} & set(ctap.info.options)]
            if len(opened) > 1 and credential is not None:
                opened = [ctap for ctap in opened if _shows(ctap, credential)] or opened
            if not opened:
                raise KeyPairError("No security key with a PIN is plugged in.", hint=_PLUG_IN)
            if len(opened) > 1:
                raise KeyPairError("Several security keys are plugged in.", hint="Leave only the right one in.")
            yield opened[0]
        finally:
            for device in devices:
                device.close()


def _each(make: Callable[[Any], Any], devices: Sequence[Any]) -> Iterator[Any]:
    for device in devices:
        try:
            yield make(device)
        except ValueError:
            # One of before FIDO2, which has no PIN.
            continue


def _shows(ctap: Any, credential: Credential) -> bool:
    """Whether the device admits to have the key without a touch."""
    ctap_error = importlib.import_module("fido2.ctap").CtapError
    allowed = [{"type": "public-key", "id": credential.handle}]
    try:
        ctap.get_assertion(credential.application, bytes(32), allowed, options={"up": False})
    except ctap_error:
        return False
    return True


@contextmanager
def _talking(failed: str) -> Iterator[None]:
    """Errors of a device and of the package that talks to it become sentences."""
    ctap = importlib.import_module("fido2.ctap").CtapError
    try:
        yield
    except ctap as error:
        known = ctap.ERR
        sentence, hint = {
            known.PIN_AUTH_BLOCKED: ("The security key wants no more PINs now.", _PLUG_IN),
            known.PIN_BLOCKED: ("The security key has locked itself after wrong PINs.", "Only a reset opens it again."),
            known.PIN_NOT_SET: _NO_PIN,
            known.NO_CREDENTIALS: ("The security key that is plugged in does not have this key.", _PLUG_IN),
            known.UV_BLOCKED: ("The security key wants no more fingers now.", _PLUG_IN),
        }.get(error.code, (f"The security key {failed}: {error}.", _PLUG_IN))
        raise KeyPairError(sentence, hint=hint) from error
    except (OSError, ValueError) as error:
        raise KeyPairError(f"The security key {failed}: {error}.", hint=_PLUG_IN) from error

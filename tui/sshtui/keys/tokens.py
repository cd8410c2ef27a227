"""Keys on a token (PKCS#11: smart cards, security keys, HSMs), through the library that a host names.

The optional package `python-pkcs11` talks to it. Public halves are read without the PIN; it is asked for when a
signature is wanted, and the token stays logged in until the program ends, as with ssh-agent.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sshtui.errors import KeyPairError, WrongPassphrase
from sshtui.files import with_home
from sshtui.keys.apart import apart
from sshtui.keys.translate import talking_to_token
from sshtui.keys.wire import mpint, string
from sshtui.model.host_keys import PublicKey
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Notice, Passphrase, Prompter
from sshtui.model.text import plain

T = TypeVar("T")

PROVIDER = "pkcs11_provider"
"""Field of a host: the path of the library that knows its token (PKCS11Provider)."""

_RSA_HASHES = {
    "rsa-sha2-256": ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
    "rsa-sha2-512": ("sha512", bytes.fromhex("3051300d060960864801650304020305000440")),
    "ssh-rsa": ("sha1", bytes.fromhex("3021300906052b0e03021a05000414")),
}
"""Each with the beginning of its DigestInfo (RFC 8017 section 9.2, note 1)."""

_EC_HASHES = {"ecdsa-sha2-nistp256": "sha256", "ecdsa-sha2-nistp384": "sha384", "ecdsa-sha2-nistp521": "sha512"}
"""RFC 5656 section 6.2.1."""

_EDWARDS25519 = (b"\x13\x0cedwards25519", b"\x06\x03\x2b\x65\x70")
"""The name of the curve, or the number of its keys, in DER (PKCS #11 3.0, section 2.3.10; RFC 8410 section 3)."""

_ED25519_BYTES = 32
"""RFC 8709 section 4."""

LISTING_TIME = 10.0
"""Seconds a library may take to list what is on its tokens: readers are slow, and some wait for ever."""


@dataclass(frozen=True)
class Token:
    """A token in a reader: the library that reaches it, its label and serial number, and where its PIN is typed."""

    provider: str
    label: str
    serial: bytes
    has_pinpad: bool

    @property
    def name(self) -> str:
        """What a person calls it."""
        return plain(self.label, 60) or f"token {self.serial.hex()}"


async def token_key_pairs(provider: str) -> Sequence[tuple[KeyPair, Token]]:
    """What can be seen on the tokens of `provider` without a PIN; one that shows nothing has no public half.

    Raises KeyPairError.
    """
    try:
        return await apart(lambda: _listed(provider), seconds=LISTING_TIME)
    except TimeoutError as error:
        raise KeyPairError(
            "The token does not answer.", hint="Is it in its reader, and its service running?"
        ) from error


class OpenedToken:
    """A key on a token. The PIN is asked once for all its keys, and again when the token was taken out.

    `turn` is shared by the keys of one token: two that start together ask once, the second finds the token opened.
    """

    def __init__(self, token: Token, public: PublicKey, turn: asyncio.Lock) -> None:
        self.token = token
        self.public = public
        self._private: Any = None
        self._turn = turn

    async def sign(self, data: bytes, algorithm: str, prompter: Prompter) -> bytes:
        """The signature of `data`. Raises KeyPairError, also when the person declines to give the PIN."""
        async with self._turn:
            if self._private is None:
                self._private = await self._open(prompter)
            prompter.tell(Notice(f"{self.token.name} signs: touch it if it blinks."))
            try:
                return await apart(lambda: _signed(self.token, self._private, data, algorithm))
            except KeyPairError:
                # Taken out, or logged out by another program: the next signature begins with the PIN.
                self._private = None
                raise

    async def _open(self, prompter: Prompter) -> Any:
        private = await _with_pin(self.token, prompter, partial(_private, self.token, self.public))
        if private is None:
            raise KeyPairError(
                f"{self.token.name} has no private key to that public one.", hint="Is it the right token?"
            )
        return private


class ClosedToken:
    """A token that shows nothing before it gets its PIN."""

    def __init__(self, token: Token, turn: asyncio.Lock) -> None:
        self.token = token
        self._turn = turn
        self._session: Any = None

    async def look_inside(self, prompter: Prompter) -> Sequence[PublicKey]:
        """The public halves of what is on it; asks for the PIN. Raises KeyPairError."""
        async with self._turn:
            seen = await _with_pin(self.token, prompter, partial(_inside, self.token))
            if seen is None:
                raise KeyPairError(f"{self.token.name} has no key that SSH could use.")
            # Kept: with its last session a token forgets the PIN.
            self._session, publics = seen
            return publics


async def _with_pin(token: Token, prompter: Prompter, call: Callable[[Any], T | None]) -> T | None:
    """What `call` returns of `token`, first without a PIN, then with one that a person gives until it is right."""
    if (found := await apart(partial(call, None))) is not None:
        return found
    attempt, problem = 1, ""
    while True:
        if token.has_pinpad:
            prompter.tell(Notice(f"Type the PIN of {token.name} on its reader."))
            return await apart(partial(call, _package().PROTECTED_AUTH))
        pin = await prompter.ask(Passphrase(token.name, attempt, problem, "PIN"))
        if pin is None:
            raise KeyPairError("The PIN was not given.")
        try:
            return await apart(partial(call, pin))
        except WrongPassphrase as error:
            attempt, problem = attempt + 1, error.sentence


def _listed(provider: str) -> Sequence[tuple[KeyPair, Token]]:
    pkcs11 = _package()
    found = []
    with talking_to_token(provider):
        for each in _library(provider).get_tokens(token_flags=pkcs11.TokenFlag.TOKEN_INITIALIZED):
            pinpad = bool(each.flags & pkcs11.TokenFlag.PROTECTED_AUTHENTICATION_PATH)
            token = Token(provider, each.label, each.serial, pinpad)
            with each.open() as session:
                seen = [
                    KeyPair("token", "", public, f"{plain(label, 60) or 'a key'} on {token.name}")
                    for label, _number, public in _public_keys(session)
                ]
            hidden = [] if seen else [KeyPair("token", "", None, f"what {token.name} holds")]
            found += [(pair, token) for pair in (*seen, *hidden)]
    return found


def _public_keys(session: Any) -> Iterator[tuple[str, bytes, PublicKey]]:
    """Label, number (CKA_ID) and key of those that SSH has a name for."""
    pkcs11 = _package()
    # To the end at once: a session has one search at a time.
    for found in list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY})):
        if (public := _public(found)) is not None:
            yield found.label, found.id, public


def _public(found: Any) -> PublicKey | None:
    pkcs11 = _package()
    import asyncssh
    from pkcs11.util.ec import encode_ec_public_key
    from pkcs11.util.rsa import encode_rsa_public_key

    if found.key_type == pkcs11.KeyType.EC_EDWARDS:
        if found[pkcs11.Attribute.EC_PARAMS] not in _EDWARDS25519:
            return None
        # As an OCTET STRING of DER, or bare: both are seen.
        point = found[pkcs11.Attribute.EC_POINT]
        return PublicKey(string(b"ssh-ed25519") + string(point[-_ED25519_BYTES:]))
    encode = {pkcs11.KeyType.RSA: encode_rsa_public_key, pkcs11.KeyType.EC: encode_ec_public_key}.get(found.key_type)
    return PublicKey(asyncssh.import_public_key(encode(found)).public_data) if encode else None


def _session(token: Token, pin: Any) -> Any:
    """A session with `token`, logged in with `pin` unless that is None."""
    pkcs11 = _package()
    (there,) = _library(token.provider).get_tokens(token_label=token.label, token_serial=token.serial)
    try:
        return there.open(user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        # By this program, for another key of the same token.
        return there.open()


def _inside(token: Token, pin: Any) -> tuple[Any, Sequence[PublicKey]] | None:
    """An open session and what it shows; None when that is nothing."""
    with talking_to_token(token.name):
        session = _session(token, pin)
        publics = [public for _label, _number, public in _public_keys(session)]
        if publics:
            return session, publics
        session.close()
    return None


def _private(token: Token, public: PublicKey, pin: Any) -> Any:
    """The private half of `public`, ready to sign; None when it is not seen, as before the PIN is given.

    asyncssh's own way does not serve here: it reads the public half off the private one, where many tokens have none.
    """
    pkcs11 = _package()
    with talking_to_token(token.name):
        session = _session(token, pin)
        numbers = [number for _label, number, public_key in _public_keys(session) if public_key == public]
        attributes = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.SIGN: True}
        for number in numbers:
            for private in list(session.get_objects({**attributes, pkcs11.Attribute.ID: number})):
                return private
        session.close()
    return None


def _signed(token: Token, private: Any, data: bytes, algorithm: str) -> bytes:
    """A signature in its wire form (RFC 8332 section 3, RFC 5656 section 3.1.2, RFC 8709 section 6).

    A hash is made here: any token can sign one that it is given, and not all can make one. Ed25519 takes no hash.
    """
    pkcs11 = _package()
    with talking_to_token(token.name):
        if algorithm in _RSA_HASHES:
            name, prefix = _RSA_HASHES[algorithm]
            signature = private.sign(prefix + hashlib.new(name, data).digest(), mechanism=pkcs11.Mechanism.RSA_PKCS)
        elif algorithm == "ssh-ed25519":
            signature = private.sign(data, mechanism=pkcs11.Mechanism.EDDSA)
        else:
            digest = hashlib.new(_EC_HASHES[algorithm], data).digest()
            both = private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            half = len(both) // 2
            numbers = (int.from_bytes(part, "big") for part in (both[:half], both[half:]))
            signature = b"".join(mpint(number) for number in numbers)
    return string(algorithm.encode()) + string(signature)


def _package() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError as error:
        raise KeyPairError(
            "Keys on tokens (PKCS#11) need a package that is missing.",
            hint="Install it: pipx install 'sshtui[pkcs11]'; or let an agent hold them: ssh-add -s LIBRARY",
        ) from error


def _library(provider: str) -> Any:
    """The loaded library, which runs in this program: a path in full, so that nobody slips another one in."""
    path = with_home(provider)
    if not path.is_absolute():
        raise KeyPairError(f"{provider} is no full path of a PKCS#11 library.", hint=f"Look at {PROVIDER} of the host.")
    return _package().lib(str(path))

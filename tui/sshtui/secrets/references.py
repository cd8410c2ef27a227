"""What hosts.toml says of a saved secret: where it is kept and under which number, never the secret."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sshtui.model.hosts import Host
from sshtui.model.questions import KEYRING, VAULT, Place

PASSWORD = "secret"
PASSPHRASE = "passphrase"
TOTP = "totp"
"""Fields of a host in hosts.toml that hold a reference."""

FIELDS = {PASSWORD: "password", PASSPHRASE: "passphrase", TOTP: "one-time codes"}
"""Each with the words for what it refers to."""

COMMAND = "password_command"
"""A field with the arguments of a program that prints the password."""

PLAIN = "password"
"""A field that people of other programs write; it is never used to log in, only moved to a safe place."""


@dataclass(frozen=True)
class Reference:
    """A place and the number of a secret there."""

    place: Place
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.place}:{self.id}"

    @property
    def made(self) -> datetime | None:
        """When it was saved (RFC 9562 section 5.7); None for a number of another kind."""
        return datetime.fromtimestamp((self.id.int >> 80) / 1000, UTC) if self.id.version == 7 else None


def new_reference(place: Place) -> Reference:
    """A number nobody has, made of the time and 74 random bits (UUID version 7, RFC 9562 section 5.7)."""
    number = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return Reference(place, uuid.UUID(int=number))


def read_reference(text: object) -> Reference | None:
    """What stands in hosts.toml understood; None for anything else than a place and a UUID."""
    place, _, number = text.partition(":") if isinstance(text, str) else ("", "", "")
    if place not in (KEYRING, VAULT):
        return None
    try:
        found = uuid.UUID(number)
    except ValueError:
        return None
    # The constants and not the words: the type checker knows what they are.
    return Reference(KEYRING if place == KEYRING else VAULT, found)


def saved_words(host: Host) -> str:
    """What is saved for `host`, and where, in a few words without any of it; "" for nothing."""
    kept = [(word, reference) for field, word in FIELDS.items() if (reference := reference_of(host, field))]
    said = [f"{word} in the {reference.place}" for word, reference in kept]
    if host.extra.get(COMMAND) and not any(word == FIELDS[PASSWORD] for word, _ in kept):
        said.append("password by its password_command")
    return ", ".join(said)


def reference_of(host: Host, field: str) -> Reference | None:
    """The reference in `field` of `host`."""
    return read_reference(host.extra.get(field))

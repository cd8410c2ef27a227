"""Argon2id (RFC 9106): what one guess at a password costs, the key it gives, and passwords kept as a hash."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

KEY_SIZE = 32
"""Bytes of a derived key and of a kept hash."""

_PHC = re.compile(r"\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,4})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class Cost:
    """What one guess at the password costs: Argon2id's memory in KiB, passes and lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 1

    @property
    def sane(self) -> bool:
        """Whether a file may ask for it: a forged one must neither weaken the password nor exhaust the machine."""
        return 8 * 1024 <= self.memory <= 512 * 1024 and 1 <= self.passes <= 16 and 1 <= self.lanes <= 16


DEFAULT_COST = Cost()


def derive(password: str, cost: Cost, salt: bytes) -> bytes:
    """The key of KEY_SIZE bytes. Takes a few tenths of a second by design: call it in a thread."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=salt, length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
    return kdf.derive(_bytes(password))


def hashed(password: str, cost: Cost = DEFAULT_COST) -> str:
    """What may be kept of a password: a PHC string with a salt of its own. As slow as `derive`."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(
        salt=os.urandom(16), length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    )
    return kdf.derive_phc_encoded(_bytes(password))


def matches(password: str, phc: str) -> bool:
    """Whether the PHC string was made of this password; False for one that asks for an insane cost."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    if cost_of(phc) is None:
        return False
    try:
        Argon2id.verify_phc_encoded(_bytes(password), phc)
    except InvalidKey:
        return False
    return True


def cost_of(phc: str) -> Cost | None:
    """What a PHC string asks for; None when it is none of ours, or asks for too little or too much."""
    found = _PHC.fullmatch(phc)
    if found is None:
        return None
    memory, passes, lanes = (int(number) for number in found.groups())
    cost = Cost(memory, passes, lanes)
    return cost if cost.sane else None


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")

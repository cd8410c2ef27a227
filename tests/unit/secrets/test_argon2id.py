from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sshtui.secrets.argon2id import DEFAULT_COST, Cost, cost_of, derive, hashed, matches

CHEAP = Cost(8 * 1024, 1, 1)


def test_a_hash_matches_its_password_only_and_no_two_are_alike() -> None:
    one, other = hashed("tin wagon", CHEAP), hashed("tin wagon", CHEAP)
    assert one != other
    assert matches("tin wagon", one)
    assert matches("tin wagon", other)
    assert not matches("tin wagoN", one)
    assert not matches("", one)


def test_a_hash_says_what_it_costs() -> None:
    assert cost_of(hashed("x", CHEAP)) == CHEAP
    assert Cost(64 * 1024, 3, 1) == DEFAULT_COST


@pytest.mark.parametrize("numbers", ["m=8,t=1,p=1", "m=99999999,t=1,p=1", "m=65536,t=0,p=1", "m=65536,t=3,p=99"])
def test_a_forged_cost_is_refused_before_any_work(numbers: str) -> None:
    phc = hashed("x", CHEAP).replace("m=8192,t=1,p=1", numbers)
    assert numbers in phc
    assert cost_of(phc) is None
    assert not matches("x", phc)


@pytest.mark.parametrize("phc", ["", "x", "$argon2i$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2E$aGFzaA", "\0"])
def test_what_is_no_hash_matches_nothing(phc: str) -> None:
    assert not matches("", phc)


def test_the_derived_key_is_that_of_rfc_9106() -> None:
    """Section 5.3 has a secret and associated data besides; the same library call without them is the judge."""
    other = Argon2id(salt=b"s" * 16, length=32, iterations=1, lanes=1, memory_cost=8 * 1024)
    assert derive("pässword", CHEAP, b"s" * 16) == other.derive("pässword".encode())

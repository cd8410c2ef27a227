"""The cipher that keeps its key seals as asyncssh's own, byte for byte, and opens nothing that was tampered with."""

from __future__ import annotations

import pytest
from asyncssh.crypto.cipher import GCMCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from sshtui.ssh.quirks import KeyedGcm

CIPHERS = {"aes128-gcm": 16, "aes256-gcm": 32}
FIRST_NONCE = bytes(range(4)) + (2**64 - 2).to_bytes(8, "big")
"""Its invocation counter begins anew after two packets (RFC 5647 section 7.1)."""


@pytest.mark.parametrize("name", CIPHERS)
@given(packets=st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(max_size=80)), max_size=6))
def test_packets_are_sealed_and_opened_as_asyncssh_does(name: str, packets: list[tuple[bytes, bytes]]) -> None:
    key = bytes(range(CIPHERS[name]))
    ours, theirs = (kind(name, key, FIRST_NONCE) for kind in (KeyedGcm, GCMCipher))
    reading, their_reading = (kind(name, key, FIRST_NONCE) for kind in (KeyedGcm, GCMCipher))
    for header, data in packets:
        sealed, tag = ours.encrypt_and_sign(header, data)
        assert (sealed, tag) == theirs.encrypt_and_sign(header, data)
        assert reading.verify_and_decrypt(header, sealed[4:], tag) == data
        assert their_reading.verify_and_decrypt(header, sealed[4:], tag) == data


def test_each_packet_has_the_nonce_of_its_number() -> None:
    key, fixed = bytes(16), b"\xff" * 4
    cipher = KeyedGcm("aes128-gcm", key, fixed + bytes(8))
    for number in range(3):
        sealed, tag = cipher.encrypt_and_sign(b"head", b"data")
        nonce = fixed + number.to_bytes(8, "big")
        assert AESGCM(key).decrypt(nonce, sealed[4:] + tag, b"head") == b"data"


@pytest.mark.parametrize("part", ["header", "data", "tag"])
def test_what_was_tampered_with_is_not_opened(part: str) -> None:
    cipher, reading = (KeyedGcm("aes128-gcm", bytes(16), bytes(12)) for _ in range(2))
    sealed, tag = cipher.encrypt_and_sign(b"head", b"data")
    pieces = {"header": b"head", "data": sealed[4:], "tag": tag}
    pieces[part] = bytes([pieces[part][0] ^ 1]) + pieces[part][1:]
    assert reading.verify_and_decrypt(pieces["header"], pieces["data"], pieces["tag"]) is None
    # The counter went on all the same, as at the sender's.
    sealed, tag = cipher.encrypt_and_sign(b"head", b"more")
    assert reading.verify_and_decrypt(b"head", sealed[4:], tag) == b"more"

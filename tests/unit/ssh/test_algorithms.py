"""What is offered: nothing old unasked, nothing asyncssh does not have, the known host key first."""

from __future__ import annotations

import asyncssh.encryption
import asyncssh.kex
import asyncssh.mac
import asyncssh.public_key
import pytest

from sshtui.ssh.algorithms import LEGACY, MODERN, for_known, old_ones

OLD = ("sha1", "cbc", "md5", "arcfour", "dss", "group1-", "ssh-rsa")


def test_nothing_old_is_offered_unasked() -> None:
    offered = [*MODERN.kex, *MODERN.ciphers, *MODERN.macs, *MODERN.host_keys, *MODERN.signatures]
    assert not [name for name in offered if any(mark in name for mark in OLD)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LEGACY.kex, asyncssh.kex.get_kex_algs()),
        (LEGACY.ciphers, asyncssh.encryption.get_encryption_algs()),
        (LEGACY.macs, asyncssh.mac.get_mac_algs()),
        (LEGACY.host_keys, asyncssh.public_key.get_public_key_algs()),
        (LEGACY.signatures, asyncssh.public_key.get_public_key_algs()),
    ],
)
def test_asyncssh_has_every_name_we_offer(ours: tuple[str, ...], theirs: list[bytes]) -> None:
    # An unknown name would end every connection with a ValueError.
    assert not [name for name in ours if name.encode() not in theirs]


def test_a_known_rsa_host_key_is_asked_for_first_and_under_its_sha2_names() -> None:
    first = for_known(MODERN, ["ssh-rsa"], authorities=False).host_keys
    assert first[:3] == ("rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519")
    assert "ssh-rsa" not in first


def test_certificates_are_asked_for_only_where_an_authority_is_known() -> None:
    assert not [name for name in for_known(MODERN, [], authorities=False).host_keys if "cert" in name]
    assert "cert" in for_known(MODERN, ["ssh-ed25519"], authorities=True).host_keys[0]


def test_the_old_ones_in_use_are_named() -> None:
    used = ("diffie-hellman-group14-sha1", "aes256-ctr", "", "ssh-rsa")
    assert old_ones(used) == ("diffie-hellman-group14-sha1", "ssh-rsa")

"""What is offered: nothing old unasked, nothing asyncssh does not have, the known host key first."""

from __future__ import annotations

import asyncssh.encryption
import asyncssh.kex
import asyncssh.mac
import asyncssh.public_key
import pytest

from sshtui.ssh.algorithms import MODERN, OLD, allowing, for_known, needed_for, old_ones, side_by_side, unmatched

MARKS = ("sha1", "cbc", "md5", "arcfour", "dss", "group1-", "ssh-rsa")


def test_nothing_old_is_offered_unasked() -> None:
    offered = [*MODERN.kex, *MODERN.ciphers, *MODERN.macs, *MODERN.host_keys, *MODERN.signatures]
    assert not [name for name in offered if any(mark in name for mark in MARKS)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (MODERN.kex + OLD.kex, asyncssh.kex.get_kex_algs()),
        (MODERN.ciphers + OLD.ciphers, asyncssh.encryption.get_encryption_algs()),
        (MODERN.macs + OLD.macs, asyncssh.mac.get_mac_algs()),
        (MODERN.host_keys + OLD.host_keys, asyncssh.public_key.get_public_key_algs()),
        (MODERN.signatures + OLD.signatures, asyncssh.public_key.get_public_key_algs()),
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


OLD_SERVER = {
    "key exchange": ("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1"),
    "host key type": ("ssh-rsa", "ssh-dss"),
    "cipher": ("aes128-ctr", "3des-cbc"),
    "MAC": ("hmac-md5", "hmac-sha1"),
}


def test_the_least_and_best_that_would_work_is_proposed() -> None:
    assert needed_for(MODERN, OLD_SERVER) == ("diffie-hellman-group14-sha1", "ssh-rsa", "hmac-sha1")


def test_nothing_is_proposed_when_nothing_of_ours_would_do() -> None:
    assert needed_for(MODERN, {**OLD_SERVER, "host key type": ("ssh-dss",)}) == ()


def test_the_first_kind_without_a_common_name_is_found() -> None:
    fits = {
        "key exchange": MODERN.kex,
        "host key type": MODERN.host_keys,
        "cipher": ("aes256-ctr",),
        "MAC": MODERN.macs,
    }
    assert unmatched(MODERN, fits) is None
    assert unmatched(MODERN, {**fits, "MAC": ("hmac-md5",)}) == ("MAC", MODERN.macs)
    assert unmatched(MODERN, {**fits, "cipher": ("3des-cbc",), "MAC": ("hmac-md5",)}) == ("cipher", MODERN.ciphers)


def test_a_cipher_that_authenticates_by_itself_needs_no_mac() -> None:
    server = {"key exchange": MODERN.kex, "host key type": MODERN.host_keys, "MAC": ("hmac-md5",)}
    for cipher in ("aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"):
        assert unmatched(MODERN, {**server, "cipher": (cipher,)}) is None


def test_what_is_allowed_comes_last_and_makes_the_server_fit() -> None:
    wider = allowing(MODERN, [*needed_for(MODERN, OLD_SERVER), "no-such-algorithm"])
    assert wider.kex == (*MODERN.kex, "diffie-hellman-group14-sha1")
    assert wider.signatures[-1] == "ssh-rsa"
    assert needed_for(wider, OLD_SERVER) == ()
    assert wider.ciphers == MODERN.ciphers


def test_two_lists_stand_side_by_side_and_the_rest_is_counted() -> None:
    lines = side_by_side(
        ("theirs", "a-sha1", "b\x1b[31m"), ("ours", *(f"name-{number}" for number in range(20)))
    ).split("\n")
    assert lines[0] == "theirs".ljust(34) + "ours"
    assert lines[2] == "b\ufffd[31m".ljust(34) + "name-1"
    assert lines[-1] == " " * 34 + "and 11 more"
    assert max(map(len, lines)) <= 66

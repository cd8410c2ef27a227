from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from sshtui.errors import NameNotFound, UsageError
from sshtui.model.hosts import Host
from sshtui.ssh.algorithms import MODERN, OLD
from sshtui.ssh.sockets import Address
from sshtui.ssh.wishes import chosen_algorithms, connect_limit, environment_for, keep_alive_misses, of_family


def wanting(**extra: Any) -> Host:
    return Host("web", "web.example", extra=extra)


@pytest.mark.parametrize(
    "wish",
    ["aes256-ctr,aes128-ctr", "+3des-cbc", "-aes*-gcm@openssh.com", "^aes256-ctr", "-chacha20*,aes192-ctr"],
)
def test_lists_mean_what_they_mean_to_ssh(wish: str, need: Callable[[str], str]) -> None:
    default = ",".join(MODERN.ciphers)
    # Beneath a file that sets our default, ssh resolves the signs against its own, so both are cut to our names.
    said = subprocess.run(
        [need("ssh"), "-G", "-F", "none", "-o", f"Ciphers={wish}", "x"], capture_output=True, text=True, check=True
    )
    line = next(line for line in said.stdout.splitlines() if line.startswith("ciphers "))
    theirs = line.removeprefix("ciphers ").split(",")
    ours = chosen_algorithms(MODERN, wanting(ciphers=wish)).ciphers
    assert sorted(ours) == sorted(name for name in theirs if name in (*default.split(","), *OLD.ciphers))
    if wish[0] == "^":
        assert ours[0] == theirs[0]


@pytest.mark.parametrize(
    ("wish", "signatures"),
    [
        ("ssh-ed25519-cert-v01@openssh.com", ("ssh-ed25519",)),
        ("sk-ssh-ed25519-cert-v01@openssh.com,rsa-sha2-512", ("sk-ssh-ed25519@openssh.com", "rsa-sha2-512")),
        ("+ssh-rsa", (*MODERN.signatures, "ssh-rsa")),
        ("^rsa-sha2-256*", ("rsa-sha2-256", *(name for name in MODERN.signatures if name != "rsa-sha2-256"))),
        ("-*-cert-v01@openssh.com", MODERN.signatures),
        ("-rsa*", tuple(name for name in MODERN.signatures if not name.startswith("rsa"))),
    ],
)
def test_a_certificate_signs_with_its_key_pair(wish: str, signatures: tuple[str, ...]) -> None:
    assert chosen_algorithms(MODERN, wanting(pubkey_accepted_algorithms=wish)).signatures == signatures


def test_compression_is_offered_to_whom_it_is_wanted() -> None:
    offered = [chosen_algorithms(MODERN, wanting(compression=wish)).compression for wish in (True, False, "yes")]
    assert offered == [("zlib@openssh.com", "zlib", "none"), ("none",), ("none",)]


@pytest.mark.parametrize(("value", "misses"), [(7, 7), (0, 3), (True, 3), ("7", 3), (None, 3)])
def test_the_hosts_own_count_of_misses_counts_when_it_is_one(value: object, misses: int) -> None:
    assert keep_alive_misses(wanting(keep_alive_misses=value), 3) == misses


def test_without_a_wish_the_offer_stays() -> None:
    assert chosen_algorithms(MODERN, wanting(ciphers=7, macs="")) == MODERN


def test_a_list_with_nothing_we_speak_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"asks for macs umac-64@openssh\.com"):
        chosen_algorithms(MODERN, wanting(macs="umac-64@openssh.com"))


def test_only_the_wanted_family_is_tried() -> None:
    four, six = Address(socket.AF_INET, ("127.0.0.1", 22)), Address(socket.AF_INET6, ("::1", 22))
    assert of_family([four, six], wanting()) == [four, six]
    assert of_family([four, six], wanting(address_family="inet6")) == [six]
    with pytest.raises(NameNotFound, match="no IPv4 address"):
        of_family([six], wanting(address_family="inet"))


@pytest.mark.parametrize(("value", "seconds"), [(60, 60.0), (0, 15.0), ("60", 15.0), (None, 15.0)])
def test_the_hosts_own_limit_counts_when_it_is_one(value: object, seconds: float) -> None:
    assert connect_limit(wanting(connect_timeout=value), 15.0) == seconds


def test_variables_are_sent_by_pattern_and_fixed_ones_win() -> None:
    host = wanting(send_environment=["LC_*", "TZ"], set_environment={"TZ": "UTC", "A": "1"})
    ours = {"LC_ALL": "C", "TZ": "CET", "SECRET": "x"}
    assert environment_for(host, ours) == {"LC_ALL": "C", "TZ": "UTC", "A": "1"}

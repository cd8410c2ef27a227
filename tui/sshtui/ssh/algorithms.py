"""What we offer a server, strongest and fastest first; old algorithms only where a host asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from sshtui.model.text import plain

NO_ALGORITHMS = ("ext-info-", "kex-strict-")
"""Beginnings of flags that stand among the key exchanges and are none (RFC 8308 section 2.1)."""

_NEEDS_NO_MAC = ("aes128-gcm", "aes256-gcm", "chacha20-poly1305")

CERTIFICATES = (
    "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com",
    "rsa-sha2-256-cert-v01@openssh.com",
)


@dataclass(frozen=True)
class Algorithms:
    """One offer: each list is complete and in order of preference (RFC 4253 section 7.1)."""

    kex: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    host_keys: tuple[str, ...]
    signatures: tuple[str, ...]
    compression: tuple[str, ...] = ("none",)


MODERN = Algorithms(
    kex=(
        "mlkem768x25519-sha256",
        "mlkem768nistp256-sha256",
        "mlkem1024nistp384-sha384",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
    ),
    # AES-GCM first: received 10 to 15 % faster than ChaCha20 on processors with AES instructions.
    ciphers=(
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
        "aes256-ctr",
        "aes192-ctr",
        "aes128-ctr",
    ),
    macs=(
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ),
    host_keys=(
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
    signatures=(
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ssh-ed448",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
)
"""The default: nothing that rests on SHA-1, CBC or 1024-bit groups."""

OLD = Algorithms(
    kex=(
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group1-sha1",
    ),
    ciphers=("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"),
    macs=("hmac-sha1-etm@openssh.com", "hmac-sha1", "hmac-sha1-96", "hmac-md5"),
    host_keys=("ssh-rsa",),
    signatures=("ssh-rsa",),
)
"""What gear without anything better needs, best first; never offered unless a host is allowed it by name."""


def for_known(offer: Algorithms, known: Iterable[str], *, authorities: bool) -> Algorithms:
    """`offer` with the host-key types already `known` for the server in front, certificates where one could count.

    A server that keeps its host key is thus never asked for another type of it.
    """
    wanted = set(known)
    if "ssh-rsa" in wanted:
        wanted |= {"rsa-sha2-512", "rsa-sha2-256"}  # the same host key under newer signatures, RFC 8332 section 3
    first = tuple(name for name in offer.host_keys if name in wanted)
    rest = tuple(name for name in offer.host_keys if name not in wanted)
    certificates = CERTIFICATES if authorities else ()
    return replace(offer, host_keys=certificates + first + rest)


def allowing(offer: Algorithms, names: Iterable[str]) -> Algorithms:
    """`offer` with those of OLD that are in `names` at the end of its lists; other names count for nothing."""
    allowed = set(names)

    def old(more: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in more if name in allowed)

    return replace(
        offer,
        kex=offer.kex + old(OLD.kex),
        ciphers=offer.ciphers + old(OLD.ciphers),
        macs=offer.macs + old(OLD.macs),
        host_keys=offer.host_keys + old(OLD.host_keys),
        signatures=offer.signatures + old(OLD.signatures),
    )


def needed_for(offer: Algorithms, theirs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The fewest old algorithms that would make `offer` fit a server's lists; empty when nothing of ours would.

    `theirs` has the kinds of NoCommonAlgorithm: `key exchange`, `host key type`, `cipher`, `MAC`.
    """
    needed: list[str] = []
    for (kind, ours), (_, old) in zip(_kinds(offer), _kinds(OLD), strict=True):
        has = set(theirs.get(kind, ()))
        if has.isdisjoint(ours):
            name = next((name for name in old if name in has), None)
            if name is None:
                return ()
            needed.append(name)
    return tuple(needed)


def unmatched(offer: Algorithms, theirs: Mapping[str, Iterable[str]]) -> tuple[str, tuple[str, ...]] | None:
    """The first kind of which a server's lists have nothing that we offer, and what we offer; None where all fit.

    A MAC is needed by no cipher that authenticates by itself (RFC 5647, chacha20-poly1305@openssh.com).
    """
    for kind, ours in _kinds(offer):
        has = set(theirs.get(kind, ()))
        if has.isdisjoint(ours):
            return kind, ours
        if kind == "cipher" and next(name for name in ours if name in has).startswith(_NEEDS_NO_MAC):
            return None
    return None


def _kinds(lists: Algorithms) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("key exchange", lists.kex),
        ("host key type", lists.host_keys),
        ("cipher", lists.ciphers),
        ("MAC", lists.macs),
    )


def offers(offer: Algorithms, names: Iterable[str]) -> bool:
    """Whether each of `names` is a key exchange, cipher, MAC or host key type of `offer`."""
    return {name for _, ours in _kinds(offer) for name in ours}.issuperset(names)


def old_ones(used: Iterable[str]) -> tuple[str, ...]:
    """Those of the names in use that are old."""
    old = {*OLD.kex, *OLD.ciphers, *OLD.macs, *OLD.host_keys}
    return tuple(name for name in used if name in old)


COLUMN = 32
"""Cells of a list beside another one: two of them fit a dialog on 80 columns; the longest common name has 36."""

ROWS = 10
"""Rows of such lists; the rest is counted."""


def side_by_side(left: Sequence[str], right: Sequence[str]) -> str:
    """Two lists as lines of two columns, what is too long for them cut short."""
    rows = [
        f"{plain(one, COLUMN):<{COLUMN}}  {plain(other, COLUMN)}".rstrip()
        for one, other in zip_longest(_counted(left), _counted(right), fillvalue="")
    ]
    return "\n".join(rows)


def _counted(names: Sequence[str]) -> list[str]:
    more = len(names) - ROWS
    return [*names[:ROWS], *([f"and {more} more"] if more > 0 else [])]

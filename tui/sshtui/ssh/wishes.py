"""What a host's further fields ask of a connection, in the words of ssh_config(5); nonsense in them counts for nothing.

`ciphers`, `kex_algorithms`, `macs`, `host_key_algorithms`, `pubkey_accepted_algorithms`: lists as ssh_config has them,
`+ - ^` included; `compression`: yes or no; `keep_alive_misses`: a number;
`connect_timeout`: seconds; `address_family`: `inet` or `inet6`; `set_environment`: names and values;
`bind_address`: the numeric address of ours to come from;
`send_environment`: patterns of our own variables.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from sshtui.errors import NameNotFound, UsageError
from sshtui.model.hosts import Host
from sshtui.ssh.algorithms import OLD, Algorithms
from sshtui.ssh.sockets import Address

_LISTS = {
    "kex_algorithms": "kex",
    "ciphers": "ciphers",
    "macs": "macs",
    "host_key_algorithms": "host_keys",
    "pubkey_accepted_algorithms": "signatures",
}
_COMPRESSED = ("zlib@openssh.com", "zlib", "none")
_CERTIFICATE = re.compile(r"-cert-v0[0-9](@openssh\.com)\Z")
_BIND, _FAMILY, _METHODS, _COMPRESSION = "bind_address", "address_family", "login_methods", "compression"

OF_A_CONNECTION = (*_LISTS, _COMPRESSION, _BIND, _FAMILY, _METHODS)
"""Fields that a connection is made by: a host that differs in one needs another."""

_FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}


LOGIN_METHODS = frozenset({"publickey", "password", "keyboard-interactive"})


def chosen_algorithms(offer: Algorithms, host: Host) -> Algorithms:
    """`offer` as the host wants it. Names that are not spoken here are passed over.

    Raises UsageError when nothing of a list is left.
    """
    lists: dict[str, tuple[str, ...]] = {}
    for field, name in _LISTS.items():
        wish = host.extra.get(field)
        if not isinstance(wish, str) or not wish.strip():
            continue
        if field == "pubkey_accepted_algorithms":
            wish = _of_key_pairs(wish.strip())
        ours: tuple[str, ...] = getattr(offer, name)
        lists[name] = _chosen(ours, (*ours, *getattr(OLD, name)), wish.strip())
        if not lists[name]:
            raise UsageError(
                f"{host.name} asks for {field} {wish.strip()}, and sshtui has none of them.",
                hint=f"It has {', '.join(ours)}.",
            )
    if host.extra.get(_COMPRESSION) is True:
        lists["compression"] = _COMPRESSED
    return replace(offer, **lists)


def _of_key_pairs(wish: str) -> str:
    """A wish for algorithms of key pairs and their certificates, as one for the signatures that both make.

    A certificate signs with its key pair: one that is named lets it, one that is taken away takes nothing.
    """
    if wish.startswith("-"):
        left = [name for name in wish[1:].split(",") if not _CERTIFICATE.search(name)]
        return f"-{','.join(left)}"
    return ",".join(_signature(name) for name in wish.split(","))


def _signature(name: str) -> str:
    plain = name.strip().removeprefix("+").removeprefix("^")
    sign = name.strip()[: len(name.strip()) - len(plain)]
    bare = _CERTIFICATE.sub(r"\1" if plain.startswith("sk-") else "", plain)
    return sign + bare


def _chosen(ours: tuple[str, ...], all_of_ours: tuple[str, ...], wish: str) -> tuple[str, ...]:
    """The list that ssh_config(5) makes of a default and a wish."""
    sign, names = (wish[0], wish[1:]) if wish[0] in "+-^" else ("", wish)
    patterns = [name.strip() for name in names.split(",")]
    named = tuple(dict.fromkeys(name for each in patterns for name in all_of_ours if fnmatchcase(name, each)))
    match sign:
        case "-":
            return tuple(name for name in ours if name not in named)
        case "+":
            return tuple(dict.fromkeys((*ours, *named)))
        case "^":
            return tuple(dict.fromkeys((*named, *ours)))
        case _:
            return named


def connect_limit(host: Host, default: float) -> float:
    """Seconds an attempt may take."""
    seconds = host.extra.get("connect_timeout")
    return float(seconds) if isinstance(seconds, int | float) and 1 <= seconds <= 3600 else default


def keep_alive_misses(host: Host, default: int) -> int:
    """Keep-alive messages that may go unanswered before the connection is lost, at least one."""
    misses = host.extra.get("keep_alive_misses")
    return misses if type(misses) is int and 1 <= misses <= 1000 else max(1, default)


def login_methods(host: Host) -> frozenset[str]:
    """The methods of RFC 4252 that the host's `login_methods` lists; all that we have when it lists none."""
    listed = host.extra.get(_METHODS)
    named = {method for method in listed if isinstance(method, str)} if isinstance(listed, list) else set()
    return frozenset(named & LOGIN_METHODS) if named else LOGIN_METHODS


def source_address(host: Host) -> str:
    """The address of ours that connections come from (BindAddress), "" for any. Raises UsageError."""
    source = host.extra.get(_BIND, "")
    if not source:
        return ""
    try:
        return str(ipaddress.ip_address(source))
    except ValueError as error:
        raise UsageError(
            f"bind_address of {host.name} is no numeric address.",
            hint="Write one of this computer, as `ip addr` shows.",
        ) from error


def of_family(addresses: Sequence[Address], host: Host) -> list[Address]:
    """Those addresses the host may be reached at. Raises NameNotFound without any, UsageError as `source_address`."""
    wanted = _FAMILIES.get(str(host.extra.get(_FAMILY)))
    if wanted is None and (source := source_address(host)):
        wanted = socket.AF_INET6 if ":" in source else socket.AF_INET
    left = [address for address in addresses if wanted in (None, address.family)]
    if addresses and not left:
        kind = "IPv6" if wanted == socket.AF_INET6 else "IPv4"
        raise NameNotFound(
            f"{host.address} has no {kind} address, and {host.name} is to be reached by no other.",
            hint=f"Look at address_family and bind_address of {host.name}.",
        )
    return left


def environment_for(host: Host, ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables the host asks to be set there (SetEnv before SendEnv, as in ssh_config(5))."""
    patterns, given = host.extra.get("send_environment"), host.extra.get("set_environment")
    names = [each for each in patterns if isinstance(each, str)] if isinstance(patterns, list) else []
    sent = {name: value for name, value in ours.items() if any(fnmatchcase(name, each) for each in names)}
    fixed = given if isinstance(given, Mapping) else {}
    return {**sent, **{str(name): value for name, value in fixed.items() if isinstance(value, str)}}

"""A saved destination, and the rules for what may stand in its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from sshtui.model.terminal_switches import AS_XTERM, TerminalSwitches

DEFAULT_PORT = 22
"""RFC 4253 section 4.1."""

NAME_LIMIT = 128
ADDRESS_LIMIT = 253
"""RFC 1035 section 2.3.4: a name is at most 255 octets on the wire, 253 as text."""

# Refused here and on import: what a shell, an option parser or a terminal would take for more than a name
# (CVE-2023-51385, CVE-2023-46322).
# With C1 and what reorders the text around it (UAX #9): a name that looks like another one.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_USER = re.compile(rf"[A-Za-z0-9_][^\s{_UNSEEN}'\"`$&;<>|(){{}}\\:/#*?!]*\Z")
_ZONE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._~-]{0,31}\Z")
"""A zone of a link-local address: unreserved characters (RFC 6874 section 2); interface names are shorter."""
_ADDRESS_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_NAME_REFUSED = rf"{_UNSEEN}'\"`$&;<>|(){{}}\\*?!,"
_NAME = re.compile(rf"[^\s{_NAME_REFUSED}][^{_NAME_REFUSED}]*\Z")


NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})
"""One for all hosts without further fields: there may be a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Forward:
    """One port forward: `local` (we listen), `remote` (the server listens) or `dynamic` (SOCKS)."""

    kind: Literal["local", "remote", "dynamic"]
    listen: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A saved destination. Empty strings mean "not set"; `folder` is a `/`-separated path, "" for the top."""

    name: str
    address: str
    port: int = DEFAULT_PORT
    user: str = ""
    folder: str = ""
    key_pair: str = ""
    """Path of the private key file to offer first; may start with `~`."""
    jump: str = ""
    """Name of a saved host or `user@address:port`; several separated by commas, first hop first."""
    tags: tuple[str, ...] = ()
    notes: str = ""
    command: str = ""
    """Run instead of the login shell."""
    keep_alive: int | None = None
    """Seconds between keep-alive messages; 0 switches them off; None means the default (15)."""
    theme: str = ""
    colour: str = ""
    forwards: tuple[Forward, ...] = ()
    terminal: TerminalSwitches = AS_XTERM
    favourite: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING_MORE)
    """Fields of the file that we do not know; they survive a save."""
    origin: str = ""
    """Where a read-only host comes from (`~/.ssh/config:12`); "" for our own, editable hosts."""

    @property
    def editable(self) -> bool:
        """Whether it is ours to change."""
        return not self.origin

    @property
    def destination(self) -> str:
        """`user@address:port`, leaving out what is default; IPv6 in brackets when a port follows."""
        who = f"{self.user}@" if self.user else ""
        if self.port == DEFAULT_PORT:
            return f"{who}{self.address}"
        where = f"[{self.address}]" if ":" in self.address else self.address
        return f"{who}{where}:{self.port}"


def carried_over(before: Host, after: Host, now: Host) -> Host:
    """`now` with the fields that differ between `before` and `after`; what others changed in `now` stays.

    A field of `extra` counts by itself. One that `after` leaves out stays, as in a save; None takes it away.
    """
    changed = {name: value for name in _COMPARED if (value := getattr(after, name)) != getattr(before, name)}
    further = {name: value for name, value in after.extra.items() if value != before.extra.get(name)}
    if further:
        changed["extra"] = {**now.extra, **further}
    return replace(now, **changed)


_COMPARED = tuple(field.name for field in fields(Host) if field.name not in {"extra", "origin"})


def name_problem(name: str) -> str:
    """Why `name` cannot be a host's name, or ""."""
    if not name:
        return "A name is needed."
    if len(name) > NAME_LIMIT:
        return f"At most {NAME_LIMIT} characters."
    if name.startswith("-"):
        return "A name cannot start with a dash."
    if not _NAME.match(name) or name != name.strip():
        return "No quotes, wildcards, commas, shell or control characters, or blanks at the ends."
    return ""


def address_problem(address: str) -> str:
    """Why `address` is neither a host name nor an IP address, or ""."""
    if not address:
        return "An address is needed."
    if ":" in address:
        return _ipv6_problem(address)
    if len(address) > ADDRESS_LIMIT:
        return f"At most {ADDRESS_LIMIT} characters."
    if address.startswith("-"):
        return "An address cannot start with a dash."
    try:
        ascii_name = address if address.isascii() else address.encode("idna").decode("ascii")
    except UnicodeError:
        return "Not a valid international host name."
    labels = ascii_name.removesuffix(".").split(".")
    if labels[-1].isdigit():
        parts = [int(label) for label in labels if label.isdigit()]
        if len(labels) != 4 or len(parts) != 4 or max(parts) > 255:
            return "Not a valid IPv4 address (four numbers of 0 to 255)."
        return ""
    if not all(_ADDRESS_LABEL.match(label) for label in labels):
        return "Letters, digits, dots and dashes only, as in web-1.example.org."
    return ""


def _ipv6_problem(address: str) -> str:
    import ipaddress

    number, percent, zone = address.partition("%")
    try:
        ipaddress.IPv6Address(number)
    except ValueError:
        return "Not a valid IPv6 address; the port has a field of its own."
    # Python takes anything for a zone, and a proxy command hands the address to a shell.
    if percent and not _ZONE.match(zone):
        return "Not a valid zone after the %, as in fe80::1%eth0."
    return ""


def port_problem(port: str) -> str:
    """Why the typed `port` is not a TCP port, or ""."""
    if not port.isascii() or not port.isdigit() or not 1 <= int(port[:9]) <= 65535:
        return "A number from 1 to 65535."
    return ""


def user_problem(user: str) -> str:
    """Why `user` cannot be a login name, or ""; an empty one is fine (asked or taken from the system)."""
    if user and (len(user) > 256 or not _USER.match(user)):
        return "No blanks, slashes, quotes or shell characters; no leading dash."
    return ""


def folder_problem(folder: str) -> str:
    """Why `folder` cannot be a folder path, or ""."""
    if not folder:
        return ""
    parts = folder.split("/")
    if any(not part.strip() or name_problem(part) or part in (".", "..") for part in parts):
        return "Names separated by single slashes, as in prod/web."
    return ""

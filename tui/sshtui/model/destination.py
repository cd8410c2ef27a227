"""`[user@]address[:port]` and `ssh://` links, as a person types or clicks them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from sshtui.errors import UsageError
from sshtui.model.hosts import DEFAULT_PORT, Host, address_problem, port_problem, user_problem

_SCHEME = "ssh://"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HINT = "Write [user@]address[:port] or ssh://user@address:port; an IPv6 address with a port stands in [brackets]."


class Destination(NamedTuple):
    """Where to go; `user` is "" and `port` None when not given.

    `fingerprint` is the host key fingerprint a link promised ("" for none), as `ssh-ed25519-SHA256:…` or hex MD5 in
    the link's own words (draft-ietf-secsh-scp-sftp-ssh-uri section 3).
    """

    address: str
    port: int | None = None
    user: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Wanted:
    """A destination and the options that win over what is saved; "" and None for what is not given."""

    destination: str
    port: int | None = None
    identity: str = ""
    login: str = ""
    jump: str = ""


def is_link(text: str) -> bool:
    """Whether `text` is meant as an `ssh://` link."""
    return text.strip().lower().startswith(_SCHEME)


def is_destination(text: str) -> bool:
    """Whether `text` can only be meant as a destination, and not as the name of a saved host that is not there."""
    return text == "localhost" or text.lower().startswith(_SCHEME) or any(mark in text for mark in "@:.")


def parse_destination(text: str) -> Host:
    """The unsaved host that `text` points at, named by its destination without what is default. Raises UsageError.

    The fingerprint a link promised becomes its field `fingerprint`: no other host key is accepted then.
    """
    found = split_destination(text)
    host = Host(name=text, address=found.address, port=found.port or DEFAULT_PORT, user=found.user)
    extra = {"fingerprint": found.fingerprint} if found.fingerprint else {}
    return replace(host, name=host.destination, extra=extra)


def split_destination(text: str) -> Destination:
    """The parts of `text`. Raises UsageError, also for what a shell or an option parser would take for more.

    Everything after `ssh://` is percent-decoded (RFC 3986 section 2.1) before it is judged.
    """
    text = text.strip()
    if text.lower().startswith(_SCHEME):
        found = _parse_link(text[len(_SCHEME) :], text)
    else:
        user, _, place = text.rpartition("@")
        if "@" in text and not user:
            raise _wrong(text, "The user before @ is missing.")
        address, port = _split_place(place, text)
        found = Destination(address, port, user)
    if problem := address_problem(found.address) or user_problem(found.user):
        raise _wrong(text, problem)
    return found


def parse_hops(text: str) -> tuple[Destination, ...]:
    """Jump hosts as `-J` takes them: separated by commas, the first one first. Raises UsageError."""
    return tuple(split_destination(hop) for hop in text.split(","))


def _parse_link(rest: str, text: str) -> Destination:
    authority, _, path = rest.partition("/")
    if path or "?" in authority or "#" in authority:
        raise _wrong(text, "A link to a shell has no path.")
    userinfo, _, place = authority.rpartition("@")
    # `[userinfo][;name=value,name=value]` (section 3.1 of the draft); semicolons between parameters do no harm either.
    user, _, parameters = userinfo.partition(";")
    if ":" in user:
        # The link is not repeated: the password would stand on the screen.
        raise UsageError("The link holds a password.", hint="Leave it out: it is asked for when the server wants it.")
    fingerprint = ""
    for parameter in re.split("[;,]", parameters):
        name, _, value = parameter.partition("=")
        if name.lower() == "fingerprint":
            fingerprint = _decoded(value, text)
    # An empty port is the usual one (RFC 3986 section 3.2.3).
    address, port = _split_place(place.removesuffix(":") if place.count(":") == 1 or "]" in place else place, text)
    return Destination(_decoded(address, text), port, _decoded(user, text), fingerprint)


def _split_place(place: str, text: str) -> tuple[str, int | None]:
    """Address and port of `address`, `address:port`, `[v6]`, `[v6]:port` or a bare IPv6 address."""
    if place.startswith("["):
        address, closed, rest = place[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or ":" not in address:
            raise _wrong(text, "Brackets hold an IPv6 address, as in [::1]:22.")
        port = rest[1:]
        given = bool(rest)
    elif place.count(":") > 1:
        return place, None
    else:
        address, colon, port = place.partition(":")
        given = bool(colon)
    if not given:
        return address, None
    if problem := port_problem(port):
        raise _wrong(text, f"The port: {problem}")
    return address, int(port)


def _decoded(part: str, text: str) -> str:
    if _BAD_ESCAPE.search(part):
        raise _wrong(text, "A % must be followed by two hexadecimal digits.")
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeError:
        raise _wrong(text, "Not valid UTF-8 after decoding.") from None


def _wrong(text: str, problem: str) -> UsageError:
    shown = text if len(text) <= 80 else text[:79] + "…"
    return UsageError(f"{shown!r} is not a destination. {problem}", hint=_HINT)

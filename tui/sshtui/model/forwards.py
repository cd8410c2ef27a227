"""Port forwards as text: `L 8080:db:5432`, `R 9000:localhost:22`, `D 1080`, after the options of ssh(1)."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sshtui.errors import UsageError
from sshtui.model.hosts import Forward

Kind = Literal["local", "remote", "dynamic"]

LETTERS: Mapping[Kind, str] = {"local": "L", "remote": "R", "dynamic": "D"}
"""As the options -L, -R and -D of ssh(1)."""

EXIT_ON_FAILURE = "exit_on_forward_failure"
"""Field of a host that wants no tab when one of its forwards cannot be opened (ExitOnForwardFailure)."""

GATEWAY_PORTS = "gateway_ports"
"""Field of a host whose forwards without an address listen for every machine, not only for this one (GatewayPorts)."""

_KINDS: Mapping[str, Kind] = {letter: kind for kind, letter in LETTERS.items()}
_FORWARD = re.compile(r"-?([LRD])[\s:]\s*(\S.*)\Z")
_PART = re.compile(r"\[[^\]\s,]*\]|[^:\[\]\s,]*")
_PORT_LIMIT = 65535
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,62}\Z")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a forward: a Unix socket's `path`, or a port; `address` is None where none was given, "" for every."""

    port: int = 0
    address: str | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class ForwardState:
    """How a forward of a connection stands; `problem` is why it does not serve, or what went wrong last.

    `port` is the one that the server chose where it was asked to.
    """

    forward: Forward
    is_open: bool
    problem: str = ""
    port: int = 0

    def __str__(self) -> str:
        """The forward and its state in words."""
        words = "open" if self.is_open else "failed"
        words += f" at port {self.port}" if self.port else ""
        return f"{write_forward(self.forward)} {words}" + (f": {self.problem}" if self.problem else "")


def endpoint(text: str) -> Endpoint:
    """The end of a forward that stands in `Forward.listen` or `Forward.to`: `8080`, `db:5432`, `[::1]:80`, `/path`.

    `*` and an empty address mean every address (ssh_config(5), LocalForward); a port may have the name that
    services(5) gives it. Raises UsageError.
    """
    if _is_path(text):
        return Endpoint(path=text)
    address, colon, port = text.rpartition(":")
    bracketed = address.startswith("[") and address.endswith("]")
    address = address[1:-1] if bracketed else address
    number = _port(port)
    if (":" in address and not bracketed) or number is None:
        raise UsageError(f"{text!r} is no port, no address with a port and no path.")
    return Endpoint(number, ("" if address == "*" else address) if colon else None)


def write_forward(forward: Forward) -> str:
    """The text of a forward, as `read_forward` takes it."""
    return f"{LETTERS[forward.kind]} {forward.listen}" + (f":{forward.to}" if forward.to else "")


def write_forwards(forwards: Sequence[Forward]) -> str:
    """Forwards as one line, separated by commas."""
    return ", ".join(map(write_forward, forwards))


def read_forward(text: str) -> Forward:
    """The forward that a text like `L 8080:db:5432` (or `L:8080:db:5432`) describes.

    As in ssh(1), an address to listen on may stand before the port, an IPv6 address stands in brackets, and
    a path of a Unix socket may stand for address and port. Raises UsageError.
    """
    found = _FORWARD.match(text.strip())
    if found is None:
        raise UsageError(f"{text.strip()[:80]!r} is no forward: write L 8080:db:5432, R 9000:localhost:22 or D 1080.")
    kind, rest = _KINDS[found[1]], found[2]
    parts = rest.split(":") if "[" not in rest else _bracketed(rest)
    listen, to = _ends(kind, parts)
    forward = Forward(kind, listen, to)
    if problem := _problem(forward):
        raise UsageError(f"{found[1]} {rest[:80]}: {problem}")
    return forward


def read_forwards(text: str) -> tuple[Forward, ...]:
    """The forwards of a line, separated by commas; none for an empty one. Raises UsageError."""
    return tuple(dict.fromkeys(read_forward(part) for part in text.split(",") if part.strip()))


def forwards_problem(text: str) -> str:
    """Why `text` describes no forwards, or ""."""
    try:
        read_forwards(text)
    except UsageError as error:
        return error.sentence
    return ""


def _bracketed(rest: str) -> list[str]:
    """The parts between colons, colons in brackets left alone; one part that is nothing when it cannot be so."""
    parts, at = [], 0
    while (found := _PART.match(rest, at)) is not None:
        parts.append(found[0])
        at = found.end()
        if at == len(rest):
            return parts
        if rest[at] != ":":
            break
        at += 1
    return [""]


def _port(text: str) -> int | None:
    """A number up to the limit, or what the name of a service stands for; None for neither."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 10 and int(text) <= _PORT_LIMIT else None
    try:
        return socket.getservbyname(text, "tcp") if _SERVICE.match(text) else None
    except OSError:
        return None


def _ends(kind: Kind, parts: list[str]) -> tuple[str, str]:
    """Listening end and target: a path is one part, an address with a port two; what is left in front listens."""
    dynamic = kind == "dynamic" or (kind == "remote" and len(parts) <= 2 and not any(map(_is_path, parts)))
    taken = len(parts) if dynamic else max(1, len(parts) - (1 if _is_path(parts[-1]) else 2))
    return ":".join(parts[:taken]), ":".join(parts[taken:])


def _is_path(text: str) -> bool:
    return text.startswith(("/", "~/"))


def _problem(forward: Forward) -> str:
    if any(not text.isprintable() or re.search(r"[\s,]", text) for text in (forward.listen, forward.to)):
        return "no blanks, commas or control characters."
    try:
        listen = endpoint(forward.listen)
        to = endpoint(forward.to) if forward.to else None
    except UsageError as error:
        return error.sentence
    # The server picks a port for 0 (RFC 4254 section 7.1).
    if not listen.path and not listen.port and forward.kind != "remote":
        return "a port is a number from 1 to 65535."
    if forward.kind == "dynamic":
        return "a dynamic forward is a port, with or without an address." if to or listen.path else ""
    if to is None:
        return "" if forward.kind == "remote" else "where it leads is missing, as db:5432."
    if not to.path and not (to.port and to.address):
        return "where it leads is an address and a port, or a path."
    return ""

"""known_hosts as OpenSSH reads and writes it: whom a file trusts, and changing it without losing a line."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sshtui import files
from sshtui.errors import ConfigError, NotSaved
from sshtui.model.host_keys import HostKey, KnownEntry
from sshtui.model.hosts import name_problem
from sshtui.model.text import plain
from sshtui.ssh.known_host_lines import Line, Marker, certainly_others, hashed_name, known_name, parse
from sshtui.ssh.revocations import Revocations

SIZE_LIMIT = 512 * 1024 * 1024
"""Bytes of a known_hosts file; a million hosts need about 100 MB."""

LOCK_SECONDS = 30.0
"""How long a save waits for the saves of others."""

SYSTEM_WIDE = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))
"""Files of the whole machine, read beside the user's own and never written (GlobalKnownHostsFile of ssh_config(5))."""

_OPENS_ACCOUNTS = frozenset({
    b"agent-forwarding", b"cert-authority", b"no-agent-forwarding", b"no-port-forwarding", b"no-pty",
    b"no-touch-required", b"no-user-rc", b"no-x11-forwarding", b"port-forwarding", b"pty", b"restrict", b"user-rc",
    b"verify-required", b"x11-forwarding",
})  # fmt: skip
"""Names that make a line one of authorized_keys: a key that may log in (sshd(8), AUTHORIZED_KEYS FILE FORMAT)."""


def second_of(path: Path) -> Path:
    """The file that ssh reads after `path`, the person's own, where nothing is set (UserKnownHostsFile)."""
    return path.with_name(f"{path.name}2")


def read_only(path: Path) -> tuple[Path, ...]:
    """The files that are read beside `path`, and never written."""
    return (second_of(path), *SYSTEM_WIDE)


@dataclass(frozen=True)
class Known:
    """What the files say of one name.

    `trusted` are host keys that may be accepted, `authorities` those that may sign host certificates, `revoked`
    those that never may be, with what a list of `revocations` adds. `exact` are the trusted ones under the very name
    and port that was looked up: any other host key on such a host is a changed one. `damaged` counts lines that
    cannot be read.
    """

    trusted: tuple[HostKey, ...] = ()
    authorities: tuple[HostKey, ...] = ()
    revoked: tuple[HostKey, ...] = ()
    exact: tuple[KnownEntry, ...] = ()
    damaged: int = 0
    revocations: Revocations = field(default_factory=Revocations, repr=False)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Types of the trusted host keys, to be preferred in the exchange."""
        return tuple(dict.fromkeys(key.algorithm for key in self.trusted))

    def revokes(self, host_key: HostKey) -> bool:
        """Whether `host_key` must never be accepted."""
        return host_key in self.revoked or self.revocations.revokes(host_key)

    def without(self, revocations: Revocations) -> Known:
        """The same, minus what `revocations` take away."""
        return replace(
            self,
            trusted=tuple(key for key in self.trusted if not revocations.revokes(key)),
            authorities=tuple(key for key in self.authorities if not revocations.revokes(key)),
            revoked=(*self.revoked, *revocations.keys),
            revocations=revocations,
        )

    def verdict(self, offered: HostKey) -> Literal["known", "revoked", "changed", "unknown"]:
        """What a server's host key is to these files; `changed` when the very name is known by others only."""
        if self.revokes(offered):
            return "revoked"
        if offered in self.trusted:
            return "known"
        return "changed" if self.exact else "unknown"


@dataclass(frozen=True)
class ListedKey:
    """A line for a person to look at: `names` is "" when they are hashed; names and comment are untrusted."""

    path: Path
    line: int
    marker: Marker
    names: str
    host_key: HostKey
    comment: str


class KnownHosts:
    """A known_hosts file, with `others` that are read and never written (`/etc/ssh/ssh_known_hosts`).

    Every call reads the files anew, because ssh changes them too. A missing file is an empty one; one that
    cannot be read raises ConfigError, for it may hold revocations. A million lines take a few seconds, so an
    event loop calls `lookup`, `remember` and `replace` in a thread. An `alias` that a line could not hold as one plain
    name raises ConfigError: the host of an imported file could otherwise stand for others.
    `hash_names` is HashKnownHosts of ssh_config(5); None hashes when the file has hashed names already.
    """

    def __init__(self, path: Path, others: Sequence[Path] = (), *, hash_names: bool | None = None) -> None:
        self.path = path
        self.others = tuple(others)
        self._hash_names = hash_names

    def lookup(self, address: str, port: int, *, alias: str = "") -> Known:
        """What the files say of `address` at `port`; `alias` (HostKeyAlias) stands in for both.

        On another port than 22 the bare address counts too, as in ssh: its host keys when the port has none
        of its own, its authorities and its revocations always.
        """
        name = _name(address, port, alias)
        bare = known_name(address, 22)
        under_name: list[tuple[Line, KnownEntry]] = []
        under_bare: list[tuple[Line, KnownEntry]] = []
        damaged = 0
        for path in (self.path, *self.others):
            for number, line in _lines(path, (name,) if alias else (name, bare)):
                if isinstance(line, str) or line.damaged:
                    damaged += 1
                elif line.speaks_of(name):
                    damaged += not _keep(under_name, line, path, number)
                elif not alias and name != bare and line.speaks_of(bare):
                    damaged += not _keep(under_bare, line, path, number)
        exact = tuple(entry for line, entry in under_name if not line.marker)
        trusted = exact or tuple(entry for line, entry in under_bare if not line.marker)
        both = under_name + under_bare
        revoked = tuple(entry.host_key for line, entry in both if line.marker == "@revoked")
        authorities = tuple(entry.host_key for line, entry in both if line.marker == "@cert-authority")
        return Known(
            trusted=tuple(entry.host_key for entry in trusted if entry.host_key not in revoked),
            authorities=tuple(host_key for host_key in authorities if host_key not in revoked),
            revoked=revoked,
            exact=exact,
            damaged=damaged,
        )

    def names(self, address: str, port: int, host_key: HostKey, *, alias: str = "") -> bool:
        """Whether the file that is written trusts `host_key` under the very name, hashed or not, by no pattern."""
        name = _name(address, port, alias)
        return any(
            isinstance(line, Line)
            and not line.marker
            and line.without(name) != line.names
            and line.host_key == host_key
            for _, line in _lines(self.path, (name,))
        )

    def remember(self, address: str, port: int, host_key: HostKey, *, alias: str = "") -> None:
        """Trust `host_key` for this address from now on. Raises NotSaved.

        A new file has mode 0600, a new `~/.ssh` 0700. Nothing is written when the file says so already.
        """
        name = _name(address, port, alias)

        def add(lines: list[bytes]) -> list[bytes]:
            return lines if _has(lines, name, host_key) else [*lines, self._line(lines, name, host_key)]

        self._change(add)

    def replace(self, address: str, port: int, host_key: HostKey, *, alias: str = "") -> None:
        """Trust `host_key` and no other for this very name; what stood there before is kept in `….old`.

        Lines with markers, patterns and the other names of a shared line stay. Raises NotSaved.
        """
        name = _name(address, port, alias)

        def swap(lines: list[bytes]) -> list[bytes]:
            left = [text for line in lines if (text := _without(line, name)) is not None]
            return left if _has(left, name, host_key) else [*left, self._line(lines, name, host_key)]

        self._change(swap, backup=True)

    def remove(self, address: str, port: int) -> int:
        """Forget this very name (`ssh-keygen -R`, but other names and patterns stay); how many lines it was in.

        The file as it was is kept in `….old`. Raises NotSaved.
        """
        name = known_name(address, port)
        touched = 0

        def take_out(lines: list[bytes]) -> list[bytes]:
            nonlocal touched
            left = [_without(line, name) for line in lines]
            touched = sum(before != after for before, after in zip(lines, left, strict=True))
            return [text for text in left if text is not None]

        self._change(take_out, backup=True)
        return touched

    def revoke(self, address: str, port: int, host_key: HostKey) -> None:
        """Never accept `host_key` for this address again, whoever offers it. Raises NotSaved."""
        text = b"@revoked " + known_name(address, port) + b" " + host_key.line.encode()
        self._change(lambda lines: lines if text in lines else [*lines, text])

    def drop(self, listed: ListedKey) -> bool:
        """Take out one line that `entries` listed; False when the file has another line there by now.

        The file as it was is kept in `….old`. Raises NotSaved.
        """
        dropped = False

        def take_out(lines: list[bytes]) -> list[bytes]:
            nonlocal dropped
            at = listed.line - 1
            dropped = at < len(lines) and _listed(self.path, listed.line, parse(lines[at])) == listed
            return lines[:at] + lines[at + 1 :] if dropped else lines

        self._change(take_out, backup=True)
        return dropped

    def entries(self) -> tuple[ListedKey, ...]:
        """Every line with a key, file by file in their order; damaged ones are left out."""
        return tuple(self.each())

    def each(self) -> Iterator[ListedKey]:
        """What `entries` holds, as it is read."""
        for path in (self.path, *self.others):
            for number, line in _lines(path):
                if (listed := _listed(path, number, line)) is not None:
                    yield listed

    def find(self, address: str, port: int) -> tuple[ListedKey, ...]:
        """The lines that speak of this address, hashed names and markers included (`ssh-keygen -F`)."""
        name = known_name(address, port)
        return tuple(
            listed
            for path in (self.path, *self.others)
            for number, line in _lines(path, (name,))
            if isinstance(line, Line) and line.speaks_of(name) and (listed := _listed(path, number, line)) is not None
        )

    def read_line(self, text: str) -> ListedKey | None:
        """What one line with a host key says; None for a comment, a damaged line, or a key nobody could show."""
        text = text.strip()
        if any(mark in text for mark in "\n\r\0"):
            return None
        return _listed(Path(), 0, parse(text.encode("utf-8", "replace")))

    def append(self, text: str) -> bool:
        """Add a line as it stands, markers and patterns included; whether it was not there. Raises NotSaved.

        What holds no readable host key is not added.
        """
        line = text.strip().encode("utf-8", "replace")
        if self.read_line(text) is None:
            return False
        added = False

        def add(lines: list[bytes]) -> list[bytes]:
            nonlocal added
            added = line not in lines
            return [*lines, line] if added else lines

        self._change(add)
        return added

    def _line(self, lines: list[bytes], name: bytes, host_key: HostKey) -> bytes:
        hashing = self._hash_names
        if hashing is None:
            hashing = any(line.startswith(b"|1|") for line in lines)
        if not hashing and name in _OPENS_ACCOUNTS:
            # A host may name its file, and so name authorized_keys.
            raise NotSaved(
                f"{self.path} was not changed: sshd would read the name {name.decode()} as an option of a login key.",
                hint="Give the host another host_key_alias.",
            )
        return (hashed_name(name) if hashing else name) + b" " + host_key.line.encode()

    def _change(self, change: Callable[[list[bytes]], list[bytes]], *, backup: bool = False) -> None:
        if _is_null(self.path):
            return
        files.ensure_private_directory(self.path.parent)
        with files.locked(self.path, deadline=LOCK_SECONDS):
            data = files.read_whole(self.path, limit=SIZE_LIMIT)
            before = (data or b"").split(b"\n")
            # A last line without its end is a line; nothing after the last end is none.
            lines = before[:-1] if not before[-1] else before
            after = change(lines)
            if after == lines:
                return
            if backup and data is not None:
                files.write_whole(self.path.with_name(self.path.name + ".old"), data)
            # An existing file keeps its own mode, as when ssh appends to it.
            mode = 0o600 if data is None else 0o666
            files.write_whole(self.path, b"".join(line + b"\n" for line in after), mode=mode)


def _name(address: str, port: int, alias: str) -> bytes:
    if not alias:
        return known_name(address, port)
    # Blanks end a name, and `#` and `@` at its beginning make the line another one (sshd(8), SSH_KNOWN_HOSTS).
    if name_problem(alias) or " " in alias or alias[0] in "#@" or not alias.isprintable():
        raise ConfigError(
            f"The host key alias {plain(alias, 80)!r} is no plain host name.",
            hint="Write one name without blanks, commas and wildcards as its host_key_alias.",
        )
    return alias.lower().encode()


def _is_null(path: Path) -> bool:
    """`UserKnownHostsFile /dev/null` is the usual way to know nobody."""
    return str(path) == os.devnull


def _lines(path: Path, names: Sequence[bytes] = ()) -> Iterator[tuple[int, Line | str]]:
    """Line numbers from 1 with what stands there; comments, blank lines and, with `names`, most others are left out."""
    if _is_null(path):
        return
    data = files.read_whole(path, limit=SIZE_LIMIT) or b""
    sought = tuple(dict.fromkeys(names))
    # Line by line: a list of a million lines would take as much memory again.
    for number, text in enumerate(io.BytesIO(data), 1):
        if sought and certainly_others(text, sought):
            continue
        line = parse(text.removesuffix(b"\n"))
        if line is not None:
            yield number, line


def _keep(kept: list[tuple[Line, KnownEntry]], line: Line, path: Path, number: int) -> bool:
    """Keep the line's key; False when it has none that can be read."""
    host_key = line.host_key
    if host_key is not None:
        kept.append((line, KnownEntry(host_key, str(path), number)))
    return host_key is not None


def _has(lines: list[bytes], name: bytes, host_key: HostKey) -> bool:
    """Whether `name` has this very host key in a line without marker."""
    encoded = host_key.line.encode().split(b" ")[1]
    for text in lines:
        if encoded in text:
            line = parse(text)
            if isinstance(line, Line) and not line.marker and line.speaks_of(name) and line.host_key == host_key:
                return True
    return False


def _without(text: bytes, name: bytes) -> bytes | None:
    """The line without `name`; None when nobody else is in it. Markers and damage are left alone."""
    line = parse(text)
    if not isinstance(line, Line) or line.marker:
        return text
    names = line.without(name)
    if names is None:
        return None
    return text if names == line.names else names + b" " + line.rest


def _listed(path: Path, number: int, line: Line | str | None) -> ListedKey | None:
    if not isinstance(line, Line) or (host_key := line.host_key) is None:
        return None
    names = "" if line.hashed else line.names.decode("utf-8", "replace")
    return ListedKey(path, number, line.marker, names, host_key, line.comment)

"""What an importer finds in another program's file: hosts, and entries left out with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, ConfigError, NotFound
from sshtui.files import read_whole
from sshtui.model.hosts import DEFAULT_PORT, NAME_LIMIT, NOTHING_MORE, Forward, Host
from sshtui.model.terminal_switches import AS_XTERM, TerminalSwitches
from sshtui.store.host_tables import host_problem

LIMIT = 32 * 1024 * 1024

_NOT_IN_NAMES = re.compile(r"""[\x00-\x1f\x7f-\x9f'"`$&;<>|(){}\\*?!,/]+""")


@dataclass(frozen=True)
class Skipped:
    """An entry that was left out, and why."""

    name: str
    reason: str


@dataclass
class Found:
    """Gathers what one import found. Names are made fit and unique; secrets are never taken."""

    hosts: list[Host] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def skip(self, name: str, reason: str) -> None:
        """Leave an entry out."""
        self.skipped.append(Skipped(name, reason))

    def add(
        self,
        name: str,
        address: str,
        *,
        port: object = "",
        user: str = "",
        folder: str = "",
        key_pair: str = "",
        jump: str = "",
        tags: tuple[str, ...] = (),
        notes: str = "",
        command: str = "",
        keep_alive: int | None = None,
        forwards: tuple[Forward, ...] = (),
        proxy: str = "",
        theme: str = "",
        colour: str = "",
        favourite: bool = False,
        terminal: TerminalSwitches = AS_XTERM,
    ) -> None:
        """Take an entry; what cannot be a host is left out with the reason. `proxy` as in the field of that name."""
        number = str(port).strip() or str(DEFAULT_PORT)
        if not number.isascii() or not number.isdigit():
            self.skip(name or address, f"port: {number!r} is no number.")
            return
        host = Host(
            name=self._free(fit_name(name) or fit_name(address)),
            address=address.strip().removeprefix("[").removesuffix("]"),
            port=int(number[:9]) or DEFAULT_PORT,
            user=user.strip(),
            folder=fit_folder(folder),
            key_pair=key_pair.strip(),
            jump=jump.strip(),
            tags=tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
            notes=notes.strip(),
            command=command.strip(),
            keep_alive=keep_alive,
            forwards=forwards,
            theme=theme.strip(),
            colour=colour.strip(),
            favourite=favourite,
            terminal=terminal,
            extra={"proxy": proxy} if proxy else NOTHING_MORE,
        )
        self.take(host, name or address)

    def take(self, host: Host, name: str) -> None:
        """Take a host as it is; `name` is what the person knows it by when it has to be left out."""
        if problem := host_problem(host):
            self.skip(name, problem)
            return
        self._names.add(host.name)
        self.hosts.append(host)

    def _free(self, name: str) -> str:
        """`name`, with a number when an entry before has it."""
        number, free = 1, name
        while free in self._names:
            number += 1
            free = f"{name}-{number}"
        return free


def fit_name(name: str) -> str:
    """`name` with what cannot stand in a host's name replaced by dashes."""
    return _NOT_IN_NAMES.sub("-", name).strip("- ")[:NAME_LIMIT].strip()


def fit_folder(path: str) -> str:
    """A folder path from one with slashes or backslashes, each part made fit."""
    parts = (fit_name(part) for part in re.split(r"[/\\]", path))
    return "/".join(part for part in parts if part not in {"", ".", ".."})


def read_text(path: Path) -> str:
    """A file's text: UTF-16 by its byte order mark, else UTF-8, else Windows-1252. Raises NotFound, BrokenFile."""
    try:
        data = read_whole(path, limit=LIMIT)
    except ConfigError as error:
        raise BrokenFile(path, 0, error.sentence, hint=error.hint) from error
    if data is None:
        raise NotFound(f"There is no file {path}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def sections(text: str) -> dict[str, dict[str, str]]:
    """The sections of an INI file in order, keys as written; later ones of the same name join the first."""
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], {})
        elif line and not line.startswith((";", "#")):
            key, equals, value = line.partition("=")
            if equals:
                current[key.strip()] = value.strip()
    return found


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as texts, keys in small letters without anything but letters."""
    return {
        re.sub(r"[^a-z]", "", str(key).lower()): "" if value is None else str(value) for key, value in values.items()
    }

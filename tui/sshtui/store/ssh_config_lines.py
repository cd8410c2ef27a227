"""The text of ssh_config as statements: words, quotes, comments and Include, as OpenSSH reads them, but tolerant.

What ssh refuses (a bad quote, an unreadable file) is passed over with a warning that names file and line.
Sources: ssh_config(5); `readconf.c` and `misc.c` (strdelim, argv_split) of OpenSSH 9.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sshtui.errors import ConfigError
from sshtui.files import changeable_by, read_whole

DEPTH_LIMIT = 16
"""Nested Includes, as in OpenSSH."""
FILE_LIMIT = 4 * 1024 * 1024
FILES_LIMIT = 1000
"""Files one configuration may draw in."""

_KEYWORD = re.compile(r'[ \t]*(?:"([^"]*)"|([^\s="]+))[ \t]*=?[ \t]*(.*)\Z', re.DOTALL)
_RAW = frozenset({"proxycommand", "localcommand", "remotecommand", "knownhostscommand", "match"})
"""Keywords that take the rest of the line as it stands."""


@dataclass(frozen=True)
class Where:
    """A line of a file, 1-based."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{shown_path(self.path)}:{self.line}"


@dataclass(frozen=True)
class Statement:
    """A keyword in small letters, its words (one, unsplit, for commands and Match), and the files of an Include."""

    keyword: str
    words: tuple[str, ...]
    where: Where
    included: tuple[tuple[Statement, ...], ...] = ()


@dataclass
class Reader:
    """Reads one configuration with everything it includes; `warnings` tell what was passed over."""

    home: Path
    include_base: Path
    """Where relative Includes start: `~/.ssh`, or `/etc/ssh` for the system's file."""
    warnings: list[str] = field(default_factory=list)
    read_from: set[Path] = field(default_factory=set)
    """Every file that was looked for, and the directories that Includes looked into."""
    checked: bool = False
    """Whether files that others may change are passed over: ssh trusts the person's own alone (`readconf.c`)."""
    _count: int = 0

    def read(self, path: Path, depth: int = 0) -> tuple[Statement, ...]:
        """The statements of `path`; none when there is no such file."""
        self.read_from.add(path)
        if self.checked and (who := changeable_by(path)):
            self.warnings.append(f"{shown_path(path)} can be changed by {who}: it is passed over, as ssh refuses it.")
            return ()
        try:
            data = read_whole(path, limit=FILE_LIMIT)
        except ConfigError as error:
            self.warnings.append(error.sentence)
            return ()
        if data is None:
            return ()
        self._count += 1
        return tuple(self._statements(path, data.decode("utf-8", "surrogateescape"), depth))

    def _statements(self, path: Path, text: str, depth: int) -> Iterator[Statement]:
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
            where = Where(path, number)
            stripped = line.strip(" \t\r\f\n")
            if not stripped or stripped.startswith("#"):
                continue
            found = _KEYWORD.match(stripped)
            rest = found[3] if found else ""
            if not found or not rest:
                self.warnings.append(f"{where}: {stripped[:40]!r} has no value.")
                continue
            keyword = (found[1] or found[2] or "").lower()
            words = (rest,) if keyword in _RAW else split_words(rest)
            if words is None:
                self.warnings.append(f"{where}: a quote is not closed.")
            elif keyword == "include":
                yield Statement(keyword, words, where, tuple(self._included(words, where, depth)))
            elif words:
                yield Statement(keyword, words, where)
            else:
                self.warnings.append(f"{where}: {stripped[:40]!r} has no value.")

    def _included(self, patterns: tuple[str, ...], where: Where, depth: int) -> Iterator[tuple[Statement, ...]]:
        if depth + 1 > DEPTH_LIMIT:
            self.warnings.append(f"{where}: Include goes round in a circle, or deeper than {DEPTH_LIMIT} files.")
            return
        for pattern in patterns:
            full = os.path.join(self.include_base, expand_home(pattern, self.home))
            self.read_from.add(Path(full).parent)
            for name in sorted(glob.glob(full)):
                if self._count >= FILES_LIMIT:
                    self.warnings.append(f"{where}: more than {FILES_LIMIT} files are included; the rest is left out.")
                    return
                yield self.read(Path(name), depth + 1)


def split_words(text: str) -> tuple[str, ...] | None:
    """Words as OpenSSH makes them (`argv_split`): quotes, backslashes, comments; None when a quote is open."""
    if not any(mark in text for mark in "\"'\\#"):
        return tuple(word for word in text.replace("\t", " ").split(" ") if word)
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        if text[at] == "#":
            break
        word, quote = "", ""
        while at < len(text):
            character, following = text[at], text[at + 1 : at + 2]
            if character == "\\" and following and (following in "'\"\\" or (following == " " and not quote)):
                word += following
                at += 1
            elif not quote and character in " \t":
                break
            elif not quote and character in "'\"":
                quote = character
            elif quote and character == quote:
                quote = ""
            else:
                word += character
            at += 1
        if quote:
            return None
        words.append(word)
    return tuple(words)


def expand_home(text: str, home: Path) -> str:
    """`text` with a leading `~/` (or `~` alone) replaced by the home directory."""
    return str(home) + text[1:] if text == "~" or text.startswith("~/") else text


def shown_path(path: Path) -> str:
    """The path with the home directory as `~`."""
    home = os.path.expanduser("~")
    return "~" + str(path)[len(home) :] if str(path).startswith(home + os.sep) else str(path)

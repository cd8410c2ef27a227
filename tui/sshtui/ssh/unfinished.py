"""What a lost connection left of files on their way to a server, so that sending one again goes on with it."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A file here as it was when its sending began: with other bytes in it, it is another one."""

    path: str
    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, path: str, facts: os.stat_result) -> Source:
        """The file at `path`, of which `facts` are known."""
        return cls(os.path.abspath(path), facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)


@dataclass
class Part:
    """The beginning of `source`, under a name of its own at the server; `done` bytes of it are there for certain."""

    source: Source
    target: str
    name: str
    done: int = 0


class Unfinished:
    """The parts of one run of the program, by the account they lie in. Their names nobody else can have guessed."""

    def __init__(self) -> None:
        self._parts: defaultdict[str, list[Part]] = defaultdict(list)

    def keep(self, account: str, part: Part) -> None:
        """It is not finished, and could not be removed."""
        self._parts[account].append(part)

    def take(self, account: str, target: str) -> list[Part]:
        """Those that were to be `target`, which the caller now has to finish, to remove or to keep again."""
        kept = self._parts.pop(account, [])
        if others := [part for part in kept if part.target != target]:
            self._parts[account] = others
        return [part for part in kept if part.target == target]

"""What a configuration says for one destination, value by value, each with the line it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from sshtui.store.ssh_config_lines import Where


@dataclass(frozen=True)
class Setting:
    """One value in force; `where` is None for what was asked for on the command line, words for a place of our own."""

    words: tuple[str, ...]
    where: Where | str | None

    @property
    def text(self) -> str:
        """The words joined by blanks."""
        return " ".join(self.words)


@dataclass
class Effective:
    """What holds for one destination, by keyword in small letters, and what it overrode."""

    name: str
    settings: dict[str, list[Setting]] = field(default_factory=dict)
    overridden: dict[str, list[Setting]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def first(self, keyword: str) -> str:
        """The value of a keyword, "" when it is not set."""
        found = self.settings.get(keyword)
        return found[0].text if found else ""

    def all(self, keyword: str) -> tuple[Setting, ...]:
        """The gathered values of a keyword."""
        return tuple(self.settings.get(keyword, ()))

    @property
    def hostname(self) -> str:
        """Where to connect: HostName with `%h` filled in, in small letters (`ssh.c`, main)."""
        given = self.first("hostname")
        name = given.replace("%%", "\0").replace("%h", self.name).replace("\0", "%") if given else self.name
        return name.lower()

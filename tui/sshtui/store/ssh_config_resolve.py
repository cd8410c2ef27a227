"""What ssh_config says about one destination: each value with the line it comes from and what it overrode.

The rules are OpenSSH's (ssh_config(5); `readconf.c`, `ssh.c`): the first value wins, a few keywords gather values,
`Match final` asks for a second pass in which Host lines meet the resolved name.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sshtui.files import with_home
from sshtui.store.machine import SILENT, Machine
from sshtui.store.ssh_config_canonical import canonical, wants_canonical
from sshtui.store.ssh_config_keywords import TIMES
from sshtui.store.ssh_config_lines import Reader, Statement, Where
from sshtui.store.ssh_config_match import Asked, HostLine, is_pattern, judge_match
from sshtui.store.ssh_config_tokens import expanded, local_user
from sshtui.store.ssh_config_values import Effective, Setting

GATHERED = frozenset({"identityfile", "certificatefile", "sendenv", "localforward", "remoteforward", "dynamicforward"})
"""Keywords whose values add up instead of the first one winning."""

CLOSED = frozenset({"canonicalizehostname", "canonicalizemaxdots", "canonicalizefallbacklocal"})
"""Keywords that the second reading does not set: they decided on it (`readconf.c`,
fill_default_options_for_canonicalization)."""

_ALIASES = {
    "dsaauthentication": "pubkeyauthentication",
    "hostbasedkeytypes": "hostbasedacceptedalgorithms",
    "keepalive": "tcpkeepalive",
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
    "skeyauthentication": "kbdinteractiveauthentication",
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "tisauthentication": "kbdinteractiveauthentication",
}


@dataclass(frozen=True, eq=False)
class _Section:
    """Settings under one Host or Match line, inside the section whose Include drew them in."""

    line: Statement | None
    parent: _Section | None
    settings: list[Statement] = field(default_factory=list)

    @functools.cached_property
    def host_line(self) -> HostLine | None:
        """Its Host line, None for a Match line and for none."""
        return HostLine(self.line.words) if self.line is not None and self.line.keyword == "host" else None

    @property
    def literal(self) -> bool:
        """Whether it can only hold for the words of its Host line, as they stand."""
        return self.host_line is not None and self.line is not None and not any(map(is_pattern, self.line.words))


class SshConfig:
    """One or more configuration files, read once, to be asked about any number of destinations."""

    def __init__(
        self,
        files: Sequence[tuple[Statement, ...]],
        warnings: Sequence[str] = (),
        read_from: Iterable[Path] = (),
        *,
        home: Path | None = None,
    ) -> None:
        self._home = home or with_home("~")
        self.warnings = tuple(warnings)
        self.read_from = tuple(read_from)
        self._sections: list[_Section] = []
        for statements in files:
            self._add(statements, None)
        self._general = [at for at, section in enumerate(self._sections) if not section.literal]
        self._literal: dict[str, list[int]] = {}
        for at, section in enumerate(self._sections):
            if section.literal and section.line:
                for word in dict.fromkeys(section.line.words):
                    self._literal.setdefault(word, []).append(at)

    @classmethod
    def load(cls, path: Path, *, system: Path | None = None, checked: bool = True) -> SshConfig:
        """The user's file at `path`, then the system's, as ssh reads them. Never raises.

        Unless `checked` is False, a user's file that others may change is passed over, as ssh refuses it.
        """
        home = _home(path)
        warnings: list[str] = []
        read_from: set[Path] = set()
        files = []
        for file, base in [(path, home / ".ssh"), *([(system, system.parent)] if system else [])]:
            reader = Reader(home, base, warnings, read_from, checked=checked and file == path)
            files.append(reader.read(file))
        return cls(files, warnings, read_from, home=home)

    def names(self) -> Iterator[tuple[str, Where]]:
        """Every Host word without a pattern, in the order of the files, with its first line."""
        seen = set()
        for section in self._sections:
            if section.line and section.line.keyword == "host":
                for word in section.line.words:
                    if word not in seen and not is_pattern(word):
                        seen.add(word)
                        yield word, section.line.where

    def resolve(
        self,
        name: str,
        *,
        given: Mapping[str, tuple[str, ...]] | None = None,
        machine: Machine = SILENT,
    ) -> Effective:
        """What holds for `name` as typed. `given` comes before the files; `machine` is asked what they want to know.

        Raises Unreachable when a canonical name is looked up, not found, and nothing else is allowed.
        """
        effective = Effective(name)
        for keyword, words in (given or {}).items():
            effective.settings[keyword] = [Setting(words, None)]
        again = self._pass(effective, name, machine, final=False)
        found = effective.hostname
        if wants_canonical(effective):
            again = True
            found = canonical(effective, machine.look_up) if machine.look_up else found
        if again:
            given_by = effective.settings.get("hostname")
            where = given_by[0].where if given_by else None
            effective.settings["hostname"] = [Setting((found.replace("%", "%%"),), where)]
            closed = CLOSED - effective.settings.keys()
            self._pass(effective, found, machine, final=True)
            for keyword in closed & effective.settings.keys():
                effective.overridden.setdefault(keyword, []).extend(effective.settings.pop(keyword))
        effective.warnings = list(dict.fromkeys(effective.warnings))
        return effective

    def _add(self, statements: tuple[Statement, ...], parent: _Section | None) -> None:
        section = _Section(None, parent)
        self._sections.append(section)
        for statement in statements:
            if statement.keyword in {"host", "match"}:
                section = _Section(statement, parent)
                self._sections.append(section)
            elif statement.keyword == "include":
                for included in statement.included:
                    self._add(included, section)
                section = _Section(None, section)
                self._sections.append(section)
            else:
                section.settings.append(statement)

    def _pass(self, effective: Effective, host: str, machine: Machine, *, final: bool) -> bool:
        """Gather the values of one reading; True when a second one is asked for."""
        wants_final = False
        held: dict[_Section, bool] = {}

        def execute(command: str) -> bool:
            assert machine.execute is not None, "nobody else is told to execute"
            return machine.execute(expanded(command, effective, self._home))

        def holds(section: _Section) -> bool:
            nonlocal wants_final
            if section not in held:
                held[section] = section.parent is None or holds(section.parent)
                line = section.line
                if section.host_line is not None:
                    held[section] = held[section] and section.host_line.matches(host)
                elif line and held[section]:
                    me = local_user()
                    asked = Asked(
                        host=effective.hostname,
                        original=effective.name,
                        user=effective.first("user") or me,
                        local_user=me,
                        final=final,
                        tag=effective.first("tag"),
                        addresses=machine.addresses,
                    )
                    verdict = judge_match(line.words[0], asked, execute if machine.execute else None)
                    wants_final = wants_final or verdict.final
                    if verdict.problem:
                        effective.warnings.append(f"{line.where}: {verdict.problem}; the block is passed over.")
                    held[section] = verdict.matches
            return held[section]

        for at in sorted({*self._general, *self._literal.get(host, ())}):
            section = self._sections[at]
            if holds(section):
                for statement in section.settings:
                    _apply(effective, statement)
        return wants_final and not final


def _apply(effective: Effective, statement: Statement) -> None:
    keyword = _ALIASES.get(statement.keyword, statement.keyword)
    setting = Setting(statement.words, statement.where)
    present = effective.settings.get(keyword)
    if keyword in TIMES and present and present[0].text.lower() == "none":
        # To ssh a time of `none` is one that is not set (`readconf.c`, parse_time).
        effective.overridden.setdefault(keyword, []).append(present[0])
        present = None
    rival = {"proxyjump": "proxycommand", "proxycommand": "proxyjump"}.get(keyword)
    if keyword in GATHERED:
        # ssh drops what stands there already, of the names to send none.
        if keyword != "sendenv" and any(setting.words == other.words for other in present or ()):
            return
        effective.settings.setdefault(keyword, []).append(setting)
    elif present is None and not (rival and rival in effective.settings):
        effective.settings[keyword] = [setting]
    elif all(setting.where != other.where for other in present or ()):
        effective.overridden.setdefault(keyword, []).append(setting)


def _home(path: Path) -> Path:
    """The home directory that a configuration at `path` belongs to."""
    return path.parent.parent if path.parent.name == ".ssh" else with_home("~")

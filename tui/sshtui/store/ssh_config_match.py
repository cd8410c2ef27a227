"""Host and Match lines: which of them speak of a destination (ssh_config(5), PATTERNS; `match.c` of OpenSSH)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_CRITERION = re.compile(r'[ \t]*(?:"([^"]*)"|([^\s="]+))(?:[ \t]*=[ \t]*|[ \t]+|\Z)')
_NOT_RUN = "Match exec is not run here (match_exec = true in settings.toml runs it when connecting)"
_WITHOUT_ARGUMENT = frozenset({"all", "canonical", "final"})


@dataclass(frozen=True)
class Asked:
    """What Host and Match lines are held against, at one moment of reading."""

    host: str
    """After HostName."""
    original: str
    """As typed."""
    user: str
    local_user: str
    final: bool = False
    """Whether this is the second reading, in which `canonical` holds too (`readconf.c`, match_cfg_line)."""
    tag: str = ""
    addresses: Callable[[], tuple[str, ...]] | None = None
    """The addresses of this machine, for `localnetwork`; None when they are not asked for."""


@dataclass
class Verdict:
    """Whether a Match line holds; `final` when it asks for a second pass; `problem` when it cannot be understood."""

    matches: bool = True
    final: bool = False
    problem: str = ""


@functools.lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    first, *others = ("".join("." if mark == "?" else re.escape(mark) for mark in part) for part in pattern.split("*"))
    if not others:
        return re.compile(first, re.DOTALL)
    # Atomic groups (as in fnmatch): a hostile pattern with many stars must not take for ever.
    middle = "".join(f"(?>.*?{part})" for part in others[:-1] if part)
    return re.compile(f"{first}{middle}.*{others[-1]}", re.DOTALL)


def _matches(name: str, pattern: str) -> bool:
    return _pattern(pattern).fullmatch(name) is not None if "*" in pattern or "?" in pattern else name == pattern


def matches_host_line(name: str, patterns: Iterable[str]) -> bool:
    """Whether a Host line with these words speaks of `name`; a negated pattern that matches rules it out."""
    found = False
    for pattern in patterns:
        if pattern.startswith("!"):
            if _matches(name, pattern[1:]):
                return False
        elif _matches(name, pattern):
            found = True
    return found


class HostLine:
    """A Host line made ready to be held against thousands of names, each in the time its patterns take."""

    def __init__(self, words: Iterable[str]) -> None:
        many = tuple(words)
        wanted = [word for word in many if not word.startswith("!")]
        self._names = frozenset(word for word in wanted if not is_pattern(word))
        self._patterns = [_pattern(word) for word in wanted if is_pattern(word)]
        self._refused = [_pattern(word[1:]) for word in many if word.startswith("!")]

    def matches(self, name: str) -> bool:
        """Whether it speaks of `name`, as `matches_host_line` has it."""
        if any(refused.fullmatch(name) for refused in self._refused):
            return False
        return name in self._names or any(pattern.fullmatch(name) for pattern in self._patterns)


def is_pattern(word: str) -> bool:
    """Whether a word of a Host line is no name but stands for several, or for none."""
    return any(mark in word for mark in "*?!")


def matches_list(text: str, patterns: str, *, lower: bool = False) -> bool:
    """Whether a comma-separated pattern list holds for `text`."""
    names = (patterns.lower() if lower else patterns).split(",")
    return matches_host_line(text.lower() if lower else text, names)


def judge_match(line: str, asked: Asked, execute: Callable[[str], bool] | None) -> Verdict:
    """Whether a Match line holds. `execute` runs an `exec` criterion; without it, `exec` does not hold."""
    verdict = Verdict()
    for name, value in _criteria(line):
        negated, criterion = name.startswith("!"), name.removeprefix("!").lower()
        if criterion in {"canonical", "final"}:
            verdict.final = verdict.final or criterion == "final"
            holds = asked.final
        elif criterion == "all":
            holds = True
        elif value is None:
            return Verdict(matches=False, problem=f"Match {criterion} needs a value")
        elif criterion == "exec":
            if not verdict.matches:
                continue
            if execute is None:
                return Verdict(matches=False, final=verdict.final, problem=f"{_NOT_RUN}: {value}")
            holds = execute(value)
        else:
            held = _held(criterion, value, asked)
            if held is None:
                return Verdict(matches=False, final=verdict.final, problem=f"Match {criterion} is not known here")
            holds = held
        verdict.matches = verdict.matches and holds is not negated
    return verdict


def _held(criterion: str, value: str, asked: Asked) -> bool | None:
    match criterion:
        case "host":
            return matches_list(asked.host, value, lower=True)
        case "originalhost":
            return matches_list(asked.original, value, lower=True)
        case "user":
            return matches_list(asked.user, value)
        case "localuser":
            return matches_list(asked.local_user, value)
        case "tagged":
            return matches_list(asked.tag, value) if asked.tag or value else True
        case "sessiontype":
            # A tab is a shell: no command and no subsystem is ever given on a command line (OpenSSH 10).
            return matches_list("shell", value)
        case "command":
            return matches_list("", value) if value else True
        case "localnetwork" if asked.addresses is not None:
            return _in_networks(asked.addresses(), value)
        case _:
            return None


def _in_networks(addresses: Iterable[str], networks: str) -> bool | None:
    """Whether a machine with these addresses stands in one of the networks, written as CIDR; None for other words."""
    from ipaddress import ip_address, ip_network

    try:
        wanted = [ip_network(text.strip(), strict=False) for text in networks.split(",")]
    except ValueError:
        return None
    ours = [ip_address(address) for address in addresses]
    return any(address.version == network.version and address in network for address in ours for network in wanted)


def _criteria(line: str) -> Iterator[tuple[str, str | None]]:
    """Criterion and value pairs of a Match line, up to a comment."""
    at = 0
    while found := _CRITERION.match(line, at):
        name = found[1] or found[2] or ""
        if name.startswith("#") or not found[0]:
            return
        at = found.end()
        if name.removeprefix("!").lower() in _WITHOUT_ARGUMENT:
            yield name, None
            continue
        value = _CRITERION.match(line, at)
        yield name, (value[1] if value[1] is not None else value[2]) if value else None
        at = value.end() if value else len(line)

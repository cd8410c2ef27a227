"""Every option in force for a host, where it comes from and what it overrode: "why is this set?"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.model.hosts import DEFAULT_PORT
from sshtui.store.ssh_config_keywords import CHOICES, FORWARDS, NUMBERS, TEXTS, TIMES, put
from sshtui.store.ssh_config_options import FIELDS, SWITCHES, clears_forwards, followed
from sshtui.store.ssh_config_tokens import expanded, local_user
from sshtui.store.ssh_config_values import Effective, Setting

FOLLOWED = frozenset(
    {
        "hostname", "user", "port", "proxyjump", "proxycommand", "remotecommand", "serveraliveinterval", "tag",
        "canonicalizehostname", "canonicaldomains", "canonicalizefallbacklocal", "canonicalizemaxdots",
        "canonicalizepermittedcnames", "preferredauthentications", "clearallforwardings",
        *SWITCHES, *FIELDS, *FORWARDS,
    }
)  # fmt: skip
"""Keywords of ssh_config that decide how sshtui connects; of those in FIELDS a few values are exceptions."""

HARMLESS = frozenset(
    {
        "controlmaster", "controlpath", "controlpersist", "escapechar",
        "forwardx11", "forwardx11trusted", "ignoreunknown", "loglevel",
        "serveralivecountmax", "tcpkeepalive", "usekeychain", "visualhostkey",
    }
)  # fmt: skip
"""Keywords whose absence does not send anybody elsewhere or weaken anything; they are not named as missing."""

_SHOWN = (
    "hostname", "user", "port", *sorted((*CHOICES, *TIMES, *NUMBERS, *TEXTS)), "identityfile", "certificatefile",
    "globalknownhostsfile", "userknownhostsfile", "sendenv", "setenv", "addkeystoagent", "forwardagent", *FORWARDS,
    "proxyjump", "proxycommand", "remotecommand",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line: keyword and value as `ssh -G` prints them, where it comes from, what it overrode and where."""

    keyword: str
    value: str
    origin: str
    overrode: tuple[tuple[str, str], ...] = ()
    followed: bool = True


def rows(effective: Effective, home: Path) -> Iterator[Row]:
    """The options in force for a destination. A value that ssh would refuse is left out, with a warning."""
    given = {**effective.settings}
    default = defaults()
    for keyword in dict.fromkeys((*_SHOWN, *given)):
        settings = given.get(keyword, [])
        if keyword == "hostname":
            origin = _origin(settings[0]) if settings else "default"
            yield Row(keyword, effective.hostname, origin, _overrode(effective, keyword))
        elif settings:
            yield from _set_rows(effective, keyword, settings, home)
        elif keyword in default:
            yield Row(keyword, default[keyword], "default")


def not_followed(effective: Effective) -> dict[str, str]:
    """Keywords that are set for a destination and that sshtui does not follow, with where each is set."""
    return {
        keyword: _origin(settings[0])
        for keyword, settings in effective.settings.items()
        if keyword not in FOLLOWED | HARMLESS or not followed(effective, keyword)
    }


def _set_rows(effective: Effective, keyword: str, settings: list[Setting], home: Path) -> Iterator[Row]:
    if keyword in FORWARDS and clears_forwards(effective):
        return
    overrode = _overrode(effective, keyword)
    used = keyword in FOLLOWED and followed(effective, keyword)
    try:
        if keyword in {"identityfile", "certificatefile", *FORWARDS}:
            for setting in settings:
                # A remote forward without a target is a SOCKS proxy on the server, which is not there.
                serves = keyword != "remoteforward" or len(setting.words) > 1
                for value in put(keyword, [setting.words], home):
                    yield Row(keyword, value, _origin(setting), followed=used and serves)
        else:
            for value in put(keyword, [setting.words for setting in settings], home):
                value = expanded(value, effective, home) if keyword == "remotecommand" else value
                yield Row(keyword, value, _origin(settings[0]), overrode, used)
    except UsageError as error:
        effective.warnings.append(f"{_origin(settings[0])}: {error.sentence}")


def _overrode(effective: Effective, keyword: str) -> tuple[tuple[str, str], ...]:
    return tuple((setting.text, _origin(setting)) for setting in effective.overridden.get(keyword, ()))


def _origin(setting: Setting) -> str:
    return str(setting.where) if setting.where else "command line"


def defaults() -> dict[str, str]:
    """Keyword to what ssh takes where nothing is set, as `ssh -G` prints it."""
    choices = {keyword: default for keyword, (_words, default) in CHOICES.items()}
    return {**choices, **TIMES, **NUMBERS, "port": str(DEFAULT_PORT), "user": local_user(), "forwardagent": "no",
            "addkeystoagent": "false", "canonicaldomains": "none", "canonicalizepermittedcnames": "none"}  # fmt: skip

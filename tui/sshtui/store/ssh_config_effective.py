"""Every option in force for a host, where it comes from and what it overrode: "why is this set?"."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.model.folders import FolderSettings, inherited, inherited_from
from sshtui.model.hosts import DEFAULT_PORT, Host
from sshtui.model.resuming import command_for
from sshtui.store.ssh_config_keywords import CHOICES, FORWARDS, NUMBERS, TEXTS, TIMES, put
from sshtui.store.ssh_config_options import FIELDS, SWITCHES, followed, further_lines
from sshtui.store.ssh_config_resolve import Effective, Setting
from sshtui.store.ssh_config_tokens import expanded, local_user

FOLLOWED = frozenset(
    {
        "hostname", "user", "port", "proxyjump", "proxycommand", "remotecommand", "serveraliveinterval", "tag",
        "canonicalizehostname", "canonicaldomains", "canonicalizefallbacklocal", "canonicalizemaxdots",
        "canonicalizepermittedcnames", "preferredauthentications", *SWITCHES, *FIELDS,
    }
)  # fmt: skip
"""Keywords of ssh_config that decide how sshtui connects; of those in FIELDS a few values are exceptions."""

HARMLESS = frozenset(
    {
        "controlmaster", "controlpath", "controlpersist", "escapechar",
        "forwardx11", "forwardx11trusted", "ignoreunknown", "loglevel",
        "serveralivecountmax", "tcpkeepalive", "updatehostkeys", "usekeychain", "visualhostkey",
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
    defaults = _defaults()
    for keyword in dict.fromkeys((*_SHOWN, *given)):
        settings = given.get(keyword, [])
        if keyword == "hostname":
            origin = _origin(settings[0]) if settings else "default"
            yield Row(keyword, effective.hostname, origin, _overrode(effective, keyword))
        elif settings:
            yield from _set_rows(effective, keyword, settings, home)
        elif keyword in defaults:
            yield Row(keyword, defaults[keyword], "default")


def not_followed(effective: Effective) -> dict[str, str]:
    """Keywords that are set for a destination and that sshtui does not follow, with where each is set."""
    return {
        keyword: _origin(settings[0])
        for keyword, settings in effective.settings.items()
        if keyword not in FOLLOWED | HARMLESS or not followed(effective, keyword)
    }


def own_rows(saved: Host, folders: Sequence[FolderSettings] = ()) -> Iterator[Row]:
    """The options of a saved host of ours, in the same words; what it and its folders leave open is a default."""
    host = inherited(saved, folders)
    above = {field: f"folder {folder.path}" for field, folder in inherited_from(saved, folders).items()}
    origin = "hosts.toml"
    yield Row("hostname", host.address.lower(), origin)
    yield Row("user", host.user or local_user(), above.get("user", origin if host.user else "default"))
    yield Row("port", str(host.port), above.get("port", origin if host.port != DEFAULT_PORT else "default"))
    if host.key_pair:
        yield Row("identityfile", host.key_pair, above.get("key_pair", origin))
    if host.jump:
        yield Row("proxyjump", host.jump, above.get("jump", origin))
    if command := command_for(host):
        yield Row("remotecommand", command, origin)
    if host.keep_alive is not None:
        yield Row("serveraliveinterval", str(host.keep_alive), origin)
    for keyword, words in further_lines(host):
        values = put(keyword.lower(), [words], Path(os.path.expanduser("~")))
        yield from (Row(keyword.lower(), value, origin) for value in values)
    for forward in host.forwards:
        words = (forward.listen, forward.to) if forward.to else (forward.listen,)
        yield from (
            Row(f"{forward.kind}forward", value, origin) for value in put(f"{forward.kind}forward", [words], Path())
        )


def _set_rows(effective: Effective, keyword: str, settings: list[Setting], home: Path) -> Iterator[Row]:
    overrode = _overrode(effective, keyword)
    used = keyword in FOLLOWED and followed(effective, keyword)
    try:
        if keyword in {"identityfile", "certificatefile", *FORWARDS}:
            for setting in settings:
                for value in put(keyword, [setting.words], home):
                    yield Row(keyword, value, _origin(setting), followed=used)
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


def _defaults() -> dict[str, str]:
    defaults = {keyword: default for keyword, (_words, default) in CHOICES.items()}
    return {**defaults, **TIMES, **NUMBERS, "port": str(DEFAULT_PORT), "user": local_user(), "forwardagent": "no",
            "addkeystoagent": "false", "canonicaldomains": "none", "canonicalizepermittedcnames": "none"}  # fmt: skip

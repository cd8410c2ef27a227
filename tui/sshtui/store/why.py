""" "Why is this set?": every option in force for a host of any kind, where it comes from and what it overrode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sshtui.model.folders import DANGER, FolderSettings, folders_around, inherited, inherited_from
from sshtui.model.hosts import Host
from sshtui.model.resuming import RESUME
from sshtui.model.settings import Settings
from sshtui.store.exporters import ssh_settings
from sshtui.store.hosts import HostStore
from sshtui.store.machine import SILENT, Machine
from sshtui.store.openssh_defaults import Defaults, defaults
from sshtui.store.ssh_config import ConfigHosts
from sshtui.store.ssh_config_effective import DEFAULT, Row, not_followed, rows
from sshtui.store.ssh_config_keywords import FORWARDS
from sshtui.store.ssh_config_options import FIELDS_IN_FILE
from sshtui.store.ssh_config_values import Effective, Setting

OWN_KEYWORDS = ("theme", "terminal", "proxy", "unix_socket", "fingerprint", "old_algorithms", "reconnect", DANGER)
"""Words for what ssh has no keyword for, as hosts.toml has them."""

_FIELD_OF = {
    **{keyword.lower(): field for field, keyword in FIELDS_IN_FILE.items()},
    "hostname": "address", "user": "user", "port": "port", "identityfile": "key_pair", "proxyjump": "jump",
    "serveraliveinterval": "keep_alive", "remotecommand": "command", "requesttty": "command",
    **dict.fromkeys(FORWARDS, "forwards"),
}  # fmt: skip
"""Keyword to the field that says it."""
_INHERITED = ("user", "port", "key_pair", "jump")
_KEYWORDS = {field: keyword for keyword, field in _FIELD_OF.items() if field in _INHERITED}

Place = Callable[[str], str]
"""Where a field of a host stands: `hosts.toml:12`."""


@dataclass(frozen=True)
class Explanation:
    """The options in force, and sentences about what was passed over and about what is set and not followed."""

    name: str
    """The host as `ssh -G` calls it: as it was typed, without user and port."""
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def explain(
    name: str,
    hosts: HostStore,
    included: Iterable[Host],
    config: ConfigHosts,
    settings: Settings,
    home: Path,
    machine: Machine = SILENT,
) -> Explanation:
    """What holds for `name`: a saved host, one of an included file, one of ssh_config, or any address.

    `machine` is asked what ssh_config wants to know, which may take seconds. Raises Unreachable.
    """
    default = defaults(home)
    if (own := hosts.get(name)) is not None:
        return _explain_own(own, hosts.folders, partial(hosts.place, name), settings, default, home)
    team = next((host for host in included if host.name == name), None)
    if team is not None:
        return _explain_own(team, hosts.folders, lambda _field: team.origin, settings, default, home)
    found = config.effective(name, machine)
    shown = tuple(_noted(row, settings) for row in rows(found, home, default))
    missing = not_followed(found, harmless=True)
    unused = (f"{where}: {keyword} is not followed." for keyword, where in missing.items())
    return Explanation(found.name, shown, tuple(found.warnings), tuple(unused))


def _noted(row: Row, settings: Settings) -> Row:
    """A default of ssh, with what sshtui does all the same."""
    field = {"serveraliveinterval": "keep_alive", "connecttimeout": "connect_timeout"}.get(row.keyword)
    if field is None or row.origin != DEFAULT:
        return row
    return replace(row, note=f"sshtui itself: {_text(getattr(settings, field))}, {field} of settings.toml")


def _explain_own(
    host: Host, folders: Sequence[FolderSettings], place: Place, settings: Settings, default: Defaults, home: Path
) -> Explanation:
    effective = _in_words_of_ssh(host, folders, place, settings)
    shown = [*rows(effective, home, default), *_own_rows(host, folders, place)]
    return Explanation(host.name, tuple(shown), tuple(effective.warnings))


def _in_words_of_ssh(host: Host, folders: Sequence[FolderSettings], place: Place, settings: Settings) -> Effective:
    """What ssh would read of a saved host, each value with the field or folder it comes from."""
    effective = Effective(host.name)
    given = inherited_from(host, folders)
    used = inherited(host, folders)
    for keyword, words in ssh_settings(used, {}):
        keyword = keyword.lower()
        field = _FIELD_OF.get(keyword, "")
        if keyword == "identityfile" and words != (used.key_pair.replace("%", "%%"),):
            field = "identity_files"
        elif field == "command" and not host.command:
            field = RESUME
        where = f"folder {given[field].path}" if field in given else place(field)
        effective.settings.setdefault(keyword, []).append(Setting(words, where))
    if host.jump.lower() == "none":
        effective.settings["proxyjump"] = [Setting(("none",), place("jump"))]
    for field in _INHERITED:
        effective.overridden[_KEYWORDS[field]] = _beyond(host, folders, field)
    for keyword, field, own in (
        ("serveraliveinterval", "keep_alive", host.keep_alive),
        ("connecttimeout", "connect_timeout", host.extra.get("connect_timeout")),
        ("serveralivecountmax", "keep_alive_misses", host.extra.get("keep_alive_misses")),
    ):
        general, usual = getattr(settings, field), getattr(Settings(), field)
        where = "settings.toml" if general != usual else DEFAULT
        setting = Setting((_text(general),), where)
        if own is None:
            effective.settings[keyword] = [setting]
        elif where != DEFAULT:
            effective.overridden[keyword] = [setting]
    return effective


def _beyond(host: Host, folders: Sequence[FolderSettings], field: str) -> list[Setting]:
    """What folders further up say of a field than what counts."""
    given = inherited_from(host, folders)
    above = folders_around(host, folders)
    if field in given:
        above = above[above.index(given[field]) + 1 :]
    said = [(_text(getattr(each, field, None)), f"folder {each.path}") for each in above]
    return [Setting((text,), where) for text, where in said if text]


def _own_rows(host: Host, folders: Sequence[FolderSettings], place: Place) -> Iterator[Row]:
    """What ssh has no keyword for."""
    used = inherited(host, folders)
    given = inherited_from(host, folders)
    for field, value in (("theme", used.theme), (DANGER, _text(used.extra.get(DANGER)))):
        if value:
            origin = f"folder {given[field].path}" if field in given else place(field)
            beyond = _beyond(host, folders, field)
            yield Row(field, value, origin, tuple((setting.text, str(setting.where)) for setting in beyond))
    for field in OWN_KEYWORDS:
        if field in host.extra and field not in (DANGER, "theme", "terminal"):
            yield Row(field, _text(host.extra[field]), place(field))
    if switches := str(host.terminal):
        yield Row("terminal", switches, place("terminal"))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list() | tuple():
            return " ".join(map(_text, value))
        case Mapping():
            return " ".join(f"{name}={_text(item)}" for name, item in value.items())
        case _:
            return str(value)

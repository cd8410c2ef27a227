""" "Why is this set?": every option in force for a host of any kind, where it comes from and what it overrode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sshtui.files import with_home
from sshtui.model.folders import DANGER, FolderSettings, folders_around, inherited, inherited_from
from sshtui.model.hosts import DEFAULT_PORT, Host
from sshtui.model.resuming import RESUME, command_for
from sshtui.model.settings import Settings
from sshtui.store.hosts import HostStore
from sshtui.store.ssh_config import ConfigHosts
from sshtui.store.ssh_config_effective import Row, defaults, rows
from sshtui.store.ssh_config_keywords import put
from sshtui.store.ssh_config_options import FIELDS, FIELDS_IN_FILE, further_lines
from sshtui.store.ssh_config_tokens import local_user

_FIELDS = {
    "user": "user", "port": "port", "key_pair": "identityfile", "jump": "proxyjump", "theme": "theme", DANGER: DANGER,
}  # fmt: skip
"""What a folder can set, and the keyword that says it."""

OWN_KEYWORDS = ("theme", "terminal", "proxy", "unix_socket", "fingerprint", "old_algorithms", "reconnect", DANGER)
"""Words for what ssh has no keyword for, as hosts.toml has them."""

_FIELD_OF = {keyword.lower(): field for field, keyword in FIELDS_IN_FILE.items()}

Place = Callable[[str], str]
"""Where a field of a host stands: `hosts.toml:12`."""


@dataclass(frozen=True)
class Explanation:
    """The options in force, and sentences about what was passed over."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


def explain(
    name: str, hosts: HostStore, included: Iterable[Host], config: ConfigHosts, settings: Settings, home: Path
) -> Explanation:
    """What holds for `name`: a saved host, one of an included file, one of ssh_config, or any address."""
    if (own := hosts.get(name)) is not None:
        return _explain_own(own, hosts.folders, partial(hosts.place, name), settings)
    team = next((host for host in included if host.name == name), None)
    if team is not None:
        return _explain_own(team, hosts.folders, lambda _field: team.origin, settings)
    found = config.effective(name)
    shown = tuple(rows(found, home))
    return Explanation(shown, tuple(found.warnings))


def _explain_own(host: Host, folders: Sequence[FolderSettings], place: Place, settings: Settings) -> Explanation:
    found = [*_own_rows(host, folders, place, settings)]
    said = {row.keyword for row in found}
    of_ssh = defaults()
    found += [Row(key, of_ssh[key], "default") for key in sorted({*FIELDS, "compression"} & of_ssh.keys() - said)]
    return Explanation(tuple(found))


def _own_rows(host: Host, folders: Sequence[FolderSettings], place: Place, settings: Settings) -> Iterator[Row]:
    used = inherited(host, folders)
    given = inherited_from(host, folders)
    above = folders_around(host, folders)

    def row(field: str, value: str, *, is_default: bool = False) -> Row:
        origin = f"folder {given[field].path}" if field in given else "default" if is_default else place(field)
        # What stands further up than what counts.
        beyond = above[above.index(given[field]) + 1 :] if field in given else [] if is_default else above
        said = [(_text(getattr(each, field, None)), f"folder {each.path}") for each in beyond]
        return Row(_FIELDS.get(field, field), value, origin, tuple(pair for pair in said if pair[0]))

    yield Row("hostname", used.address.lower(), place("address"))
    yield row("user", used.user or local_user(), is_default=not used.user)
    yield row("port", str(used.port), is_default=host.port == DEFAULT_PORT)
    for field in ("key_pair", "jump", "theme"):
        if value := getattr(used, field):
            yield row(field, value)
    if DANGER in used.extra:
        yield row(DANGER, _text(used.extra[DANGER]))
    if command := command_for(host):
        yield Row("remotecommand", command, place("command" if host.command else RESUME))
    yield from _timings(host, place, settings)
    for forward in host.forwards:
        ends = (forward.listen, forward.to) if forward.to else (forward.listen,)
        yield from _rows(f"{forward.kind}forward", ends, place("forwards"))
    for keyword, words in further_lines(host):
        keyword = keyword.lower()
        if keyword != "connecttimeout":
            yield from _rows(keyword, words, place(_FIELD_OF[keyword]))
    for field in OWN_KEYWORDS:
        if field in host.extra and field not in (DANGER, "theme", "terminal"):
            yield Row(field, _text(host.extra[field]), place(field))
    if switches := str(host.terminal):
        yield Row("terminal", switches, place("terminal"))


def _rows(keyword: str, words: tuple[str, ...], origin: str) -> Iterator[Row]:
    """A row for each value, as `ssh -G` puts it."""
    values = put(keyword, [words], with_home("~"))
    yield from (Row(keyword, value, origin) for value in values)


def _timings(host: Host, place: Place, settings: Settings) -> Iterator[Row]:
    """The seconds that settings.toml sets for all hosts, and what a host says itself."""
    ours = Settings()
    for keyword, field, own in (
        ("serveraliveinterval", "keep_alive", host.keep_alive),
        ("connecttimeout", "connect_timeout", host.extra.get("connect_timeout")),
        ("serveralivecountmax", "keep_alive_misses", None),
    ):
        general, default = getattr(settings, field), getattr(ours, field)
        if own is not None:
            overrode = ((_text(general), "settings.toml"),) if general != default else ()
            yield Row(keyword, _text(own), place(field), overrode)
        else:
            yield Row(keyword, _text(general), "settings.toml" if general != default else "default")


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

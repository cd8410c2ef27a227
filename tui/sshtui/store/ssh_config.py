"""The hosts of ~/.ssh/config as ours, read-only."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.files import signature, with_home
from sshtui.model.destination import parse_destination
from sshtui.model.further_fields import WHERE_POSSIBLE
from sshtui.model.hosts import DEFAULT_PORT, Forward, Host
from sshtui.store.host_tables import host_problem
from sshtui.store.machine import SILENT, Machine
from sshtui.store.ssh_config_effective import not_followed
from sshtui.store.ssh_config_keywords import put, seconds
from sshtui.store.ssh_config_lines import expand_home
from sshtui.store.ssh_config_options import clears_forwards, further_fields
from sshtui.store.ssh_config_resolve import SshConfig
from sshtui.store.ssh_config_tokens import expanded
from sshtui.store.ssh_config_values import Effective

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")

_WITH_NOBODY_ASKED = ("gssapi_authentication", "hostbased_authentication")

_KINDS = {"localforward": "local", "remoteforward": "remote", "dynamicforward": "dynamic"}


@dataclass(frozen=True)
class ConfigHosts:
    """The hosts that the configuration names, in its order, and sentences about what was passed over."""

    hosts: tuple[Host, ...] = ()
    warnings: tuple[str, ...] = ()
    _config: SshConfig = field(default_factory=lambda: SshConfig([]), repr=False, compare=False)

    @property
    def read_from(self) -> tuple[Path, ...]:
        """Files and directories whose change may change the hosts."""
        return self._config.read_from

    def get(self, name: str) -> Host | None:
        """The host the configuration names so."""
        return next((host for host in self.hosts if host.name == name), None)

    def resolved(self, host: Host) -> Host:
        """An unsaved `host` with what the configuration says about its address, as `ssh address` would use it.

        What `host` itself says wins. Nothing is asked of the machine.
        """
        return _with_what_is_configured(host, self._config.resolve(host.address, given=_given(host)))

    def asked(self, host: Host, machine: Machine) -> tuple[Host, tuple[str, ...]]:
        """`host`, one of these or of `resolved`, as ssh would go to it now; and what is not followed.

        Named is what the person's own files say.

        `machine` is asked what the files want to know (`Match exec`, CanonicalizeHostname, `Match localnetwork`), which
        may take seconds. What `host` says differently from the files wins. Raises Unreachable.
        """
        listed = self.get(host.name) if host.origin else None
        try:
            typed = parse_destination(host.name) if listed is None and not host.origin else None
        except UsageError:
            typed = None
        if listed is not None and listed.origin == host.origin:
            effective = self._config.resolve(host.name, machine=machine)
            before, after = listed, config_host(host.name, effective, host.origin)[0]
        elif typed is not None:
            effective = self._config.resolve(typed.address, given=_given(typed), machine=machine)
            before, after = self.resolved(typed), _with_what_is_configured(typed, effective)
        else:
            return host, ()
        # What the system's files set for everybody is not the person's wish, and the same for every host.
        theirs = f"{SYSTEM_CONFIG.parent}/"
        missing = tuple(
            f"{where}: {keyword} is not followed."
            for keyword, where in not_followed(effective).items()
            if not where.startswith(theirs)
        )
        if after is None:
            return host, (*effective.warnings, *missing)
        names = [field.name for field in fields(Host)]
        open_fields = [name for name in names if getattr(host, name) == getattr(before, name)]
        changes = {name: getattr(after, name) for name in open_fields}
        return replace(host, **changes), (*effective.warnings, *missing)

    def effective(self, name: str, machine: Machine = SILENT) -> Effective:
        """Every option the configuration gives `name`, or a destination as typed, with its origin. Raises Unreachable.

        UsageError says why `name` is neither.
        """
        if any(name == listed for listed, _ in self._config.names()):
            return self._config.resolve(name, machine=machine)
        typed = parse_destination(name)
        return self._config.resolve(typed.address, given=_given(typed), machine=machine)


def _given(host: Host) -> dict[str, tuple[str, ...]]:
    """What a typed destination says before the files do."""
    given: dict[str, tuple[str, ...]] = {"user": (host.user,)} if host.user else {}
    if host.port != DEFAULT_PORT:
        given["port"] = (str(host.port),)
    return given


def _with_what_is_configured(host: Host, effective: Effective) -> Host:
    """An unsaved host with what `effective` says where the host itself says nothing."""
    found, problem = config_host(host.address, effective, "")
    if problem or found is None:
        return host
    return Host(
        name=host.name,
        address=found.address,
        port=found.port,
        user=found.user,
        key_pair=host.key_pair or found.key_pair,
        jump=host.jump or found.jump,
        command=host.command or found.command,
        keep_alive=found.keep_alive if host.keep_alive is None else host.keep_alive,
        forwards=host.forwards or found.forwards,
        extra={
            **found.extra,
            **{field: WHERE_POSSIBLE for field in _WITH_NOBODY_ASKED if found.extra.get(field) is True},
            **host.extra,
        },
    )


class ConfigHostsFile:
    """The hosts of a configuration, read again only when one of its files (or an Include's directory) changed."""

    def __init__(self, path: Path, *, system: Path | None = None) -> None:
        self._path, self._system = path, system
        self._found = ConfigHosts()
        self._signatures: dict[Path, tuple[int, ...]] | None = None

    def read(self) -> ConfigHosts:
        """What stands in the files now. Never raises."""
        before = self._signatures
        if before is None or any(signature(path) != known for path, known in before.items()):
            self._found = read_hosts(self._path, system=self._system)
            self._signatures = {path: signature(path) for path in self._found.read_from}
        return self._found


def read_hosts(path: Path, *, system: Path | None = None, checked: bool = True) -> ConfigHosts:
    """The hosts of a configuration file: every Host word that is no pattern, as `ssh WORD` would go there.

    `system` is read after it for what it leaves open; `checked` as `SshConfig.load` has it. Never raises;
    nothing is executed.
    """
    config = SshConfig.load(path, system=system, checked=checked)
    hosts, warnings = [], list(config.warnings)
    missing: dict[str, str] = {}
    for name, where in config.names():
        if system and where.path == system:
            continue
        effective = config.resolve(name)
        host, problem = config_host(name, effective, str(where))
        warnings += effective.warnings
        missing = {**not_followed(effective), **missing}
        if host:
            hosts.append(host)
        if problem:
            warnings.append(f"{where}: {problem}")
    warnings += [f"{where}: {keyword} is not followed." for keyword, where in missing.items()]
    return ConfigHosts(tuple(hosts), tuple(dict.fromkeys(warnings)), config)


def config_host(name: str, effective: Effective, origin: str) -> tuple[Host | None, str]:
    """The host that `effective` describes, or None, and a sentence about what is wrong with it or not followed."""
    jump = effective.first("proxyjump")
    keep_alive = effective.first("serveraliveinterval")
    home = with_home("~")
    files = [expanded(setting.text, effective, home) for setting in effective.all("identityfile")]
    proxy = _unless_none(effective.first("proxycommand"))
    try:
        port = int(put("port", [(effective.first("port") or str(DEFAULT_PORT),)], Path())[0])
    except UsageError as error:
        return None, f"{name} is left out: {error.sentence}"
    host = Host(
        name=name,
        address=effective.hostname,
        port=port,
        user=effective.first("user"),
        # ssh passes over the files that are not there.
        key_pair=next((file for file in files if os.path.isfile(expand_home(file, home))), ""),
        jump="" if jump.lower() == "none" else jump,
        command=expanded(_unless_none(effective.first("remotecommand")), effective, home),
        keep_alive=seconds(keep_alive) if keep_alive else None,
        forwards=_forwards(effective),
        extra={**({"proxy_command": proxy} if proxy else {}), **further_fields(effective, home)},
        origin=origin,
    )
    if problem := host_problem(host):
        return None, f"{name} is left out: {problem}"
    return host, ""


def _unless_none(text: str) -> str:
    return "" if text.lower() == "none" else text


def _forwards(effective: Effective) -> tuple[Forward, ...]:
    forwards = []
    home = Path(os.path.expanduser("~"))
    for keyword in () if clears_forwards(effective) else _KINDS:
        for setting in effective.all(keyword):
            # Only the paths of Unix sockets have tokens (ssh_config(5), TOKENS).
            listen, *to = (expanded(word, effective, home) if "/" in word else word for word in setting.words)
            if keyword == "localforward":
                forwards += [Forward("local", listen, to[0])] if to else []
            elif keyword == "remoteforward":
                forwards.append(Forward("remote", listen, to[0] if to else ""))
            else:
                forwards.append(Forward("dynamic", listen))
    return tuple(forwards)

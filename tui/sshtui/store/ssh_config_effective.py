"""Every option in force for a host, where it comes from and what it overrode: "why is this set?"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.store.openssh_defaults import LISTS, Defaults
from sshtui.store.ssh_config_keywords import FORWARDS, put
from sshtui.store.ssh_config_options import FIELDS, SWITCHES, clears_forwards, followed
from sshtui.store.ssh_config_tokens import expanded
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
        "tcpkeepalive", "usekeychain", "visualhostkey",
    }
)  # fmt: skip
"""Keywords whose absence does not send anybody elsewhere or weaken anything; they are named where somebody asks."""

ORDER = (
    "user", "hostname", "port",
    "addressfamily", "batchmode", "canonicalizefallbacklocal", "canonicalizehostname", "compression",
    "clearallforwardings", "exitonforwardfailure", "gatewayports", "gssapiauthentication",
    "gssapidelegatecredentials", "hashknownhosts", "hostbasedauthentication", "identitiesonly",
    "kbdinteractiveauthentication", "passwordauthentication", "pubkeyauthentication", "requesttty",
    "stricthostkeychecking", "tcpkeepalive", "verifyhostkeydns", "updatehostkeys",
    "canonicalizemaxdots", "connectionattempts", "numberofpasswordprompts", "serveralivecountmax",
    "serveraliveinterval",
    "bindaddress", "bindinterface", "ciphers", "hostkeyalgorithms", "hostkeyalias", "identityagent", "kexalgorithms",
    "remotecommand", "macs", "pkcs11provider", "preferredauthentications", "pubkeyacceptedalgorithms",
    "revokedhostkeys", "knownhostscommand", "tag",
    "dynamicforward", "localforward", "remoteforward",
    "identityfile", "canonicaldomains", "certificatefile", "globalknownhostsfile", "userknownhostsfile", "sendenv",
    "setenv",
    "addkeystoagent", "forwardagent", "connecttimeout", "canonicalizepermittedcnames", "proxycommand", "proxyjump",
)  # fmt: skip
"""Keywords whose values are put as `ssh -G` puts them, in its order (`readconf.c`, dump_client_config)."""

_WITH_TOKENS = frozenset({"forwardagent", "identityagent", "remotecommand", "userknownhostsfile"})
"""Keywords whose tokens `ssh -G` fills in (`ssh.c`, main)."""

SPELLED = {"canonicalizepermittedcnames": "canonicalizePermittedcnames"}
"""Keywords that `ssh -G` does not print in small letters."""


DEFAULT = "default"
"""The origin of what nothing sets."""


@dataclass(frozen=True)
class Row:
    """One line: keyword and value as `ssh -G` prints them, where it comes from, what it overrode and where."""

    keyword: str
    value: str
    origin: str
    overrode: tuple[tuple[str, str], ...] = ()
    followed: bool = True
    note: str = ""
    """What sshtui does beside it, when that is more."""
    silent: bool = False
    """Whether `ssh -G` prints no line for it: nothing is asked for, where something else would be in force."""


def rows(effective: Effective, home: Path, default: Defaults) -> Iterator[Row]:
    """The options in force for a destination. A value that ssh would refuse is left out, with a warning."""
    given = {**effective.settings}
    for keyword in dict.fromkeys((*ORDER, *given)):
        settings = given.get(keyword, [])
        if keyword == "hostname":
            origin = _origin(settings[0]) if settings else DEFAULT
            yield Row(keyword, effective.hostname, origin, _overrode(effective, keyword))
        elif settings:
            yield from _set_rows(effective, keyword, settings, home, default)
        else:
            values = default.values.get(keyword, ())
            if keyword == "updatehostkeys" and _trusts_elsewhere(given, home):
                values = ("false",)
            yield from (Row(keyword, value, DEFAULT) for value in values)


def ssh_lines(shown: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Keyword and value of each line in ORDER, spelled as `ssh -G` does."""
    for row in shown:
        if row.keyword in ORDER and not row.silent:
            yield SPELLED.get(row.keyword, row.keyword), row.value


def not_followed(effective: Effective, *, harmless: bool = False) -> dict[str, str]:
    """Keywords that are set for a destination and that sshtui does not follow, with where each is set.

    Those in HARMLESS are among them only where `harmless` asks for all.
    """
    passed = FOLLOWED if harmless else FOLLOWED | HARMLESS
    return {
        keyword: _origin(settings[0])
        for keyword, settings in effective.settings.items()
        if keyword not in passed or not followed(effective, keyword)
    }


def _set_rows(
    effective: Effective, keyword: str, settings: list[Setting], home: Path, default: Defaults
) -> Iterator[Row]:
    if keyword in FORWARDS and clears_forwards(effective):
        return
    overrode = _overrode(effective, keyword)
    used = keyword in FOLLOWED and followed(effective, keyword)
    try:
        if keyword in {"identityfile", "certificatefile", *FORWARDS}:
            for setting in settings:
                for value in put(keyword, [setting.words], home):
                    yield Row(keyword, value, _origin(setting), followed=used)
        else:
            values = put(keyword, [setting.words for setting in settings], home)
            if not values and settings[0].text.lower() == "none":
                yield Row(keyword, "none", _origin(settings[0]), overrode, used, silent=True)
            for value in values:
                value = expanded(value, effective, home) if keyword in _WITH_TOKENS else value
                value = default.assembled(keyword, value) if keyword in LISTS else value
                if keyword == "updatehostkeys" and value == "ask" and _runs_a_command(effective, home):
                    # ssh asks nothing where a command owns the terminal (`ssh.c`, main).
                    value = "false"
                yield Row(keyword, value, _origin(settings[0]), overrode, used)
    except UsageError as error:
        effective.warnings.append(f"{_origin(settings[0])}: {error.sentence}")


def _trusts_elsewhere(given: Mapping[str, Sequence[Setting]], home: Path) -> bool:
    """Whether host keys are looked for in other places than usual; ssh then saves none unasked (UpdateHostKeys)."""
    dns = given.get("verifyhostkeydns")
    if dns and put("verifyhostkeydns", [dns[0].words], home) != ["false"]:
        return True
    files = given.get("userknownhostsfile")
    return files is not None and put("userknownhostsfile", [files[0].words], home) != [
        str(home / ".ssh" / "known_hosts")
    ]


def _runs_a_command(effective: Effective, home: Path) -> bool:
    command = effective.settings.get("remotecommand")
    return command is not None and bool(put("remotecommand", [command[0].words], home))


def _overrode(effective: Effective, keyword: str) -> tuple[tuple[str, str], ...]:
    return tuple((setting.text, _origin(setting)) for setting in effective.overridden.get(keyword, ()))


def _origin(setting: Setting) -> str:
    return str(setting.where) if setting.where else "command line"

"""Saved hosts in the words of other programs."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sshtui.errors import UsageError
from sshtui.files import ensure_private_directory, write_whole
from sshtui.model.destination import parse_destination, split_destination
from sshtui.model.forwards import LETTERS
from sshtui.model.hosts import DEFAULT_PORT, Forward, Host
from sshtui.model.json_text import json_text
from sshtui.model.resuming import command_for
from sshtui.store.host_tables import to_table
from sshtui.store.putty_terminal import settings_of
from sshtui.store.ssh_config_options import further_lines

_KEYWORDS = {"local": "LocalForward", "remote": "RemoteForward", "dynamic": "DynamicForward"}
_PATHS = frozenset({"CertificateFile", "IdentityAgent", "IdentityFile", "RevokedHostKeys", "UserKnownHostsFile"})
"""Keywords whose values may hold tokens of ssh (ssh_config(5), TOKENS), where a saved host's are what they are."""
_RAW = frozenset({"ProxyCommand", "ProxyJump", "RemoteCommand"})
"""Keywords whose value stands as it is, to the end of its line."""
_ONLY_OURS = ("proxy", "unix_socket", "old_algorithms")
_PUTTY_PROXIES = {"socks5": (2, 1080), "http": (3, 8080)}
"""Scheme to ProxyMethod, and to the port it has unless told otherwise."""
_COLUMNS = (
    "name",
    "address",
    "port",
    "user",
    "folder",
    "key_pair",
    "jump",
    "tags",
    "notes",
    "command",
    "keep_alive",
    "theme",
    "colour",
    "favourite",
)


def to_ssh_config(hosts: Iterable[Host]) -> str:
    """A file to include from ~/.ssh/config: `ssh NAME` then goes where sshtui goes.

    ssh takes no blanks in a name: they become dashes.
    """
    many = tuple(hosts)
    taken = {host.name for host in many}
    aliases: dict[str, str] = {}
    for host in many:
        alias = host.name
        if " " in alias:
            alias = alias.replace(" ", "-")
            while alias in taken:
                alias += "-"
            taken.add(alias)
        aliases[host.name] = alias
    return "".join(_ssh_host(host, aliases) for host in many)


def _ssh_host(host: Host, aliases: Mapping[str, str]) -> str:
    lines = [
        (keyword, words[0] if keyword in _RAW else " ".join(map(_quoted, words)))
        for keyword, words in ssh_settings(host, aliases)
    ]
    for field in _ONLY_OURS:
        if host.extra.get(field):
            lines.append((f"# {field}", "of sshtui has no keyword: ssh goes without it."))
    return (
        f"Host {_quoted(aliases[host.name])}\n" + "".join(f"  {keyword} {value}\n" for keyword, value in lines) + "\n"
    )


def ssh_settings(host: Host, aliases: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Keyword and words for all that a saved host says and ssh has a keyword for; `aliases` has other hosts' names."""
    lines: list[tuple[str, tuple[str, ...]]] = [("HostName", (host.address.replace("%", "%%"),))]
    if host.port != DEFAULT_PORT:
        lines.append(("Port", (str(host.port),)))
    if host.user:
        lines.append(("User", (host.user,)))
    if host.key_pair:
        lines.append(("IdentityFile", (host.key_pair.replace("%", "%%"),)))
    if host.jump:
        hops = (hop.strip() for hop in host.jump.split(","))
        lines.append(("ProxyJump", (",".join(aliases.get(hop, hop) for hop in hops),)))
    if host.keep_alive is not None:
        lines.append(("ServerAliveInterval", (str(host.keep_alive),)))
    if command_for(host):
        lines += [("RemoteCommand", (command_for(host).replace("%", "%%"),)), ("RequestTTY", ("yes",))]
    for forward in host.forwards:
        to = (forward.to,) if forward.to else ()
        lines.append((_KEYWORDS[forward.kind], (forward.listen, *to)))
    for keyword, words in further_lines(host):
        lines.append((keyword, tuple(word.replace("%", "%%") for word in words) if keyword in _PATHS else words))
    return lines


def _quoted(text: str) -> str:
    """`text` as one word of ssh_config (`argv_split` of OpenSSH's misc.c)."""
    if text and not re.search(r"[\s\"'\\#]", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_csv(hosts: Iterable[Host]) -> str:
    """A table with a header, tags separated by blanks; a spreadsheet takes no cell of it for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for host in hosts:
        values: dict[str, Any] = {name: getattr(host, name) for name in _COLUMNS}
        values |= {
            "tags": " ".join(host.tags),
            "keep_alive": "" if host.keep_alive is None else host.keep_alive,
            "favourite": "yes" if host.favourite else "",
        }
        writer.writerow([_harmless(str(values[name])) for name in _COLUMNS])
    return out.getvalue()


def _harmless(text: str) -> str:
    # Python's writer leaves a lone carriage return unquoted, and readers take it for the end of a row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # A cell that starts so is run by spreadsheets (OWASP, "CSV Injection").
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\n")) else text


def to_json(hosts: Iterable[Host]) -> str:
    """A list of objects with the fields that are set."""
    return json_text([to_table(host) for host in hosts]) + "\n"


def to_putty(hosts: Iterable[Host]) -> str:
    """A registry file that makes a PuTTY session of each host (PuTTY's windows/storage.c and settings.c)."""
    many = tuple(hosts)
    named = {host.name: host for host in many}
    head = "Windows Registry Editor Version 5.00\n\n"
    return (head + "".join(_putty_session(host, named) for host in many)).replace("\n", "\r\n")


def putty_files(hosts: Iterable[Host]) -> dict[str, str]:
    """File name to text for a directory of sessions, as PuTTY keeps them on Unix (its unix/storage.c)."""
    many = tuple(hosts)
    named = {host.name: host for host in many}
    return {
        quote(host.name, safe="+@").replace("~", "%7E"): "".join(
            f"{key}={value}\n" for key, value in _putty_values(host, named).items()
        )
        for host in many
    }


def _putty_session(host: Host, named: Mapping[str, Host]) -> str:
    # PuTTY escapes what is not a letter, a digit or one of these in the name of a session's key.
    name = quote(host.name, safe="!#$&'()+,-./:;<=>@[]^_`{|}~", encoding="cp1252", errors="replace")
    lines = (f'"{key}"={_registry_value(value)}\n' for key, value in _putty_values(host, named).items())
    return f"[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\{name}]\n{''.join(lines)}\n"


def _putty_values(host: Host, named: Mapping[str, Host]) -> dict[str, str | int]:
    pings = 0 if host.keep_alive is None else host.keep_alive
    return {
        "HostName": host.address,
        "PortNumber": host.port,
        "Protocol": "ssh",
        "UserName": host.user,
        "PublicKeyFile": host.key_pair,
        "RemoteCommand": host.command,
        "PingInterval": pings // 60,
        "PingIntervalSecs": pings % 60,
        "PortForwardings": ",".join(_putty_forward(forward) for forward in host.forwards),
        **_putty_proxy(host, named),
        **settings_of(host.terminal),
    }


def _putty_proxy(host: Host, named: Mapping[str, Host]) -> dict[str, str | int]:
    """PuTTY goes through one jump host at most, the last one, or through a proxy server (its putty.h, PROXY_…)."""
    try:
        if host.jump:
            last = host.jump.rpartition(",")[2].strip()
            hop = named.get(last) or parse_destination(last)
            return {"ProxyMethod": 6, "ProxyHost": hop.address, "ProxyPort": hop.port, "ProxyUsername": hop.user}
        scheme, _, place = str(host.extra.get("proxy", "")).partition("://")
        if scheme in _PUTTY_PROXIES:
            proxy = split_destination(place.rstrip("/"))
            kind, port = _PUTTY_PROXIES[scheme]
            return {"ProxyMethod": kind, "ProxyHost": proxy.address, "ProxyPort": proxy.port or port}
    except UsageError:
        # What leads nowhere here leads nowhere there.
        pass
    return {}


def _putty_forward(forward: Forward) -> str:
    return f"{LETTERS[forward.kind]}{forward.listen}={forward.to}"


def _registry_value(value: str | int) -> str:
    if isinstance(value, int):
        return f"dword:{value:08x}"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


EXPORTS: Mapping[str, Callable[[Iterable[Host]], str]] = {
    "csv": to_csv,
    "json": to_json,
    "putty": to_putty,
    "ssh_config": to_ssh_config,
}

FOR_USE = frozenset({"putty", "ssh_config"})
"""Formats of programs that connect, and know nothing of what hosts inherit from our folders."""


Inherit = Callable[[Host], Host]
"""A host with what it inherits from its folders."""


def exported(format: str, hosts: Iterable[Host], inherit: Inherit) -> str:
    """The text of a file that holds hosts."""
    return EXPORTS[format]([inherit(host) for host in hosts] if format in FOR_USE else hosts)


def in_the_way(format: str, hosts: Iterable[Host], path: Path) -> str:
    """What `write_export` would replace, a sentence; "" for nothing."""
    if format == "putty" and _holds_sessions(path):
        there = sum(os.path.lexists(path / name) for name in putty_files(hosts))
        return f"{there} of the sessions are in {path} already." if there else ""
    return f"{path} is there already." if os.path.lexists(path) else ""


def write_export(format: str, hosts: Sequence[Host], path: Path, inherit: Inherit) -> str:
    """Write hosts to a file, in the place of one that stands there; what was done, and what to do for ssh.

    PuTTY's sessions go into a directory, a file each, where `path` is one or a missing one named `sessions`, as PuTTY
    on Unix names its own; that is made. Raises NotSaved.
    """
    if format == "putty" and _holds_sessions(path):
        ensure_private_directory(path)
        for name, text in putty_files(inherit(host) for host in hosts).items():
            write_whole(path / name, text.encode())
        return f"{len(hosts)} sessions written to {path}."
    write_whole(path, exported(format, hosts, inherit).encode())
    done = f"{len(hosts)} hosts written to {path}."
    if format != "ssh_config":
        return done
    return f"{done}\nFor ssh to know them, put this line first in ~/.ssh/config:\nInclude {path.absolute()}"


def _holds_sessions(path: Path) -> bool:
    return path.is_dir() or (path.name == "sessions" and not os.path.lexists(path))

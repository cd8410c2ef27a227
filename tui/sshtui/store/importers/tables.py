"""CSV and JSON with named columns (Termius and others), and plain lists of destinations."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, UsageError
from sshtui.model.destination import split_destination
from sshtui.model.hosts import Host
from sshtui.store.host_tables import KNOWN, BadHost, from_table
from sshtui.store.importers.found import Found, read_text, texts
from sshtui.store.ssh_config_options import FIELDS_IN_FILE

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "label", "alias", "title", "sessionname"),
    "address": ("address", "hostnameip", "hostname", "host", "ip", "ipaddress", "server"),
    "port": ("port", "sshport"),
    "user": ("user", "username", "login"),
    "folder": ("folder", "groups", "group", "path"),
    "key_pair": ("keypair", "key", "identityfile", "keyfile", "privatekey"),
    "jump": ("jump", "proxyjump", "jumphost"),
    "notes": ("notes", "note", "description", "comment"),
    "command": ("command",),
    "keep_alive": ("keepalive",),
    "theme": ("theme",),
    "colour": ("colour", "color"),
    "favourite": ("favourite", "favorite"),
}
"""Field to the headers it goes by, letters only."""

_FURTHER = frozenset({"danger", "fingerprint", "old_algorithms", "proxy", "unix_socket", *FIELDS_IN_FILE})
"""Further fields of a host that our own export may bring back; passwords and references to them are not among them."""


def read_csv(path: Path) -> Found:
    """The hosts of a table whose first line names its columns; commas, semicolons or tabs between them."""
    text = read_text(path)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BrokenFile(path, 0, f"not a CSV table ({error}).") from error
    found = Found()
    _need_address(path, lines[0] if lines else {})
    for line in lines:
        _add(found, {key: _unguarded(value) for key, value in line.items() if isinstance(key, str)})
    return found


def _unguarded(cell: Any) -> Any:
    """A cell without the mark that keeps spreadsheets from running it (`exporters.to_csv`)."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in {*"=+-@\t\n"} else cell


def read_json(path: Path) -> Found:
    """The hosts of a list of objects, or of an object that holds such a list as `hosts`."""
    text = read_text(path)
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BrokenFile(path, getattr(error, "lineno", 0), f"not valid JSON ({error}).") from error
    except RecursionError:
        raise BrokenFile(path, 0, "nested too deeply.") from None
    if isinstance(values, dict):
        values = values.get("hosts")
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise BrokenFile(path, 0, "it must hold a list of objects, one for each host.")
    found = Found()
    for value in values:
        if (host := _own(value)) is not None:
            found.take(host, host.name)
        else:
            _add(found, value)
    return found


def read_list(path: Path) -> Found:
    """A destination on each line, `[user@]address[:port]` or a link, after a name when there are two words."""
    found = Found()
    for raw in read_text(path).splitlines():
        words = raw.partition("#")[0].split()
        if not words:
            continue
        try:
            place = split_destination(words[-1])
        except UsageError as error:
            found.skip(words[-1], error.sentence)
            continue
        name = words[0] if len(words) > 1 else place.address
        found.add(name, place.address, port=place.port or "", user=place.user)
    return found


def _need_address(path: Path, line: Mapping[str, Any]) -> None:
    if not set(texts(line)) & set(_COLUMNS["address"]):
        names = ", ".join(_COLUMNS["address"])
        raise BrokenFile(path, 1, "no column holds the address.", hint=f"Name one of the columns: {names}.")


def _add(found: Found, values: Mapping[str, Any]) -> None:
    line = texts({key: value for key, value in values.items() if not isinstance(value, (list, dict))})
    fields: dict[str, Any] = {
        field: next((line[name] for name in names if line.get(name)), "") for field, names in _COLUMNS.items()
    }
    name, address = fields.pop("name"), fields.pop("address")
    protocol = line.get("protocol", "").lower()
    if not name and not address:
        return
    if protocol not in {"", "ssh", "ssh2"}:
        found.skip(name or address, f"it is no SSH host but {protocol}.")
        return
    if "@" in address or address.lower().startswith("ssh://") or address.count(":") == 1 or "]:" in address:
        try:
            place = split_destination(address)
        except UsageError as error:
            found.skip(name or address, error.sentence)
            return
        name, address = name or place.address, place.address
        fields["user"] = fields["user"] or place.user
        fields["port"] = fields["port"] or place.port or ""
    keep_alive, favourite = fields.pop("keep_alive"), fields.pop("favourite").lower()
    tags = values.get("tags") or values.get("Tags") or ""
    words = tags if isinstance(tags, list) else re.split(r"[,; ]", str(tags))
    found.add(
        name or address,
        address,
        tags=tuple(str(word) for word in words),
        keep_alive=int(keep_alive[:5]) if keep_alive.isascii() and keep_alive.isdigit() else None,
        favourite=favourite in {"true", "yes", "1"},
        **fields,
    )


def _own(values: Mapping[str, Any]) -> Host | None:
    """The host of an object in the words of hosts.toml, as our export writes it, without what may be a secret."""
    known = {name: value for name, value in values.items() if name in KNOWN | _FURTHER}
    try:
        return from_table(known) if {"name", "address"} <= known.keys() else None
    except BadHost:
        return None

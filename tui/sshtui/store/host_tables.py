"""A host as the table that stands in hosts.toml, and back, with a reason for every table that cannot be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sshtui.model.hosts import (
    DEFAULT_PORT,
    Forward,
    Host,
    address_problem,
    folder_problem,
    name_problem,
    port_problem,
    user_problem,
)
from sshtui.model.terminal_switches import AS_XTERM, TerminalSwitches, make_switches

_TEXTS = ("name", "address", "user", "folder", "key_pair", "jump", "notes", "command", "theme", "colour")
KNOWN = frozenset(field.name for field in fields(Host)) - {"extra", "origin"}
_KINDS = ("local", "remote", "dynamic")
# Lone surrogates are what Python makes of bytes that are no UTF-8, for example in an argument.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# Thousands of hosts share a few users and folders.
_user_problem = lru_cache(maxsize=1024)(user_problem)
_folder_problem = lru_cache(maxsize=1024)(folder_problem)


class BadHost(ValueError):
    """The table is no host; the text is the reason, a sentence."""


def to_table(host: Host) -> dict[str, Any]:
    """The table to write: fields in the order of Host, defaults left out, unknown fields last."""
    table: dict[str, Any] = {}
    for field in fields(Host):
        value = getattr(host, field.name)
        if field.name in {"name", "address"} or (
            field.name in KNOWN
            and value not in (None, "", (), AS_XTERM)
            and value is not False
            and (field.name, value) != ("port", DEFAULT_PORT)
        ):
            table[field.name] = value
    if host.tags:
        table["tags"] = list(host.tags)
    if host.forwards:
        table["forwards"] = [_forward_table(forward) for forward in host.forwards]
    if "terminal" in table:
        table["terminal"] = host.terminal.texts()
    return table | dict(host.extra)


def _forward_table(forward: Forward) -> dict[str, str]:
    table = {"kind": forward.kind, "listen": forward.listen}
    return table | {"to": forward.to} if forward.to else table


def from_table(table: Mapping[str, Any]) -> Host:
    """The host a table describes. Raises BadHost."""
    values: dict[str, Any] = {}
    for name in _TEXTS:
        if name in table:
            values[name] = _text(table[name], name)
    for name in ("name", "address"):
        values.setdefault(name, "")
    port = table.get("port", DEFAULT_PORT)
    if not isinstance(port, int) or isinstance(port, bool):
        raise BadHost("port must be a number.")
    if "keep_alive" in table:
        values["keep_alive"] = _keep_alive(table["keep_alive"])
    values["tags"] = tuple(_text(tag, "tags") for tag in _list(table.get("tags", []), "tags"))
    values["forwards"] = tuple(_forward(item) for item in _list(table.get("forwards", []), "forwards"))
    if "terminal" in table:
        values["terminal"] = _switches(table["terminal"])
    if not isinstance(values.setdefault("favourite", table.get("favourite", False)), bool):
        raise BadHost("favourite must be true or false.")
    extra = {key: value for key, value in table.items() if key not in KNOWN}
    if extra:
        values["extra"] = MappingProxyType(extra)
    host = Host(port=port, **values)
    if reason := host_problem(host):
        raise BadHost(reason)
    return host


def host_problem(host: Host) -> str:
    """Why `host` cannot be saved, or ""."""
    for name, reason in (
        ("name", name_problem(host.name)),
        ("address", address_problem(host.address)),
        ("port", port_problem(str(host.port))),
        ("user", _user_problem(host.user)),
        ("folder", _folder_problem(host.folder)),
    ):
        if reason:
            return f"{name}: {reason}"
    forwards = (text for forward in host.forwards for text in (forward.listen, forward.to))
    line = "".join((host.key_pair, host.jump, host.command, host.theme, host.colour, *host.tags, *forwards))
    if _CONTROL.search(line) or _NOT_TEXT.search(host.notes):
        return "No control characters and nothing but valid UTF-8 in any field; line ends only in notes."
    if host.jump and any(hop.strip().startswith("-") for hop in host.jump.split(",")):
        return "jump: A jump host cannot start with a dash."
    return ""


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadHost(f"{name} must be text in quotes.")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadHost(f"{name} must be a list.")
    return value


def _keep_alive(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 86_400:
        raise BadHost("keep_alive must be a number of seconds, 0 to 86400.")
    return value


def _switches(value: Any) -> TerminalSwitches:
    if not isinstance(value, dict):
        raise BadHost('terminal must be a table like { backspace = "bs" }.')
    try:
        return make_switches({name: _text(text, f"terminal.{name}") for name, text in value.items()})
    except ValueError as error:
        raise BadHost(f"terminal: {error}") from None


def _forward(item: Any) -> Forward:
    if not isinstance(item, dict) or item.get("kind") not in _KINDS:
        raise BadHost('forwards must be tables like { kind = "local", listen = "8080", to = "localhost:80" }.')
    return Forward(item["kind"], _text(item.get("listen", ""), "listen"), _text(item.get("to", ""), "to"))

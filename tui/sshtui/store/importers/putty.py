"""PuTTY: the registry, its export (.reg; KiTTY's and Wine's too) and the directory of sessions it keeps on Unix.

Sources: PuTTY's settings.c (names and meaning), windows/storage.c and unix/storage.c (the two layouts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from sshtui.model.hosts import Forward
from sshtui.store.importers.found import Found, read_text
from sshtui.store.importers.registry import is_registry, registry_keys
from sshtui.store.putty_terminal import switches_of

# Wine doubles the backslashes and writes the time of the last change behind.
_SESSION = re.compile(
    r"\[(?:HKEY_[^\]]*\\)?Software\\+(?:SimonTatham\\+PuTTY|9bis\.com\\+KiTTY)\\+Sessions\\+([^\]\\]+)\](?: \d+)?\Z",
    re.IGNORECASE,
)
_KEY = "Software\\SimonTatham\\PuTTY\\Sessions"
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"=(?:"((?:[^"\\]|\\.)*)"|dword:([0-9a-fA-F]{1,8}))\Z')
_FORWARD = re.compile(r"[46]?([LRD])([^=]+)(?:=(.*))?\Z")
_SSH_PROXY = "6"
"""ProxyMethod "SSH to proxy and use port forwarding" (since 0.77)."""
_PROXIES = {"2": "socks5", "3": "http"}
"""ProxyMethod (PuTTY's putty.h, PROXY_SOCKS5 and PROXY_HTTP)."""


def read_putty(path: Path) -> Found:
    """The SSH sessions of a .reg file, a directory of sessions or the registry; no saved passwords of proxies."""
    found = Found()
    sessions = _windows() if is_registry(path) else _directory(path) if path.is_dir() else _registry(read_text(path))
    for name, values in sessions:
        _add(found, name, values)
    return found


def _windows() -> Iterator[tuple[str, dict[str, str]]]:
    for key, values in registry_keys(_KEY):
        if key.rpartition("\\")[0].endswith(_KEY):
            yield unquote(key.rpartition("\\")[2], encoding="cp1252"), values


def _directory(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for file in sorted(path.iterdir()):
        if file.is_file():
            lines = (line.partition("=") for line in read_text(file).splitlines())
            yield unquote(file.name), {key: value for key, equals, value in lines if equals}


def _registry(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    name, values = "", dict[str, str]()
    for line in text.splitlines():
        if line.startswith("["):
            if name:
                yield name, values
            found = _SESSION.match(line.strip())
            name, values = unquote(found[1], encoding="cp1252") if found else "", {}
        elif value := _VALUE.match(line.strip()):
            number = str(int(value[3], 16)) if value[3] else None
            values[_unescaped(value[1])] = number if number is not None else _unescaped(value[2] or "")
    if name:
        yield name, values


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _add(found: Found, name: str, values: Mapping[str, str]) -> None:
    protocol = values.get("Protocol", "ssh")
    user, at, address = values.get("HostName", "").rpartition("@")
    if name == "Default Settings":
        return
    if not address:
        found.skip(name, "it has no host name.")
    elif protocol != "ssh":
        found.skip(name, f"it is no SSH session but {protocol or 'something else'}.")
    else:
        pings = 60 * _number(values.get("PingInterval")) + _number(values.get("PingIntervalSecs"))
        found.add(
            name,
            address,
            port=values.get("PortNumber", ""),
            user=user if at else values.get("UserName", ""),
            key_pair=values.get("PublicKeyFile", ""),
            jump=_jump(values),
            proxy=_proxy(values),
            command=values.get("RemoteCommand", ""),
            keep_alive=pings or None,
            forwards=tuple(_forwards(values.get("PortForwardings", ""))),
            terminal=switches_of(values),
        )


def _jump(values: Mapping[str, str]) -> str:
    if values.get("ProxyMethod") != _SSH_PROXY or not values.get("ProxyHost"):
        return ""
    user = f"{values['ProxyUsername']}@" if values.get("ProxyUsername") else ""
    port = _number(values.get("ProxyPort"))
    return f"{user}{values['ProxyHost']}" + (f":{port}" if port not in (0, 22) else "")


def _proxy(values: Mapping[str, str]) -> str:
    scheme, host = _PROXIES.get(values.get("ProxyMethod", "")), values.get("ProxyHost", "")
    if not scheme or not host or values.get("ProxyUsername"):
        # One that wants a name and a password cannot be gone through.
        return ""
    return f"{scheme}://{host}:{_number(values.get('ProxyPort')) or 80}"


def _forwards(text: str) -> Iterator[Forward]:
    for item in text.split(","):
        found = _FORWARD.match(item.strip())
        if found and found[1] == "D":
            yield Forward("dynamic", found[2])
        elif found and found[3]:
            yield Forward("local" if found[1] == "L" else "remote", found[2], found[3])


def _number(text: str | None) -> int:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else 0

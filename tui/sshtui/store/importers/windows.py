"""MobaXterm (.mxtsessions), WinSCP (.ini) and SecureCRT (the tree of .ini files): INI files of programs for Windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from urllib.parse import unquote

from sshtui.store.importers.found import Found, fit_name, read_text, sections

# What stands before the first mark is about the tab: a comment, `logout`.
_MOBA_ENTRY = re.compile(r"[^#]*#\d+#(\d+)%(.*)\Z")
_MOBA_FOLDER = frozenset({"SubRep", "ImgNum"})
_MOBA_ESCAPES = {"PTVIRG": ";", "DBLQUO": '"', "PIPE": "|", "DIEZE": "#", "PERCENT": "%", "EQUAL": "="}
"""Names between double underscores for the marks that a field cannot hold, in a bookmarks file of MobaXterm."""
_MOBA_SSH = "0"
_MOBA_KEY_PAIR = 13
"""The field after host, port, user and ten others (mRemoteNG's MobaXTerm_config.rst, number 15)."""

_WINSCP_OVER_SSH = frozenset({"", "0", "1", "2"})
"""FSProtocol: SCP, SFTP with SCP to fall back on, SFTP; the others are FTP, WebDAV and S3."""

_CRT_VALUE = re.compile(r'([SDZ]):"([^"]+)"=(.*)\Z')
_CRT_FILES = 20_000


def read_mobaxterm(path: Path) -> Found:
    """The SSH sessions of a MobaXterm export, in the folders of its bookmarks."""
    found = Found()
    for title, values in sections(read_text(path)).items():
        if not title.startswith("Bookmarks"):
            continue
        for name, value in values.items():
            entry = _MOBA_ENTRY.match(value)
            if name in _MOBA_FOLDER:
                continue
            if not entry or entry[1] != _MOBA_SSH:
                found.skip(name, "it is no SSH session.")
                continue
            _add_moba(found, _moba_text(name), values.get("SubRep", ""), entry[2].partition("#")[0].split("%"))
    return found


def _add_moba(found: Found, name: str, folder: str, fields: list[str]) -> None:
    """One session by its fields: host, port, user, …, command (7), gateways' hosts, ports and users (8 to 10)."""
    fields += [""] * (_MOBA_KEY_PAIR + 1 - len(fields))
    # A user in <angle brackets> or [brackets] stands for "ask", or for a stored identity.
    host, port, user = fields[0], fields[1], "" if fields[2].startswith(("<", "[")) else fields[2]
    found.add(
        name,
        _moba_text(host),
        port=port,
        user=_moba_text(user),
        folder=_moba_text(folder),
        key_pair=_local(_moba_text(fields[_MOBA_KEY_PAIR])),
        jump=",".join(_gateways(*(field.split("__PIPE__") for field in fields[7:10]))),
        command=_moba_text(fields[6]),
    )


def _gateways(hosts: list[str], ports: list[str], users: list[str]) -> Iterator[str]:
    for host, port, user in zip_longest(hosts, ports, users, fillvalue=""):
        if host:
            asked = "" if user.startswith(("<", "[")) or not user else f"{user}@"
            yield f"{asked}{host}" + (f":{port}" if port not in ("", "22") else "")


def _moba_text(text: str) -> str:
    return re.sub(r"__([A-Z]+?)__", lambda mark: _MOBA_ESCAPES.get(mark[1], mark[0]), text)


def _local(text: str) -> str:
    """A path of MobaXterm's; `_ProfileDir_` is the home directory, its other placeholders mean nothing here."""
    if text.startswith("_ProfileDir_\\"):
        return "~/" + text.removeprefix("_ProfileDir_\\").replace("\\", "/")
    return "" if text.startswith("_") or text in {"-1", "0"} else text


def read_winscp(path: Path) -> Found:
    """The SFTP and SCP sites of a WinSCP.ini; stored passwords are not taken."""
    found = Found()
    for title, values in sections(read_text(path)).items():
        if not title.startswith("Sessions\\"):
            continue
        folder, _, name = _winscp_text(title.removeprefix("Sessions\\")).rpartition("/")
        if name == "Default Settings" or values.get("IsWorkspace") == "1":
            continue
        if values.get("FSProtocol", "") not in _WINSCP_OVER_SSH:
            found.skip(name, "it does not go over SSH.")
            continue
        found.add(
            name,
            _winscp_text(values.get("HostName", "")),
            port=values.get("PortNumber", ""),
            user=_winscp_text(values.get("UserName", "")),
            folder=folder,
            key_pair=_winscp_text(values.get("PublicKeyFile", "")),
            jump=_tunnel(values),
        )
    return found


def _winscp_text(text: str) -> str:
    """A value decoded; one with letters beyond ASCII opens with a byte order mark."""
    return unquote(text).removeprefix("\ufeff")


def _tunnel(values: dict[str, str]) -> str:
    if values.get("Tunnel") != "1" or not values.get("TunnelHostName"):
        return ""
    user, port = _winscp_text(values.get("TunnelUserName", "")), values.get("TunnelPortNumber", "22")
    where = _winscp_text(values["TunnelHostName"])
    return (f"{user}@" if user else "") + where + (f":{port}" if port != "22" else "")


def read_securecrt_tree(path: Path) -> Found:
    """The SSH sessions below SecureCRT's `Config/Sessions`; directories become folders."""
    found = Found()
    for number, file in enumerate(sorted(path.rglob("*.ini"))):
        if number >= _CRT_FILES:
            found.skip(str(path), f"more than {_CRT_FILES} files; the rest is left out.")
            break
        if file.name.startswith("__") or file.stem == "Default":
            continue
        values: dict[str, str] = {}
        lines = iter(read_text(file).splitlines())
        for line in lines:
            value = _CRT_VALUE.match(line.strip())
            if value and value[1] == "Z" and _is_hex(value[3]):
                # That many lines of text follow, each after a blank.
                values[value[2]] = "\n".join(each.strip() for each in islice(lines, min(int(value[3], 16), 1000)))
            elif value:
                values[value[2]] = str(int(value[3], 16)) if value[1] == "D" and _is_hex(value[3]) else value[3]
        add_securecrt(found, file.stem, "/".join(file.parent.relative_to(path).parts), values)
    return found


def add_securecrt(found: Found, name: str, folder: str, values: dict[str, str]) -> None:
    """One session by its option names, from a file or from an XML export."""
    protocol = values.get("Protocol Name", "SSH2")
    if protocol not in {"SSH1", "SSH2"}:
        found.skip(name, f"it is no SSH session but {protocol}.")
        return
    found.add(
        name,
        values.get("Hostname", ""),
        port=values.get("[SSH2] Port", ""),
        user=values.get("Username", ""),
        folder=folder,
        key_pair=values.get("Identity Filename V2", "").partition("::")[0],
        jump=_session(values.get("Firewall Name", "")),
        notes=values.get("Description", ""),
    )


def _session(firewall: str) -> str:
    """The session that a firewall is, by the name its host has here; "" for real ones and for none."""
    kind, _, path = firewall.partition(":")
    return fit_name(path.replace("\\", "/").rpartition("/")[2]) if kind == "Session" else ""


def _is_hex(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{1,8}", text) is not None

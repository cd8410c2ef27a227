"""MobaXterm (.mxtsessions), WinSCP (.ini) and SecureCRT (the tree of .ini files): INI files of programs for Windows."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from sshtui.store.importers.found import Found, read_text, sections

_MOBA_ENTRY = re.compile(r"#\d+#(\d+)%(.*)\Z")
_MOBA_SSH = "0"
_MOBA_KEY_PAIR = 13
"""The field after host, port, user and ten others (mRemoteNG's MobaXTerm_config.rst, number 15)."""

_WINSCP_OVER_SSH = frozenset({"", "0", "1", "2"})
"""FSProtocol: SCP, SFTP with SCP to fall back on, SFTP; the others are FTP, WebDAV and S3."""

_CRT_VALUE = re.compile(r'([SD]):"([^"]+)"=(.*)\Z')
_CRT_FILES = 20_000


def read_mobaxterm(path: Path) -> Found:
    """The SSH sessions of a MobaXterm export, in the folders of its bookmarks."""
    found = Found()
    for title, values in sections(read_text(path)).items():
        if not title.startswith("Bookmarks"):
            continue
        for name, value in values.items():
            entry = _MOBA_ENTRY.match(value)
            if not entry:
                continue
            fields = entry[2].split("%")
            if entry[1] != _MOBA_SSH:
                found.skip(name, "it is no SSH session.")
                continue
            key_pair = fields[_MOBA_KEY_PAIR] if len(fields) > _MOBA_KEY_PAIR else ""
            host, port, user = (*fields, "", "", "")[:3]
            # A user in <angle brackets> or [brackets] stands for "ask", or for a stored identity.
            user = "" if user.startswith(("<", "[")) else user
            found.add(name, host, port=port, user=user, folder=values.get("SubRep", ""), key_pair=_local(key_pair))
    return found


def _local(text: str) -> str:
    """A path of MobaXterm's; its own placeholders (`_CurrentDrive_:\\…`) mean nothing here."""
    return "" if text.startswith("_") or text in {"-1", "0"} else text


def read_winscp(path: Path) -> Found:
    """The SFTP and SCP sites of a WinSCP.ini; stored passwords are not taken."""
    found = Found()
    for title, values in sections(read_text(path)).items():
        if not title.startswith("Sessions\\"):
            continue
        folder, _, name = unquote(title.removeprefix("Sessions\\")).rpartition("/")
        if name == "Default Settings":
            continue
        if values.get("FSProtocol", "") not in _WINSCP_OVER_SSH:
            found.skip(name, "it does not go over SSH.")
            continue
        found.add(
            name,
            unquote(values.get("HostName", "")),
            port=values.get("PortNumber", ""),
            user=unquote(values.get("UserName", "")),
            folder=folder,
            key_pair=unquote(values.get("PublicKeyFile", "")),
        )
    return found


def read_securecrt_tree(path: Path) -> Found:
    """The SSH sessions below SecureCRT's `Config/Sessions`; directories become folders."""
    found = Found()
    for number, file in enumerate(sorted(path.rglob("*.ini"))):
        if number >= _CRT_FILES:
            found.skip(str(path), f"more than {_CRT_FILES} files; the rest is left out.")
            break
        if file.name.startswith("__") or file.stem == "Default":
            continue
        values = {}
        for line in read_text(file).splitlines():
            if value := _CRT_VALUE.match(line.strip()):
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
    )


def _is_hex(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{1,8}", text) is not None

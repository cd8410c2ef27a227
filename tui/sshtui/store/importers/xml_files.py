"""SecureCRT's XML export and mRemoteNG's connections file."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from sshtui.errors import BrokenFile
from sshtui.store.importers.found import Found, fit_name, read_text
from sshtui.store.importers.windows import add_securecrt, read_securecrt_tree

DEPTH_LIMIT = 64


def read_securecrt(path: Path) -> Found:
    """The SSH sessions of an XML export (Tools, Export Settings) or of a directory of session files."""
    if path.is_dir():
        return read_securecrt_tree(path)
    found = Found()
    root = _parsed(path)
    for key in root.iter("key"):
        if key.get("name") == "Sessions":
            for child in key.findall("key"):
                _securecrt(found, child, "", 0)
    return found


def _securecrt(found: Found, key: ElementTree.Element, folder: str, depth: int) -> None:
    name = key.get("name", "")
    values = {child.get("name", ""): child.text or "" for child in key if child.tag in {"string", "dword"}}
    if "Hostname" in values:
        if name != "Default":
            add_securecrt(found, name, folder, values)
    elif depth < DEPTH_LIMIT:
        for child in key.findall("key"):
            _securecrt(found, child, f"{folder}/{name}", depth + 1)


def read_mremoteng(path: Path) -> Found:
    """The SSH connections of a connections file (or export), inherited user and port filled in; no passwords."""
    found = Found()
    root = _parsed(path)
    if root.get("FullFileEncryption", "").lower() == "true":
        raise _encrypted(path)
    for node in root.findall("Node"):
        _mremoteng(found, node, "", {}, 0)
    return found


def _mremoteng(found: Found, node: ElementTree.Element, folder: str, above: dict[str, str], depth: int) -> None:
    name = node.get("Name", "")
    own = {
        field: above.get(field, "") if node.get(f"Inherit{field}", "").lower() == "true" else node.get(field, "")
        for field in ("Username", "Port", "Protocol", "Hostname", "SSHTunnelConnectionName")
    }
    if node.get("Type") == "Container":
        for child in node.findall("Node") if depth < DEPTH_LIMIT else []:
            _mremoteng(found, child, f"{folder}/{name}", own, depth + 1)
    elif own["Protocol"] not in {"SSH1", "SSH2"}:
        found.skip(name, f"it is no SSH connection but {own['Protocol'] or 'something else'}.")
    else:
        found.add(
            name,
            own["Hostname"],
            port=own["Port"],
            user=own["Username"],
            folder=folder,
            jump=fit_name(own["SSHTunnelConnectionName"]),
            notes=node.get("Descr", ""),
        )


def _encrypted(path: Path) -> BrokenFile:
    return BrokenFile(path, 0, "the file is encrypted.", hint="Export it from mRemoteNG without encryption.")


def _parsed(path: Path) -> ElementTree.Element:
    text = read_text(path)
    if re.fullmatch(r"[A-Za-z0-9+/\s]+={0,2}\s*", text):
        # All of it in base64, as older versions of mRemoteNG encrypt a file.
        raise _encrypted(path)
    # Declared entities can make a short file endless; these programs never write any.
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise BrokenFile(path, 0, "it declares entities, which no export does.")
    try:
        # The declaration may name an encoding that the text, decoded already, no longer has.
        return ElementTree.fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except (ElementTree.ParseError, RecursionError) as error:
        line = getattr(error, "position", (0, 0))[0]
        raise BrokenFile(path, line, f"not valid XML ({error}).") from error

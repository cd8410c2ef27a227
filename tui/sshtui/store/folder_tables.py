"""`[[folders]]` tables of hosts.toml: read with a reason for every one that cannot stand, changed in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, UsageError
from sshtui.model.folders import FolderSettings
from sshtui.model.hosts import folder_problem, port_problem, user_problem
from sshtui.store import toml_files

FIELDS = ("user", "port", "key_pair", "jump", "theme", "danger")

_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*folders[ \t]*\]\][^\n]*(?:\n|\Z)", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*\[", re.MULTILINE)
_FIRST_HOST = re.compile(r"^[ \t]*\[\[[ \t]*hosts[ \t]*\]\]", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def read_folders(pieces: Iterable[str], path: Path) -> tuple[tuple[FolderSettings, ...], tuple[BrokenFile, ...]]:
    """The folders in pieces of a file that parse each, and one error for every table that is none."""
    found: dict[str, FolderSettings] = {}
    bad: list[BrokenFile] = []
    # The word first: there may be ten thousand pieces.
    speaking = [piece for piece in pieces if "folders" in piece and _TABLE.search(piece)]
    parsed = [toml_files.parse(piece, path).get("folders", []) for piece in speaking]
    tables = [table for some in parsed if isinstance(some, list) for table in some if isinstance(table, dict)]
    for table in tables:
        reason = folder_settings_problem(table)
        if not reason and table["path"] in found:
            reason = f"the folder {table['path']} has settings above already."
        if reason:
            bad.append(BrokenFile(path, 0, f"a [[folders]] table does not count: {reason}"))
        else:
            found[table["path"]] = FolderSettings(
                table["path"], **{name: table[name] for name in FIELDS if name in table}
            )
    return tuple(found.values()), tuple(bad)


def folder_settings_problem(table: Mapping[str, Any]) -> str:
    """Why a table cannot be a folder's settings, or ""."""
    path = table.get("path")
    if not isinstance(path, str) or not path or folder_problem(path):
        return "it needs a path, as in prod/web."
    for name in ("user", "key_pair", "jump", "theme"):
        value = table.get(name, "")
        if not isinstance(value, str) or _CONTROL.search(value):
            return f"{name} must be text on one line."
    if problem := user_problem(table.get("user", "")):
        return f"user: {problem}"
    if any(hop.strip().startswith("-") for hop in table.get("jump", "").split(",")):
        return "jump: A jump host cannot start with a dash."
    port = table.get("port")
    if port is not None and (isinstance(port, bool) or not isinstance(port, int) or port_problem(str(port))):
        return "port must be a number from 1 to 65535."
    if not isinstance(table.get("danger", False), bool):
        return "danger must be true or false."
    return ""


def with_folder(text: str, path: str, changes: Mapping[str, Any]) -> str:
    """`text` with the fields of the folder `path` set, None taking one away; every other byte stays.

    Raises UsageError for values that cannot stand and for a file laid out in a way that only an editor can change.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    for header in _TABLE.finditer(text):
        following = _NEXT.search(text, header.end())
        end = following.start() if following else len(text)
        body = text[header.end() : end]
        table = _table(body)
        if table is not None and table.get("path") == path:
            wanted = {key: value for key, value in {**table, **changes}.items() if value is not None}
            _check(wanted)
            new = toml_files.edited(body, changes)
            if new is None:
                break
            return text[: header.end()] + new + text[end:]
    else:
        wanted = {"path": path, **{key: value for key, value in changes.items() if value is not None}}
        _check(wanted)
        first = _FIRST_HOST.search(text)
        at = first.start() if first else len(text)
        table_text = ("[[folders]]\n" + toml_files.assignments(wanted) + "\n").replace("\n", newline)
        gap = newline if text[:at] and not text[:at].endswith("\n") else ""
        return text[:at] + gap + table_text + text[at:]
    raise UsageError(f"The settings of the folder {path} are laid out in a way that only an editor can change.")


def _table(body: str) -> dict[str, Any] | None:
    try:
        return toml_files.parse(body, Path())
    except BrokenFile:
        return None


def _check(table: Mapping[str, Any]) -> None:
    if problem := folder_settings_problem(table):
        raise UsageError(f"The folder was not saved: {problem}")

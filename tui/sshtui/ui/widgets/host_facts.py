"""What the card tells of a host or a folder, as label and text."""

from __future__ import annotations

from sshtui.model.folders import FolderSettings
from sshtui.model.further_fields import OLD_ALGORITHMS
from sshtui.model.hosts import Host
from sshtui.model.reachability import Reachability
from sshtui.ui.card_fields import CARD_FIELDS, FOLDER_FIELDS
from sshtui.ui.host_rows import FAVOURITES, FolderRow, is_read_only

_ALWAYS = {"address", "user", "port"}


def facts_of_host(host: Host, reach: Reachability | None = None, *, danger: bool = False) -> list[tuple[str, str]]:
    """The fields that are set, in the card's order; where a read-only host comes from, what a check found.

    `danger`: whether it bears the danger mark, its own or a folder's.
    """
    lines = [("from", host.origin), ("", "read-only; O saves a copy")] if host.origin else []
    if danger:
        lines.append(("danger", "PROD"))
    if reach is not None:
        lines.append(("check", " ".join(filter(None, (reach.words, reach.detail)))))
    for field in CARD_FIELDS[1:]:
        if field.id == "danger":
            continue
        text = (host.notes if field.id == "notes" else field.write(host)) or ("22" if field.id == "port" else "")
        if text or field.id in _ALWAYS:
            lines.append((field.label, text or "(asked for)"))
    if old := host.extra.get(OLD_ALGORITHMS):
        lines.append(("WEAK", f"may use old algorithms: {', '.join(map(str, old)) if isinstance(old, list) else old}"))
    return [*lines, ("favourite", "yes")] if host.favourite else lines


def facts_of_folder(row: FolderRow, settings: FolderSettings | None = None) -> list[tuple[str, str]]:
    """How many hosts it holds, what they inherit from it, and what can be done."""
    lines = [("holds", "1 host" if row.hosts == 1 else f"{row.hosts} hosts")]
    for field in FOLDER_FIELDS[1:]:
        if settings is not None and (text := field.write(settings)):
            lines.append((field.label, text))
    if is_read_only(row.path):
        return [*lines, ("", "read-only here")]
    return lines if row.path == FAVOURITES else [*lines, ("", "e sets what its hosts inherit")]

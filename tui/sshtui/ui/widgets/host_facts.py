"""What the card tells of a host or a folder, as label and text."""

from __future__ import annotations

from sshtui.model.further_fields import OLD_ALGORITHMS
from sshtui.model.hosts import Host
from sshtui.ui.card_fields import CARD_FIELDS
from sshtui.ui.host_rows import FolderRow, is_read_only

_ALWAYS = {"address", "user", "port"}


def facts_of_host(host: Host) -> list[tuple[str, str]]:
    """The fields that are set, in the card's order; where a read-only host comes from."""
    lines = [("from", host.origin)] if host.origin else []
    for field in CARD_FIELDS[1:]:
        text = (host.notes if field.id == "notes" else field.write(host)) or ("22" if field.id == "port" else "")
        if text or field.id in _ALWAYS:
            lines.append((field.label, text or "(asked for)"))
    if old := host.extra.get(OLD_ALGORITHMS):
        lines.append(("WEAK", f"may use old algorithms: {', '.join(map(str, old)) if isinstance(old, list) else old}"))
    return lines


def facts_of_folder(row: FolderRow) -> list[tuple[str, str]]:
    """How many hosts it holds, and how it is folded."""
    hosts = "1 host" if row.hosts == 1 else f"{row.hosts} hosts"
    kept = [("", "read-only here")] if is_read_only(row.path) else []
    return [("holds", hosts), *kept]

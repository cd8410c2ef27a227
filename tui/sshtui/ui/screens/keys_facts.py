"""What the key workshop says about a key file, or about a key the agent holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from textual.content import Content

from sshtui.keys.agent import AgentKey
from sshtui.keys.convert import public_text
from sshtui.keys.inspect import used_by
from sshtui.keys.key_file import KeyFile
from sshtui.keys.workshop import Made
from sshtui.model.hosts import Host
from sshtui.model.text import plain

Entry = KeyFile | AgentKey

EMPTY = "No key pairs here.\n\na makes one."
"""What stands there without any."""


def label_of(entry: Entry | None) -> str:
    """What tells it from the other entries; "" for none."""
    return entry.path if isinstance(entry, KeyFile) else (f"agent {entry.public.sha256}" if entry else "")


def row(entry: Entry) -> Content:
    """Two lines for the list: name and kind; a mark in front of what needs mending."""
    if isinstance(entry, KeyFile):
        kind = f"{entry.public.kind} {entry.public.bits}" if entry.public else "?"
        guard = "passphrase" if entry.encrypted else "unprotected"
        mark = "! " if entry.problem else "  "
        return Content.assemble(mark, (plain(Path(entry.path).name, 60), "bold"), f"\n  {kind}, {guard}")
    kind = f"{entry.public.kind} {entry.public.bits}{', certificate' if entry.certificate else ''}"
    return Content.assemble("  ", (plain(entry.comment, 60) or "(no comment)", "bold"), f"\n  agent, {kind}")


def facts(entry: Entry, hosts: Iterable[Host] = ()) -> Content:
    """Everything that is known, with fingerprints, randomart, the public line, and those of `hosts` that use it."""
    public = entry.public
    rows: list[tuple[str, str]] = []
    if isinstance(entry, KeyFile):
        rows += [("file", entry.path), ("format", entry.format.title)]
        if entry.format.private:
            rows.append(("passphrase", entry.protection or "none"))
        rows += entry.details
        if users := used_by(Path(entry.path), hosts):
            rows.append(("used by", ", ".join(users)))
    else:
        rows.append(("held by", "the agent"))
    rows.append(("comment", entry.comment or "(none)"))
    if public:
        rows.append(("type", f"{public.kind} {public.bits}"))
    width = max(len(name) for name, _ in rows) + 1
    parts: list[Any] = [
        piece for name, value in rows for piece in ((f"{name:<{width}}", "$muted"), plain(value) + "\n")
    ]
    if isinstance(entry, KeyFile) and entry.problem:
        mend = f" x mends it: {plain(entry.remedy)}" if entry.remedy else ""
        parts.append((f"\n{entry.problem}{mend}\n", "$error"))
    if public:
        parts += [
            f"\n{public.sha256}\n{public.md5}\n\n{public.randomart}\n\n",
            plain(public_text(public, entry.comment), 1000),
        ]
    else:
        parts.append("\nThe passphrase hides the public half too.")
    return Content.assemble(*parts)


def made_lines(made: Made) -> tuple[str, ...]:
    """What a new key pair is, and what comes next."""
    return (
        f"Made {made.path}, and {made.path.name}.pub beside it.",
        "",
        made.public.sha256,
        made.public.md5,
        made.public.randomart,
        "",
        plain(made.public_line, 1000),
        "",
        "Next: i installs it on hosts, a gives it to the agent, y copies the public line,",
        f"sshtui keys cloud import uploads it: sshtui keys cloud import PROVIDER {plain(str(made.path))}",
    )

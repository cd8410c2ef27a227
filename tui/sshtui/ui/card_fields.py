"""The fields of a host's card: how each is written as text, what is wrong with a text, and back to a host."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sshtui.errors import UsageError
from sshtui.files import with_home
from sshtui.model.folders import DANGER, FolderSettings
from sshtui.model.forwards import forwards_problem, read_forwards, write_forwards
from sshtui.model.further_fields import RECONNECT
from sshtui.model.hosts import (
    DEFAULT_PORT,
    Host,
    address_problem,
    folder_problem,
    name_problem,
    port_problem,
    user_problem,
)
from sshtui.model.resuming import RESUME, resume_problem
from sshtui.model.terminal_switches import read_switches, switches_problem
from sshtui.ui.theming import colour_problem

LONGEST_KEEP_ALIVE = 86_400
EMPTIED = "-"
"""Typed into a field of several hosts that differ there, it empties the field of all."""

_LINE_END = " ⏎ "
"""Stands for a line end in the notes, which are edited on one line."""


@dataclass(frozen=True)
class Surrounding:
    """What a field's text is judged against: the names in use, the themes, and how a jump address is read."""

    names: Collection[str]
    themes: Collection[str]
    parse_destination: Callable[[str], Host]


@dataclass(frozen=True)
class CardField:
    """One line of the card. `hint` shows in the empty field."""

    id: str
    label: str
    hint: str
    write: Callable[[Any], str]
    """What stands in it for a Host, or for FolderSettings."""
    problem: Callable[[str, Surrounding], str]


def _name_problem(text: str, around: Surrounding) -> str:
    return name_problem(text) or ("Another host has this name." if text in around.names else "")


def _key_pair_problem(text: str, _around: Surrounding) -> str:
    try:
        return "" if not text or with_home(text).is_file() else "There is no such file."
    except (OSError, ValueError):
        # Too long, or a NUL inside: nothing that could be a file.
        return "There is no such file."


def _jump_problem(text: str, around: Surrounding) -> str:
    for hop in filter(None, (part.strip() for part in text.split(","))):
        if hop not in around.names:
            try:
                around.parse_destination(hop)
            except UsageError as error:
                return error.sentence
    return ""


def _keep_alive_problem(text: str, _around: Surrounding) -> str:
    if not text or (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_KEEP_ALIVE):
        return ""
    return "Seconds; 0 switches it off."


def _theme_problem(text: str, around: Surrounding) -> str:
    return "" if not text or text in around.themes else "No theme has this name."


def _yes_no(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def _yes_no_problem(text: str, _around: Surrounding) -> str:
    return "" if text in {"", "yes", "no"} else "Write yes or no."


def _folder_path_problem(text: str) -> str:
    return folder_problem(text) if text else "A folder needs a name."


def _control_problem(text: str, _around: Surrounding) -> str:
    return "" if text.isprintable() else "No control characters."


CARD_FIELDS: tuple[CardField, ...] = (
    CardField("name", "name", "needed", lambda host: host.name, _name_problem),
    CardField("address", "address", "needed", lambda host: host.address, lambda text, _: address_problem(text)),
    CardField(
        "port",
        "port",
        str(DEFAULT_PORT),
        lambda host: str(host.port) if host.port != DEFAULT_PORT else "",
        lambda text, _: port_problem(text) if text else "",
    ),
    CardField("user", "user", "asked for", lambda host: host.user, lambda text, _: user_problem(text)),
    CardField("folder", "folder", "none, or prod/web", lambda host: host.folder, lambda text, _: folder_problem(text)),
    CardField("key_pair", "key pair", "any that fits", lambda host: host.key_pair, _key_pair_problem),
    CardField("jump", "jump", "direct", lambda host: host.jump, _jump_problem),
    CardField("tags", "tags", "none", lambda host: ", ".join(host.tags), _control_problem),
    CardField("notes", "notes", "", lambda host: _LINE_END.join(host.notes.split("\n")), _control_problem),
    CardField("command", "command", "login shell", lambda host: host.command, _control_problem),
    CardField(
        "forwards",
        "forwards",
        "none, or D 1080",
        lambda host: write_forwards(host.forwards),
        lambda text, _: forwards_problem(text),
    ),
    CardField(
        "resume",
        "resume",
        "none, or tmux",
        lambda host: str(host.extra.get(RESUME) or ""),
        lambda text, _: resume_problem(text),
    ),
    CardField(
        "keep_alive",
        "keep alive",
        "every 15 seconds",
        lambda host: "" if host.keep_alive is None else str(host.keep_alive),
        _keep_alive_problem,
    ),
    CardField(
        "reconnect",
        "reconnect",
        "on Enter; or yes",
        lambda host: "yes" if host.extra.get(RECONNECT) is True else "",
        _yes_no_problem,
    ),
    CardField(
        "danger", "danger", "as its folder; or yes", lambda host: _yes_no(host.extra.get(DANGER)), _yes_no_problem
    ),
    CardField("theme", "theme", "as the app", lambda host: host.theme, _theme_problem),
    CardField("colour", "colour", "none", lambda host: host.colour, lambda text, _: colour_problem(text)),
    CardField(
        "terminal",
        "terminal",
        "as xterm",
        lambda host: str(host.terminal),
        lambda text, _: switches_problem(text),
    ),
)

FOLDER_FIELDS: tuple[CardField, ...] = (
    CardField("path", "folder", "needed", lambda folder: folder.path, lambda text, _: _folder_path_problem(text)),
    CardField("user", "user", "not set", lambda folder: folder.user, lambda text, _: user_problem(text)),
    CardField(
        "port",
        "port",
        "not set",
        lambda folder: "" if folder.port is None else str(folder.port),
        lambda text, _: port_problem(text) if text else "",
    ),
    CardField("key_pair", "key pair", "not set", lambda folder: folder.key_pair, _key_pair_problem),
    CardField("jump", "jump", "not set", lambda folder: folder.jump, _jump_problem),
    CardField("theme", "theme", "not set", lambda folder: folder.theme, _theme_problem),
    CardField("danger", "danger", "not set; or yes", lambda folder: _yes_no(folder.danger), _yes_no_problem),
)
"""What its hosts inherit from a folder."""


def written(subject: Host | FolderSettings, fields: Sequence[CardField] = CARD_FIELDS) -> dict[str, str]:
    """The text of every field, by field id."""
    return {field.id: field.write(subject) for field in fields}


def read_folder(texts: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a folder's settings that valid `texts` describe, None for one that is not set; without the path."""
    values: dict[str, Any] = {field_id: text.strip() or None for field_id, text in texts.items() if field_id != "path"}
    if values["port"] is not None:
        values["port"] = int(values["port"])
    if values["danger"] is not None:
        values["danger"] = values["danger"] == "yes"
    return values


def read_changes(typed: Mapping[str, str], before: Mapping[str, str], base: Host) -> Host:
    """`base` with the fields that were `typed` otherwise than they stood `before` in the card of several hosts."""
    changed = {field_id: text.strip() for field_id, text in typed.items() if text.strip() != before[field_id].strip()}
    changed = {field_id: "" if text == EMPTIED else text for field_id, text in changed.items()}
    words = changed.get("tags", "").replace(",", " ").split()
    if words and all(word[0] in "+-" and word[1:] for word in words):
        dropped = {word[1:] for word in words if word[0] == "-"}
        kept = [tag for tag in base.tags if tag not in dropped]
        changed["tags"] = " ".join([*kept, *(word[1:] for word in words if word[0] == "+")])
    return read({**written(base), **changed}, base)


def read(texts: Mapping[str, str], base: Host) -> Host:
    """The host that valid `texts` describe; what has no field (unknown settings) stays as in `base`."""
    texts = {field_id: text.strip() for field_id, text in texts.items()}
    by_itself, resume = texts.pop("reconnect") == "yes", texts.pop("resume")
    danger = texts.pop("danger")
    values: dict[str, Any] = {
        **texts,
        "port": int(texts["port"] or DEFAULT_PORT),
        "tags": tuple(dict.fromkeys(filter(None, re.split(r"[,\s]+", texts["tags"])))),
        "notes": texts["notes"].replace(_LINE_END, "\n").replace(_LINE_END.strip(), "\n"),
        "keep_alive": int(texts["keep_alive"]) if texts["keep_alive"] else None,
        "forwards": read_forwards(texts["forwards"])
        if texts["forwards"] != write_forwards(base.forwards)
        else base.forwards,
        "terminal": read_switches(texts["terminal"]),
    }
    # Said either way where it was said before: a field that is left out of `extra` stays in the file as it was.
    further = {RECONNECT: by_itself, RESUME: resume or None}
    changed: dict[str, Any] = {name: value for name, value in further.items() if value or name in base.extra}
    if danger or DANGER in base.extra:
        changed[DANGER] = danger == "yes" if danger else None
    if changed:
        values["extra"] = {**base.extra, **changed}
    return replace(base, **values)

"""settings.toml: what is set for the whole program."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, NotSaved
from sshtui.files import ensure_private_directory, locked, write_whole
from sshtui.model.settings import Settings
from sshtui.store import toml_files

_LIMITS = {
    "scrollback": (0, 1_000_000),
    "connect_timeout": (1, 600),
    "keep_alive": (0, 86_400),
    "keep_alive_misses": (1, 100),
    "sidebar_columns": (16, 200),
}
_CHOICES = {"sort": ("name", "recent", "used")}


def load_settings(path: Path) -> tuple[Settings, tuple[BrokenFile, ...]]:
    """The settings of a file, and what was passed over in it; a value that cannot stand keeps its default.

    Never raises.
    """
    try:
        values = toml_files.read(path)
    except BrokenFile as error:
        return Settings(), (error,)
    settings, problems = Settings(), []
    names = {field.name for field in fields(Settings)}
    for name, value in values.items():
        reason = _problem(name, value) if name in names else f"there is no setting {name}."
        if reason:
            problems.append(BrokenFile(path, 0, reason, hint="The other settings are in force."))
        else:
            settings = replace(settings, **{name: value})
    return settings, tuple(problems)


def save_setting(path: Path, name: str, value: object) -> None:
    """Write one setting and leave the rest of the file as it is; None returns to the default. Raises ConfigError."""
    if value is not None and (reason := _problem(name, value)):
        raise NotSaved(f"Not saved: {reason}")
    ensure_private_directory(path.parent)
    with locked(path):
        text = toml_files.read_text(path) or ""
        values = {**toml_files.parse(text, path), name: value}
        new = toml_files.edited(text, {name: value})
        if new is None:
            new = toml_files.document({key: item for key, item in values.items() if item is not None})
        write_whole(path, new.encode())


def _problem(name: str, value: Any) -> str:
    """Why `value` cannot be the setting, or ""."""
    default = getattr(Settings(), name, None)
    if isinstance(default, bool) or name == "unicode":
        return "" if isinstance(value, bool) else f"{name} must be true or false."
    if isinstance(default, str):
        choices = _CHOICES.get(name, ())
        if not isinstance(value, str) or (choices and value not in choices):
            return f"{name} must be {' or '.join(choices) or 'text in quotes'}."
        return ""
    kinds = (int, float) if isinstance(default, float) else (int,)
    low, high = _LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value) or not low <= value <= high:
        return f"{name} must be a number from {low} to {high}."
    return ""

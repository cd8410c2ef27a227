"""keymap.toml: keystrokes by action id, as the person wrote them; what they mean is the UI's to judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile
from sshtui.store import toml_files


def load_keymap(path: Path) -> tuple[Mapping[str, tuple[str, ...]], tuple[BrokenFile, ...]]:
    """Action id to keystroke names, none at all switching an action off; and what was passed over in the file.

    `host.connect = ["enter", "o"]`, `host.connect = "enter"` and `host.connect = ""` may be written, the id also
    as a table. Never raises.
    """
    try:
        values = toml_files.read(path)
    except BrokenFile as error:
        return {}, (error,)
    problems = []
    chosen: dict[str, tuple[str, ...]] = {}
    for action, value in _flat(values):
        keystrokes = [value] if isinstance(value, str) else value
        if isinstance(keystrokes, list) and all(isinstance(name, str) for name in keystrokes):
            chosen[action] = tuple(name for name in keystrokes if name.strip())
        else:
            problems.append(BrokenFile(path, 0, f'{action} must be keystrokes, as in ["ctrl+x"], or "" for none.'))
    return chosen, tuple(problems)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted ids and their values: TOML reads `host.connect` as `connect` inside a table `host`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value

"""Themes: one TOML file each, the person's own before the shipped ones.

    title = "Midnight"
    dark = true

    [ui]                          # one colour for each role of sshtui.model.themes.UI_ROLES
    background = "#0f1117"

    [terminal]
    foreground = "#d8dee9"
    background = "#0f1117"
    cursor = "#d8dee9"
    selection = "#2e3440"
    colours = ["#000000", …]      # 16: black, red, green, yellow, blue, magenta, cyan, white, then the bright ones

The file's name without `.toml` is the theme's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sshtui
from sshtui.errors import BrokenFile
from sshtui.model.themes import UI_ROLES, Palette, Theme
from sshtui.store import toml_files

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def shipped_themes() -> Path:
    """The directory of the themes that come with sshtui: inside the wheel, or beside `tui/` in a checkout."""
    package = Path(sshtui.__file__).resolve().parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent.parent / "themes"


def load_themes(own_dir: Path) -> tuple[Mapping[str, Theme], tuple[BrokenFile, ...]]:
    """Every theme by name, in the order of names; and the files that are no themes. Never raises."""
    themes: dict[str, Theme] = {}
    problems = []
    for directory in (shipped_themes(), own_dir):
        for path in sorted(directory.glob("*.toml")):
            try:
                themes[path.stem] = _theme(path)
            except BrokenFile as error:
                problems.append(error)
    return MappingProxyType(dict(sorted(themes.items()))), tuple(problems)


def _theme(path: Path) -> Theme:
    values = toml_files.read(path)
    roles, palette = _table(path, values, "ui"), _table(path, values, "terminal")
    title, dark = values.get("title", path.stem), values.get("dark", True)
    if not isinstance(title, str) or not isinstance(dark, bool):
        raise BrokenFile(path, 0, "title must be text, dark must be true or false.")
    colours = palette.get("colours")
    if not isinstance(colours, list) or len(colours) != 16:
        raise BrokenFile(path, 0, "colours in [terminal] must be 16.")
    return Theme(
        name=path.stem,
        title=title,
        dark=dark,
        roles=MappingProxyType({role: _colour(path, roles, role) for role in UI_ROLES}),
        palette=Palette(
            foreground=_colour(path, palette, "foreground"),
            background=_colour(path, palette, "background"),
            cursor=_colour(path, palette, "cursor"),
            selection=_colour(path, palette, "selection"),
            colours=tuple(_colour(path, dict(enumerate(colours)), at) for at in range(16)),
        ),
    )


def _table(path: Path, values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = values.get(name)
    if not isinstance(table, dict):
        raise BrokenFile(path, 0, f"there is no table [{name}].")
    return table


def _colour(path: Path, values: Mapping[Any, Any], name: str | int) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not _COLOUR.match(value):
        raise BrokenFile(path, 0, f"{name} must be a colour like #1e2a3b.")
    return value.lower()

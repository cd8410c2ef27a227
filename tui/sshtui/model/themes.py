"""A theme: roles for our own surface, and the terminal's palette."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UI_ROLES = (
    "background", "surface", "panel", "foreground", "muted", "border", "focus",
    "primary", "secondary", "accent", "success", "warning", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Palette:
    """The terminal's colours as `#rrggbb`: 16 indexed ones and the defaults."""

    foreground: str
    background: str
    cursor: str
    selection: str
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Theme:
    """A named look. `roles` maps each of UI_ROLES to `#rrggbb`."""

    name: str
    title: str
    dark: bool
    roles: Mapping[str, str]
    palette: Palette

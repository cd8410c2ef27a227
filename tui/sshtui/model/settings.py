"""What a person may set for the whole program; every default stands here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """`settings.toml` as a value. Times are seconds."""

    theme: str = "midnight"
    scrollback: int = 10_000
    connect_timeout: float = 15.0
    keep_alive: int = 15
    keep_alive_misses: int = 3
    sort: str = "name"
    """`name`, `recent` (newest use first) or `used` (most uses first)."""
    sidebar_columns: int = 32
    confirm_paste: bool = True
    mouse: bool = True
    unicode: bool | None = None
    """Draw with Unicode; None decides by the locale."""
    match_exec: bool = False
    """Run the commands of `Match exec` in ~/.ssh/config when connecting, as ssh does; never for a list."""

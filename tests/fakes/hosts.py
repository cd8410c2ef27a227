"""Saved hosts as they stand in hosts.toml."""

from __future__ import annotations


def saved(**fields: str | int) -> str:
    """One `[[hosts]]` table with these fields."""
    lines = [f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"' for name, value in fields.items()]
    return "\n".join(["[[hosts]]", *lines, "", ""])

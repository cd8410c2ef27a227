"""Rows of text with their columns below each other."""

from __future__ import annotations

from collections.abc import Iterable

from sshtui.model.text import plain


def table(rows: Iterable[tuple[str, ...]], limit: int = 500) -> list[str]:
    """Rows as lines; cells are made plain text of at most `limit` characters."""
    cells = [tuple(plain(cell, limit) for cell in row) for row in rows]
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]

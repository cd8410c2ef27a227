"""Completing what is typed, as shells do: as far as everything that fits goes on alike."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import takewhile

from sshtui.files import with_home

MOST = 2000
"""Entries of a directory that are looked at."""


def completed(text: str, among: Sequence[str]) -> str:
    """`text` as far as all of `among` that begin so go on alike; `text` itself where none does."""
    fitting = [each for each in among if each.casefold().startswith(text.casefold())]
    if not fitting:
        return text
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*fitting, strict=False))
    return max("".join(letters[0] for letters in alike), text, key=len)


def paths_like(text: str) -> list[str]:
    """Files and directories (with a slash at the end) that a typed path can go on to; hidden ones once a dot is typed.

    `~` stays as typed. Never raises.
    """
    directory, slash, start = text.rpartition("/")
    try:
        where = with_home(directory + slash or ".")
        with os.scandir(where) as entries:
            found = [(entry.name, entry.is_dir()) for entry, _ in zip(entries, range(MOST), strict=False)]
    except (OSError, ValueError):
        return []
    return sorted(
        f"{directory}{slash}{name}{'/' if is_directory else ''}"
        for name, is_directory in found
        if name.startswith(start) and (start.startswith(".") or not name.startswith("."))
    )

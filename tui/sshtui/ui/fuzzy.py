"""Fuzzy matching: whether the typed letters occur in order, how well, and where."""

from __future__ import annotations

import re
from collections.abc import Callable

# Lower is better. A whole tier lies between two kinds of match, so that kinds never mix.
_TIER = 1_000


def matcher(query: str) -> Callable[[str], int | None]:
    """A function that rates a lower-case text against `query`: lower is better, None is no match.

    In this order: at the start, at the start of a word, anywhere in one piece, letters in order.
    """
    wanted = query.lower()
    scattered = re.compile(".*?".join(map(re.escape, wanted)), re.DOTALL).search

    def rate(text: str) -> int | None:
        at = text.find(wanted)
        if at == 0:
            return min(len(text), _TIER - 1)
        if at > 0:
            base = _TIER if _at_word_start(text, wanted, at) else 2 * _TIER
            return base + min(at, _TIER - 1)
        found = scattered(text)
        if found is None:
            return None
        return 3 * _TIER + min(found.end() - found.start(), _TIER - 1)

    return rate


def positions(query: str, text: str) -> tuple[int, ...]:
    """Where the letters of `query` are found in `text`, as `matcher` found them; () for no match."""
    wanted, lowered = query.lower(), text.lower()
    if not wanted or len(lowered) != len(text):
        return ()
    at = lowered.find(wanted)
    while at > 0 and not _is_word_start(lowered, at):
        further = lowered.find(wanted, at + 1)
        if further < 0:
            at = lowered.find(wanted)
            break
        at = further
    if at >= 0:
        return tuple(range(at, at + len(wanted)))
    found = re.search(".*?".join(f"({re.escape(letter)})" for letter in wanted), lowered, re.DOTALL)
    return tuple(found.start(group) for group in range(1, len(wanted) + 1)) if found else ()


def _at_word_start(text: str, wanted: str, at: int) -> bool:
    while at >= 0:
        if _is_word_start(text, at):
            return True
        at = text.find(wanted, at + 1)
    return False


def _is_word_start(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()

"""How much guessing a passphrase or a password withstands: a rough estimate, without word lists."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_RUNS = re.compile(r"[a-z]+|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "1234567890")
_WORD_BITS = 13.0
"""A word a person would choose, as in a list of 7776 words (12.9 bits)."""
_GRADES = ((28, "very weak"), (45, "weak"), (60, "fair"), (80, "good"))


class Strength(NamedTuple):
    """Estimated bits of entropy and a word for them: very weak, weak, fair, good, strong."""

    bits: int
    word: str

    @property
    def said(self) -> str:
        """Both, for a person."""
        return f"{self.word}, about {self.bits} bits"


def estimate(passphrase: str) -> Strength:
    """The strength of `passphrase`. Repeats, sequences, neighbours on the keyboard, words and years count little."""
    bits = 0.0
    seen: set[str] = set()
    for run in _RUNS.findall(passphrase):
        known = run.lower() in seen
        seen.add(run.lower())
        bits += 1.0 if known else _bits_of_run(run)
    size = round(bits)
    return Strength(size, next((word for limit, word in _GRADES if size < limit), "strong"))


def _bits_of_run(run: str) -> float:
    """Bits of characters of one class."""
    if run.isdigit():
        pool = 10.0
        if len(run) == 4 and run[:2] in ("19", "20"):
            return 7.0
    elif run.isascii() and run.isalpha():
        pool = 26.0
    else:
        pool = 33.0 if run.isascii() else 200.0
    each = math.log2(pool)
    total = each
    for before, here in zip(run.lower(), run.lower()[1:], strict=False):
        total += 1.0 if _follows(before, here) else each
    if run.isascii() and run.isalpha() and _pronounceable(run.lower()):
        extra = 1.0 if run[0].isupper() else 0.0
        return min(total, _WORD_BITS) + extra
    return total


def _follows(before: str, here: str) -> bool:
    """Whether `here` is what one expects after `before`: the same, the next, the neighbour."""
    if abs(ord(here) - ord(before)) <= 1:
        return True
    return any(before + here in row or here + before in row for row in _KEYBOARD)


def _pronounceable(word: str) -> bool:
    """Whether letters could be a word: vowels in it, no long heap of consonants."""
    vowels = sum(letter in "aeiouy" for letter in word)
    return len(word) > 3 and 0.2 <= vowels / len(word) <= 0.7 and not re.search(r"[^aeiouy]{5}", word)

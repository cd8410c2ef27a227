"""What a check of the way to a host found, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "failed", "note", "skipped"]
"""`note` is worth knowing and stops nothing; `skipped` could not be checked because of what came before."""


_MARKS: Mapping[Verdict, str] = {"ok": "✓ ", "failed": "✗ ", "note": "! ", "skipped": "–"}
_WORDS: Mapping[Verdict, str] = {"ok": "ok", "failed": "FAILED", "note": "note", "skipped": ""}

VERDICT_CELLS = 9
"""Cells that the longest verdict and a blank take."""


def verdict_words(verdict: Verdict, *, unicode: bool) -> str:
    """A verdict as a mark and a word; without Unicode the word alone."""
    return _MARKS[verdict] + _WORDS[verdict] if unicode else _WORDS[verdict] or "-"


@dataclass(frozen=True)
class Finding:
    """One line of a diagnosis. `text` may hold a server's words, already made plain.

    `step` is one of STEPS. `advice` is what to do next, "" when nothing is wrong. `exit_code` is that of the
    error the step would end a connection with, 0 unless it failed.
    """

    step: str
    verdict: Verdict
    text: str
    seconds: float | None = None
    advice: str = ""
    exit_code: int = 0


STEPS = ("way", "name", "tcp", "greeting", "key exchange", "host key", "methods", "key pairs", "login")
"""In the order they are taken; `tcp` comes once for each address, `way` only with a jump host or a proxy command."""

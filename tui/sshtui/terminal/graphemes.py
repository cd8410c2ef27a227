"""Graphemes and their widths: UAX #29 (GB9c included) and East Asian Width, by wcwidth's tables."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from wcwidth import iter_graphemes, wcswidth, wcwidth

from sshtui.terminal import limits

# Blocks whose every assigned character is one column, never joins a neighbour and never is joined.
_NARROW = " -~\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0373\u0376\u0377\u037b-\u037f\u0384-\u038a\u038e-\u03a1"
_NARROW += "\u03a3-\u0482\u048a-\u052f\u0531-\u0556\u0561-\u0586\u05d0-\u05ea\u0621-\u063a\u0641-\u064a\u1e00-\u1eff"
_NARROW += "\u2010-\u2027\u2030-\u203b\u203d-\u2048\u204a-\u205e\u2070\u2071\u2074-\u208e\u20a0-\u20bf\u2100-\u2121"
_NARROW += "\u2123-\u2138\u213a-\u218b\u219a-\u21a8\u21ab-\u2319\u231c-\u2327\u2400-\u2426\u2460-\u24c1"
_NARROW += "\u24c3-\u25a9\u25ac-\u25b5\u25b7-\u25bf\u25c1-\u25fa\u2768-\u2794\u2798-\u27a0\u27a2-\u27af\u27b1-\u27be"
_NARROW += "\u27c0-\u2933\u2936-\u2b04\u2b08-\u2b1a\u2b1d-\u2b4f\ue000-\uf8ff\ufffd"
# The same for two columns: CJK, kana, precomposed Hangul, full-width forms.
_WIDE = "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3220-\u3247\u3250-\u3296\u3298\u329a-\u4dbf\u4e00-\ua48c"
_WIDE += "\uff01-\uff60\U00020000-\U0002fffd"

# Emoji that are wide by themselves; what follows one may join it, so only a run of them is simple.
_EMOJI = "\U0001f300-\U0001f320\U0001f32d-\U0001f335\U0001f337-\U0001f37c\U0001f37e-\U0001f393\U0001f3a0-\U0001f3ca"
_EMOJI += "\U0001f3cf-\U0001f3d3\U0001f3e0-\U0001f3f0\U0001f3f8-\U0001f3fa\U0001f400-\U0001f43e\U0001f440"
_EMOJI += "\U0001f442-\U0001f4fc\U0001f4ff-\U0001f53d\U0001f54b-\U0001f54e\U0001f550-\U0001f567\U0001f5fb-\U0001f64f"
_EMOJI += "\U0001f680-\U0001f6c5\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001f9ff"


NARROW = _NARROW
WIDE = _WIDE + _EMOJI
SIMPLE = NARROW + WIDE
"""Character classes (the inside of `[...]`): every character of `SIMPLE` is a whole grapheme beside another one."""

is_simple = re.compile(f"[{SIMPLE}]*+").fullmatch
is_narrow = re.compile(f"[{NARROW}]*+").fullmatch
wide = re.compile(f"[{WIDE}]")
simple_stretches = re.compile(f"([{NARROW}]++)|([{WIDE}]++)|([^{SIMPLE}]++)")


@lru_cache(maxsize=8192)
def width_of(grapheme: str) -> int:
    """Columns of one grapheme: 0 (nothing to see), 1 or 2."""
    return min(2, max(0, wcswidth(grapheme)))


@lru_cache(maxsize=8192)
def width_of_character(character: str) -> int:
    """Columns of one code point by itself, as xterm counts them: 0, 1 or 2."""
    return max(0, wcwidth(character))


def split(text: str) -> list[str]:
    """`text` as its extended grapheme clusters (UAX #29)."""
    return list(iter_graphemes(text))


def joined(before: str, text: str) -> int:
    """How many characters at the head of `text` belong to the grapheme `before`."""
    head = before + text[: limits.CLUSTER * 2]
    first = next(iter_graphemes(head))
    if len(first) == len(head) > len(before) + limits.CLUSTER:
        first = next(iter_graphemes(before + text))
    return max(0, len(first) - len(before))


@lru_cache(maxsize=8192)
def is_mark(character: str) -> bool:
    """Whether a zero-width character shows something on the cell before it (category M, or a joiner)."""
    return unicodedata.category(character)[0] == "M" or character == "\u200d"

"""Graphemes and their widths: UAX #29 (GB9c included) and East Asian Width, by wcwidth's tables."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from wcwidth import iter_graphemes, wcswidth, wcwidth

from sshtui.terminal import limits

# Of the blocks that terminals meet every day: what is one column wide (below: two) and neither joins the
# grapheme before it, unless that one ends in a joiner, nor is joined by the next one.
NARROW = (
    " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f\u05be\u05c0\u05c3\u05c6\u05ca-\u05ff"
    "\u0606-\u060f\u061b\u061d-\u064a\u0660-\u066f\u0671-\u06d5\u06de\u06e5-\u06e6\u06e9\u06ee-\u06ff"
    "\u1e00-\u1fff\u2010-\u2027\u202f-\u205e\u2070-\u20bf\u2100-\u2319\u231c-\u2328\u232b-\u23e8\u23ed-\u23ef"
    "\u23f1-\u23f2\u23f4-\u25fc\u25ff-\u2613\u2616-\u262f\u2638-\u2647\u2654-\u267e\u2680-\u2689\u2690-\u2692"
    "\u2694-\u26a0\u26a2-\u26a9\u26ac-\u26bc\u26bf-\u26c3\u26c6-\u26cd\u26cf-\u26d3\u26d5-\u26e9\u26eb-\u26f1"
    "\u26f4\u26f6-\u26f9\u26fb-\u26fc\u26fe-\u2704\u2706-\u2709\u270c-\u2727\u2729-\u274b\u274d\u274f-\u2752"
    "\u2756\u2758-\u2794\u2798-\u27af\u27b1-\u27be\u27c0-\u2b1a\u2b1d-\u2b4f\u2b51-\u2b54\u2b56-\u2bff\u303f"
    "\ua720-\ua7ff\ue000-\uf8ff\ufffd"
)
WIDE = (
    "\u231a-\u231b\u2329-\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd-\u25fe\u2614-\u2615\u2630-\u2637\u2648-\u2653"
    "\u267f\u268a-\u268f\u2693\u26a1\u26aa-\u26ab\u26bd-\u26be\u26c4-\u26c5\u26ce\u26d4\u26ea\u26f2-\u26f3"
    "\u26f5\u26fa\u26fd\u2705\u270a-\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf"
    "\u2b1b-\u2b1c\u2b50\u2b55\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u2ff0-\u3029\u3030-\u303e\u3041-\u3096"
    "\u309b-\u30ff\u3105-\u312f\u3131-\u3163\u3165-\u318e\u3190-\u31e5\u31ef-\u321e\u3220-\u3247\u3250-\ua48c"
    "\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe52\ufe54-\ufe66\ufe68-\ufe6b\uff01-\uff60\U0001f004\U0001f0cf"
    "\U0001f18e\U0001f191-\U0001f19a\U0001f200-\U0001f202\U0001f210-\U0001f23b\U0001f240-\U0001f248"
    "\U0001f250-\U0001f251\U0001f260-\U0001f265\U0001f300-\U0001f320\U0001f32d-\U0001f335"
    "\U0001f337-\U0001f37c\U0001f37e-\U0001f393\U0001f3a0-\U0001f3ca\U0001f3cf-\U0001f3d3"
    "\U0001f3e0-\U0001f3f0\U0001f3f4\U0001f3f8-\U0001f3fa\U0001f400-\U0001f43e\U0001f440\U0001f442-\U0001f4fc"
    "\U0001f4ff-\U0001f53d\U0001f54b-\U0001f54e\U0001f550-\U0001f567\U0001f57a\U0001f595-\U0001f596\U0001f5a4"
    "\U0001f5fb-\U0001f64f\U0001f680-\U0001f6c5\U0001f6cc\U0001f6d0-\U0001f6d2\U0001f6d5-\U0001f6d9"
    "\U0001f6dc-\U0001f6df\U0001f6eb-\U0001f6ec\U0001f6f4-\U0001f6fc\U0001f7da\U0001f7e0-\U0001f7eb\U0001f7f0"
    "\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001f9ff\U0001fa70-\U0001fa7c"
    "\U0001fa80-\U0001fac6\U0001fac8\U0001facc-\U0001fadd\U0001fadf-\U0001faeb\U0001faef-\U0001fafa"
    "\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
SIMPLE = NARROW + WIDE
"""Character classes (the inside of `[...]`): every character of `SIMPLE` is a whole grapheme beside another one."""

is_narrow = re.compile(f"[{NARROW}]*+").fullmatch
wide = re.compile(f"[{WIDE}]")
simple_stretches = re.compile(f"([{NARROW}]++)|([{WIDE}]++)|([^{SIMPLE}]++)")


# What is text by itself and an emoji, so two columns wide, with a skin tone (UTS #51, 2.4; Emoji_Modifier_Base).
_toned = re.compile(
    "[\u261d\u26f9\u270c\u270d\U0001f3cb\U0001f3cc\U0001f574\U0001f575\U0001f590][\U0001f3fb-\U0001f3ff]"
).match


@lru_cache(maxsize=8192)
def width_of(grapheme: str) -> int:
    """Columns of one grapheme: 0 (nothing to see), 1 or 2."""
    if _toned(grapheme):
        return 2
    return min(2, max(0, wcswidth(grapheme)))


@lru_cache(maxsize=8192)
def width_of_character(character: str) -> int:
    """Columns of one code point by itself, as xterm counts them: 0, 1 or 2.

    A spacing mark (category Mc) is one wide, and so is a Hangul vowel or final without its initial, to be seen.
    """
    width = max(0, wcwidth(character))
    return 1 if not width and unicodedata.category(character) in ("Lo", "Mc") else width


def completes_syllable(before: str, character: str) -> bool:
    """Whether `character` is a conjoining vowel or final (UAX #29, GB6 to GB8) that the letter `before` takes in."""
    return not wcwidth(character) and unicodedata.category(character) == "Lo" and joins(before, character)


def split(text: str) -> list[str]:
    """`text` as its extended grapheme clusters (UAX #29)."""
    return list(iter_graphemes(text))


@lru_cache(maxsize=8192)
def joins(before: str, character: str) -> bool:
    """Whether `character` belongs to the grapheme `before`."""
    return next(iter_graphemes(before + character)) != before


@lru_cache(maxsize=8192)
def steady_width(grapheme: str) -> int:
    """The width of a grapheme that has it from its first code point on; 0 for one that grows, or is too long."""
    if len(grapheme) > limits.CLUSTER:
        return 0
    widths = {width_of(grapheme[:end]) for end in range(1, len(grapheme) + 1)}
    return widths.pop() if len(widths) == 1 else 0


@lru_cache(maxsize=8192)
def is_mark(character: str) -> bool:
    """Whether a zero-width character shows something on the cell before it (category M, or a joiner)."""
    return unicodedata.category(character)[0] == "M" or character == "\u200d"

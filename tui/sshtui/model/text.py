"""Text from the other side, made safe to show: only text, of a bounded length."""

from __future__ import annotations

import re

# C0 and C1 controls with DEL; bidi marks, embeddings, overrides and isolates (UAX #9); line and
# paragraph separators; zero-width and invisible format characters that hide or reorder text; lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
UNSAFE_BUT_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
"""What may not reach a terminal from elsewhere, but for line feeds."""

_C0_BUT_LINES = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")


def plain(text: str, limit: int = 256) -> str:
    """`text` on one line, every control and reordering character shown as `�`, cut to `limit` characters.

    A cut is marked with `…`, which counts. Line ends and tabs become single spaces.
    """
    head = text[: 4 * limit + 16]
    clean = _UNSAFE.sub("\ufffd", re.sub(r"[\r\n\t]+", " ", head)).strip()
    if len(clean) > limit or len(head) < len(text):
        return clean[: max(0, limit - 1)] + "…"
    return clean


def plain_lines(text: str, lines: int = 40, limit: int = 200) -> list[str]:
    """`text` as at most `lines` safe lines of at most `limit` characters each; a cut is marked with `…`."""
    room = lines * (limit + 2)
    head = text[: 4 * room]
    clean = UNSAFE_BUT_LINES.sub("\ufffd", head.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    rows = [row if len(row) <= limit else row[: limit - 1] + "…" for row in clean.split("\n")]
    while rows and not rows[-1].strip():
        rows.pop()
    if len(rows) > lines or len(head) < len(text):
        return [*rows[: lines - 1], "…"]
    return rows


def visible_controls(text: str, lines: int = 40, limit: int = 200) -> list[str]:
    """`text` in lines as `plain_lines` gives them, with each control character as its picture: ESC is `␛`.

    The pictures are U+2400 to U+2421 for C0 and DEL; what else is unsafe is shown as `�`.
    """
    head = text[: 4 * lines * (limit + 2)]
    pictures = _C0_BUT_LINES.sub(lambda match: chr(0x2421 if match[0] == "\x7f" else 0x2400 + ord(match[0])), head)
    rows = plain_lines(pictures, lines, limit)
    if len(head) < len(text) and rows and rows[-1] != "…":
        rows[-1:] = ["…"]
    return rows

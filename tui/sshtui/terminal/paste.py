"""Pasted text: made harmless, then wrapped as the program asked."""

from __future__ import annotations

import re

from sshtui.model.text import plain
from sshtui.terminal.modes import Modes

START, END = b"\x1b[200~", b"\x1b[201~"
"""Bracketed paste (xterm ctlseqs, DECSET 2004)."""

# Every ESC goes, not only whole end markers: removing whole ones lets nested pieces join into a new one.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|\n")


def sanitise(text: str) -> str:
    """`text` without C0 (but tab and line ends), DEL, C1 and lone surrogates."""
    return _CONTROLS.sub("", text)


def as_typed(text: str) -> bytes:
    """`text` as it is sent without brackets: sanitised, each line end as the CR that Enter sends."""
    return _LINE_ENDS.sub("\r", sanitise(text)).encode()


def brackets(modes: Modes) -> tuple[bytes, bytes]:
    """What goes before and after a paste; nothing unless the program asked for it."""
    return (START, END) if modes.bracketed_paste else (b"", b"")


def needs_confirmation(text: str) -> bool:
    """Whether a person should see `text` first: it has a line end, or characters that hide or control."""
    return "\n" in text or "\r" in text or _hides(text.replace("\t", " "))


def _hides(text: str) -> bool:
    return "\ufffd" in plain(text.replace("\ufffd", "?"), limit=len(text) + 1)

"""What we print into a tab ourselves, as bytes for its emulator: dim, to be told from what the remote prints."""

from __future__ import annotations

from collections.abc import Iterable

_DIM, _PLAIN = b"\x1b[0;2m", b"\x1b[0m"


def rule(text: str, columns: int, *, mid_line: bool) -> bytes:
    """A line with `text` in it between two lives of the tab; `mid_line`: the cursor stands behind something."""
    words = f"── {text} ".ljust(max(0, columns - 1), "─")[: max(1, columns - 1)]
    return (b"\r\n" if mid_line else b"") + _DIM + words.encode() + _PLAIN + b"\r\n"


def quoted(lines: Iterable[str]) -> bytes:
    """A server's banner as ssh prints it, behind a bar that tells it from the shell's output."""
    return _DIM + "".join(f"| {line}\r\n" for line in lines).encode() + _PLAIN

"""Which program wrote a file, by its name and its first bytes; only a proposal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sshtui.store.importers.registry import is_registry

_BY_SUFFIX = {
    ".reg": "putty", ".mxtsessions": "mobaxterm", ".csv": "csv", ".json": "json", ".yml": "ansible", ".yaml": "ansible",
}  # fmt: skip
_BY_WORDS = (
    ("[Sessions\\", "winscp"), ("[Bookmarks", "mobaxterm"), ("mRemoteNG", "mremoteng"), ("<mrng:", "mremoteng"),
    ("<VanDyke", "securecrt"), ("SimonTatham\\", "putty"), ("9bis.com\\", "putty"), ("ansible_", "ansible"),
)  # fmt: skip

LOOKED_AT = 16_384
"""Bytes of the file."""


def guess_format(path: Path) -> str:
    """One of the names in `plan.FORMATS`. Never raises; a file that cannot be read is guessed by its name."""
    if is_registry(path):
        return "putty"
    if path.is_dir():
        return "putty" if {".putty", "putty"} & {*path.parts} else "securecrt"
    if path.suffix.lower() in _BY_SUFFIX:
        return _BY_SUFFIX[path.suffix.lower()]
    data = b""
    # A pipe would wait for a writer.
    if path.is_file():
        with suppress(OSError), path.open("rb") as file:
            data = file.read(LOOKED_AT)
    # Windows programs write UTF-16: without its zero bytes the words are the same.
    text = data.replace(b"\0", b"").decode("utf-8", "replace")
    for words, name in _BY_WORDS:
        if words in text:
            return name
    lines = [line.strip().lower() for line in text.splitlines()]
    if path.name == "config" or any(line.startswith(("host ", "host=")) for line in lines):
        return "ssh_config"
    return "ansible" if path.suffix.lower() == ".ini" or any(line.startswith("[") for line in lines) else "list"

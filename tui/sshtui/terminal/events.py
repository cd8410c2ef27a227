"""What the emulator noticed besides the picture. All text is the server's: bounded, not yet `plain`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bell:
    """BEL rang."""


@dataclass(frozen=True, slots=True)
class TitleChanged:
    """OSC 0 or 2."""

    title: str


@dataclass(frozen=True, slots=True)
class ClipboardOffered:
    """OSC 52 wants to write the clipboard; policy decides elsewhere."""

    text: str


@dataclass(frozen=True, slots=True)
class DirectoryChanged:
    """OSC 7 told the working directory (a file: URL's path)."""

    path: str


@dataclass(frozen=True, slots=True)
class PromptMark:
    """OSC 133: A prompt starts, B command starts, C output starts, D it ended (with `status` when told)."""

    kind: Literal["A", "B", "C", "D"]
    status: int | None = None


@dataclass(frozen=True, slots=True)
class PaletteChanged:
    """OSC 4, 10, 11, 12 or their resets: `index` 0..255, or 256 foreground, 257 background, 258 cursor.

    `colour` is 0xRRGGBB, or None for back to the theme's own.
    """

    index: int
    colour: int | None


Event = Bell | TitleChanged | ClipboardOffered | DirectoryChanged | PromptMark | PaletteChanged

"""Colours as numbers and words: xterm's palette, X11's ways to write a colour, the way replies write it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sshtui.terminal import colour_spaces
from sshtui.terminal.colour_names import named_colour

FOREGROUND = 256
BACKGROUND = 257
DYNAMIC = 10
"""OSC 10..19 stand for the indexes from `FOREGROUND` on."""
SPECIAL = 300
"""OSC 5's colours (bold, underline, blink, reverse, italic) from here on."""

_ANSI = (
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip
_STEPS = (0, 95, 135, 175, 215, 255)
_BACKGROUNDS = frozenset({BACKGROUND, FOREGROUND + 4, FOREGROUND + 6, FOREGROUND + 9})
"""What is behind text, pointer, Tektronix graphics, and the text of a selection."""


LIGHT_ON_DARK: Mapping[int, int] = {FOREGROUND: 0xE5E5E5, BACKGROUND: 0x000000, FOREGROUND + 2: 0xE5E5E5}
"""The colours of most views, for an emulator that no view has told its own yet."""


def default_colour(index: int) -> int:
    """xterm's own colour 0..255, or that of a foreground, background or cursor (black on white), as 0xRRGGBB."""
    if index < 16:
        return _ANSI[index]
    if index < 232:
        cube = index - 16
        return _STEPS[cube // 36] << 16 | _STEPS[cube // 6 % 6] << 8 | _STEPS[cube % 6]
    if index < 256:
        return (8 + 10 * (index - 232)) * 0x010101
    return 0xFFFFFF if index in _BACKGROUNDS else 0x000000


_hash = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{9}|[0-9a-fA-F]{12})")
_rgb = re.compile(r"rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?", re.IGNORECASE)
_number = r"([+-]?[0-9]{1,4}(?:\.[0-9]{0,9})?)"
_space = re.compile(rf"(rgbi|{'|'.join(colour_spaces.SPACES)}):{_number}/{_number}/{_number}", re.IGNORECASE)


def parse_colour(text: str) -> int | None:
    """0xRRGGBB of a colour as X11's XParseColor reads it, or None.

    `#` takes the most significant digits, `rgb:` scales what is given to 16 bits, of which eight are shown.
    """
    if found := _hash.fullmatch(text):
        digits = found[1]
        width = len(digits) // 3
        parts = [digits[at : at + width] for at in range(0, 3 * width, width)]
        red, green, blue = (int(part.ljust(2, "0")[:2], 16) for part in parts)
    elif found := _rgb.fullmatch(text):
        red, green, blue = (int(part, 16) * 0xFFFF // (16 ** len(part) - 1) >> 8 for part in found.groups())
    elif found := _space.fullmatch(text):
        return _in_space(found[1].lower(), (float(found[2]), float(found[3]), float(found[4])))
    else:
        return named_colour(text)
    return red << 16 | green << 8 | blue


def _in_space(name: str, values: tuple[float, float, float]) -> int | None:
    if name != "rgbi":
        return colour_spaces.shown(name, values)
    return colour_spaces.intensities(values) if all(0 <= value <= 1 for value in values) else None


def describe_colour(colour: int) -> str:
    """`rgb:rrrr/gggg/bbbb`, as xterm reports a colour."""
    return "rgb:" + "/".join(f"{colour >> shift & 255:02x}" * 2 for shift in (16, 8, 0))

"""A picture in true colour and Unicode, as a poorer terminal can show it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from rich.cells import cell_len
from rich.color import Color, ColorSystem

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_SYSTEMS = {256: ColorSystem.EIGHT_BIT, 16: ColorSystem.STANDARD}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_ASCII = {
    ord(shape): stand_in
    for stand_in, shapes in {
        "-": "─━┄┅┈┉╌╍═▔▁╴╶╸╺·",
        "|": "│┃┆┇┊┋╎╏║▏▕╵╷╹╻",
        "+": "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╔╗╚╝╠╣╦╩╬╭╮╯╰",
        "#": "█▀▄▌▐▊▋▉▍▎▇▆▅▃▂",
        "*": "●•",
        "~": "◐",
        "x": "✕",
        "o": "○◌",
        ">": "▸→",
        "<": "◂←",
        "v": "▾↓",
        "^": "▴↑",
        "!": "♪",
        ".": "…",
        " ": "\xa0",
    }.items()
    for shape in shapes
}


def in_colours(colours: int) -> Callable[[str], str] | None:
    """What turns a picture's colours into those of a terminal with that many; None when nothing has to change."""
    if colours > 256:
        return None
    depth = 256 if colours >= 256 else 16 if colours >= 8 else 0
    return partial(_SGR.sub, lambda found: _selected(found[1], depth))


def in_ascii(picture: str) -> str:
    """The same picture in ASCII: lines and shapes as their stand-ins, other letters as question marks, cell by cell."""
    return _BEYOND_ASCII.sub(lambda found: _plain_run(found[0]), picture)


@lru_cache(4096)
def _plain_run(text: str) -> str:
    return "".join(letter if letter.isascii() else "?" * cell_len(letter) for letter in text.translate(_ASCII))


@lru_cache(4096)
def _selected(parameters: str, depth: int) -> str:
    """SGR (ECMA-48 8.3.117) with 24-bit colours (`38;2;r;g;b`) brought down to `depth`; 0 leaves only attributes."""
    numbers = [int(number or 0) for number in parameters.split(";")]
    kept: list[str] = []
    at = 0
    while at < len(numbers):
        number = numbers[at]
        if number in (38, 48) and numbers[at + 1 : at + 2] == [2]:
            kept += _brought_down(Color.from_rgb(*numbers[at + 2 : at + 5]), depth, foreground=number == 38)
            at += 5
        elif number in (38, 48) and numbers[at + 1 : at + 2] == [5]:
            kept += _brought_down(Color.from_ansi(numbers[at + 2]), depth, foreground=number == 38)
            at += 3
        else:
            if depth or not (30 <= number <= 49 or 90 <= number <= 107):
                kept.append(str(number))
            at += 1
    return f"\x1b[{';'.join(kept)}m" if kept else ""


def _brought_down(colour: Color, depth: int, *, foreground: bool) -> tuple[str, ...]:
    return colour.downgrade(_SYSTEMS[depth]).get_ansi_codes(foreground) if depth else ()

"""A picture in true colour, Unicode and with every kind of underline, as a poorer terminal can show it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from rich.cells import cell_len
from rich.color import Color, ColorSystem

from sshtui.model.outer import Outer

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_STRING = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_COLOUR = re.compile(r"[34]\d|9[0-7]|10[0-7]")
_TRUE_COLOUR = 1 << 24
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


def adaptation(colours: int, outer: Outer, *, unicode: bool = True) -> tuple[Callable[[str], str], ...]:
    """The steps that turn a picture into what a terminal shows that has so many colours and draws no more than this."""
    steps: list[Callable[[str], str]] = []
    if colours <= 256 or not outer.underlines:
        depth = _TRUE_COLOUR if colours > 256 else 256 if colours == 256 else 16 if colours >= 8 else 0
        steps.append(partial(_SGR.sub, lambda found: _selected(found[1], depth, outer.underlines)))
    if not outer.strings:
        steps.append(partial(_STRING.sub, ""))
    if not unicode:
        steps.append(in_ascii)
    return tuple(steps)


def in_ascii(picture: str) -> str:
    """The same picture in ASCII: lines and shapes as their stand-ins, other letters as question marks, cell by cell."""
    return _BEYOND_ASCII.sub(lambda found: _plain_run(found[0]), picture)


@lru_cache(4096)
def _plain_run(text: str) -> str:
    return "".join(letter if letter.isascii() else "?" * cell_len(letter) for letter in text.translate(_ASCII))


@lru_cache(4096)
def _selected(parameters: str, depth: int, underlines: bool) -> str:
    """SGR (ECMA-48 8.3.117) with 24-bit colours (`38;2;r;g;b`) brought down to `depth`; 0 leaves only attributes.

    Parameters with colons are kinds and colours of underlines; with fewer colours these have no own.
    """
    words = parameters.split(";")
    kept: list[str] = []
    while words:
        word = words.pop(0)
        if ":" in word:
            if underlines and (depth == _TRUE_COLOUR or not word.startswith("58")):
                kept.append(word)
        elif word in ("38", "48") and words[:1] == ["2"]:
            kept += _brought_down(Color.from_rgb(*map(int, words[1:4])), depth, foreground=word == "38")
            del words[:4]
        elif word in ("38", "48") and words[:1] == ["5"]:
            kept += _brought_down(Color.from_ansi(int(words[1])), depth, foreground=word == "38")
            del words[:2]
        elif depth or not _COLOUR.fullmatch(word):
            kept.append(word or "0")
    return f"\x1b[{';'.join(kept)}m" if kept else ""


def _brought_down(colour: Color, depth: int, *, foreground: bool) -> tuple[str, ...]:
    if depth == _TRUE_COLOUR:
        return colour.get_ansi_codes(foreground)
    return colour.downgrade(_SYSTEMS[depth]).get_ansi_codes(foreground) if depth else ()

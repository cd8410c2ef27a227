"""What a cell's style looks like under a palette, as Rich draws it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style as RichStyle
from textual.strip import Strip

from sshtui.model.outer import NOTHING_MORE, Outer
from sshtui.model.themes import Palette
from sshtui.terminal.cells import DEFAULT_COLOUR, TRUE_COLOUR, Style
from sshtui.ui.terminal.underlines import enriched

FOREGROUND, BACKGROUND, CURSOR = 256, 257, 258
"""Indexes of the defaults in an emulator's overrides (see events.PaletteChanged)."""

DIM = 0.62
"""How much of the foreground a dim character keeps against its background."""

Rgb = tuple[int, int, int]

FALLBACK = Palette(
    foreground="#e5e5e5",
    background="#000000",
    cursor="#e5e5e5",
    selection="#4d4d4d",
    colours=(
        "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
        "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
    ),
)  # fmt: skip
"""xterm's own colours (XTerm-col.ad), for a view without a theme."""

_CUBE = (0, 95, 135, 175, 215, 255)

STYLE_LIMIT = 16_384
"""Styles kept ready; a program that paints in true colour makes a new one for every cell."""


class Mark(Enum):
    """What is laid over a cell's own look."""

    SELECTED = "selected"
    MATCH = "match"
    CURRENT_MATCH = "current match"
    BLOCK = "block cursor"
    UNDERLINE = "underline cursor"
    BAR = "bar cursor over a character"
    THIN_BAR = "bar cursor"
    OUTLINE = "cursor of a terminal without the focus"

    # There is one of each; Enum's own hash is a call of Python, several times for every row that is painted.
    __hash__ = object.__hash__


class Colours:
    """Rich styles for terminal styles, kept ready. A new palette or override means a new object.

    With `colourless` (NO_COLOR) nothing is coloured and reverse video tells what colours would. `outer`: what the
    terminal around us draws, in colours of `depth`.
    """

    def __init__(
        self,
        palette: Palette,
        overrides: Mapping[int, int],
        *,
        reverse_video: bool = False,
        colourless: bool = False,
        outer: Outer = NOTHING_MORE,
        depth: ColorSystem = ColorSystem.TRUECOLOR,
    ) -> None:
        self._indexed = [_override(overrides, index, _indexed(palette, index)) for index in range(256)]
        self._foreground = _override(overrides, FOREGROUND, _rgb(palette.foreground))
        self._background = _override(overrides, BACKGROUND, _rgb(palette.background))
        if reverse_video:
            self._foreground, self._background = self._background, self._foreground
        self._cursor = _override(overrides, CURSOR, _rgb(palette.cursor))
        self._selection = _rgb(palette.selection)
        self._match, self._current_match = _rgb(palette.colours[3]), _rgb(palette.colours[11])
        self._colourless = colourless
        self._outer, self._depth = outer, depth
        self._styles: dict[Style, RichStyle] = {}
        self._marked: dict[tuple[Style, tuple[Mark, ...]], RichStyle] = {}
        self.blank = self._rich(Style(), ())
        """The look of a cell nobody wrote to."""

    def style(self, style: Style) -> RichStyle:
        """How `style` is drawn."""
        found = self._styles.get(style)
        if found is None:
            if len(self._styles) >= STYLE_LIMIT:
                self._styles.clear()
            found = self._styles[style] = self._rich(style, ())
        return found

    def marked(self, style: Style, marks: tuple[Mark, ...]) -> RichStyle:
        """How `style` is drawn under `marks`, the last one on top."""
        found = self._marked.get((style, marks))
        if found is None:
            if len(self._marked) >= STYLE_LIMIT:
                self._marked.clear()
            found = self._marked[style, marks] = self._rich(style, marks)
        return found

    def _rich(self, style: Style, marks: tuple[Mark, ...]) -> RichStyle:
        if self._colourless:
            return self._without_colours(style, marks)
        foreground = self._colour(style.foreground, self._foreground, bright=style.bold)
        background = self._colour(style.background, self._background)
        if style.reverse:
            foreground, background = background, foreground
        if style.dim:
            foreground = _blend(background, foreground, DIM)
        if style.conceal:
            foreground = background
        underline = bool(style.underline or style.link)
        for mark in marks:
            match mark:
                case Mark.SELECTED:
                    background = self._selection
                    foreground = _readable(foreground, background)
                case Mark.MATCH | Mark.CURRENT_MATCH:
                    background = self._match if mark is Mark.MATCH else self._current_match
                    foreground = _readable(self._background, background)
                case Mark.BLOCK:
                    foreground, background = _readable(background, self._cursor), self._cursor
                case Mark.BAR:
                    background = _blend(background, self._cursor, 0.55)
                    foreground = _readable(foreground, background)
                case Mark.OUTLINE:
                    background = _blend(background, self._cursor, 0.3)
                case Mark.UNDERLINE:
                    underline = True
                    foreground = self._cursor
                case Mark.THIN_BAR:
                    foreground = self._cursor
        drawn = RichStyle.from_color(_drawn(foreground), _drawn(background))
        if not (underline or style.bold or style.italic or style.blink or style.strike or style.overline):
            # Most text; a style with attributes takes three times as long to make. Textual looks for the codes of a
            # style that has none yet by its value, each time it paints.
            drawn._ansi = Strip.render_ansi(drawn, self._depth)
            return drawn
        drawn += RichStyle(
            bold=style.bold or None,
            italic=style.italic or None,
            underline=underline or None,
            underline2=(style.underline == 2) or None,
            blink=style.blink or None,
            strike=style.strike or None,
            overline=style.overline or None,
        )
        colour = None if style.underline_colour == DEFAULT_COLOUR else self._colour(style.underline_colour, (0, 0, 0))
        return enriched(drawn, style, colour and _drawn(colour), self._outer, self._depth)

    @staticmethod
    def _without_colours(style: Style, marks: tuple[Mark, ...]) -> RichStyle:
        turned = style.reverse
        underline = bool(style.underline)
        for mark in marks:
            if mark in (Mark.UNDERLINE, Mark.OUTLINE, Mark.MATCH):
                underline = True
            elif mark is not Mark.THIN_BAR:
                turned = not turned
        return RichStyle(
            bold=style.bold or None,
            dim=style.dim or None,
            italic=style.italic or None,
            underline=underline or None,
            blink=style.blink or None,
            reverse=turned or None,
            conceal=style.conceal or None,
            strike=style.strike or None,
            overline=style.overline or None,
        )

    def _colour(self, number: int, default: Rgb, *, bright: bool = False) -> Rgb:
        if number == DEFAULT_COLOUR:
            return default
        if number & TRUE_COLOUR:
            return number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF
        # Bold brightens the first eight colours, as xterm does by default (boldColors).
        return self._indexed[number + 8 if bright and number < 8 else number & 0xFF]


@lru_cache(4096)
def _drawn(colour: Rgb) -> Color:
    return Color("#{:02x}{:02x}{:02x}".format(*colour), ColorType.TRUECOLOR, None, ColorTriplet(*colour))


def numbers(palette: Palette) -> dict[int, int]:
    """The palette as 0xRRGGBB by the indexes of events.PaletteChanged: what a program is told that asks."""
    named = {FOREGROUND: palette.foreground, BACKGROUND: palette.background, CURSOR: palette.cursor}
    return {index: int(colour[1:], 16) for index, colour in [*enumerate(palette.colours), *named.items()]}


def _override(overrides: Mapping[int, int], index: int, own: Rgb) -> Rgb:
    value = overrides.get(index)
    return own if value is None else (value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF)


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _indexed(palette: Palette, index: int) -> Rgb:
    """The palette's 16, then xterm's 6×6×6 cube and 24 greys (256colres.h)."""
    if index < 16:
        return _rgb(palette.colours[index])
    if index >= 232:
        level = 8 + 10 * (index - 232)
        return level, level, level
    cube = index - 16
    return _CUBE[cube // 36], _CUBE[cube // 6 % 6], _CUBE[cube % 6]


def _blend(under: Rgb, over: Rgb, share: float) -> Rgb:
    red, green, blue = (round(low + (high - low) * share) for low, high in zip(under, over, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = colour
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _readable(wanted: Rgb, background: Rgb) -> Rgb:
    """`wanted` where it stands out from `background`, else black or white."""
    light = _luminance(background)
    if abs(_luminance(wanted) - light) >= 0.3:
        return wanted
    return (0, 0, 0) if light > 0.5 else (255, 255, 255)

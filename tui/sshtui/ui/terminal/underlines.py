"""Underline styles and colours, and hyperlinks, for a terminal that draws them (`model.outer`)."""

from __future__ import annotations

from rich.color import Color, ColorSystem
from rich.style import Style as RichStyle
from textual.strip import Strip

from sshtui.model.outer import Outer
from sshtui.terminal.cells import Style
from sshtui.ui.terminal.links import safe


def enriched(drawn: RichStyle, style: Style, colour: Color | None, outer: Outer, depth: ColorSystem) -> RichStyle:
    """`drawn` with the hyperlink and the kind of underline of `style`, in `colour`, as far as `outer` goes.

    Whatever makes another style of the result loses the kind and the colour: a plain underline remains.
    """
    if style.link and outer.strings and (target := safe(style.link)):
        drawn += RichStyle(link=target)
    if not (style.underline and outer.underlines):
        return drawn
    extra = []
    if style.underline > 2:
        # Double is 21, which Rich has.
        extra.append(f"4:{style.underline}")
    if colour is not None:
        extra += _coloured(colour.downgrade(depth))
    if extra:
        # Rich has no word for these; it and Textual send the codes that are already there. Sums of styles are shared.
        drawn = drawn.copy()
        drawn._ansi = ";".join([Strip.render_ansi(drawn, depth), *extra])
    return drawn


def _coloured(colour: Color) -> list[str]:
    """SGR 58 with colons (ISO 8613-6); the first 16 colours count in the terminal's own palette."""
    if colour.triplet is not None:
        return ["58:2::" + ":".join(map(str, colour.triplet))]
    return [] if colour.number is None else [f"58:5:{colour.number}"]

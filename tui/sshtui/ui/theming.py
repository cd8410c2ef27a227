"""Our themes in Textual's words."""

from __future__ import annotations

from textual.color import Color, ColorParseError
from textual.theme import Theme as TextualTheme

from sshtui.model.themes import Theme


def as_textual(theme: Theme) -> TextualTheme:
    """The roles of `theme` under Textual's names; `$muted`, `$border` and `$focus` are ours on top."""
    roles = theme.roles
    return TextualTheme(
        name=theme.name,
        primary=roles["primary"],
        secondary=roles["secondary"],
        accent=roles["accent"],
        success=roles["success"],
        warning=roles["warning"],
        error=roles["error"],
        foreground=roles["foreground"],
        background=roles["background"],
        surface=roles["surface"],
        panel=roles["panel"],
        dark=theme.dark,
        variables={
            "muted": roles["muted"],
            "focus": roles["focus"],
            "border": roles["focus"],
            "border-blurred": roles["border"],
            "line": roles["border"],
            "input-selection-background": theme.palette.selection,
            "scrollbar": roles["border"],
            "scrollbar-hover": roles["muted"],
            "scrollbar-active": roles["focus"],
            "scrollbar-background": roles["surface"],
            "scrollbar-background-hover": roles["surface"],
            "scrollbar-background-active": roles["surface"],
            "scrollbar-corner-color": roles["surface"],
        },
    )


def colour_problem(colour: str) -> str:
    """Why `colour` is not a colour, or ""."""
    try:
        Color.parse(colour or "#000000")
    except ColorParseError:
        return "A colour such as #d04040 or red."
    return ""

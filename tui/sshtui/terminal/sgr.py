"""SGR both ways: parameters to a style, and a style to the parameters that DECRQSS reports."""

from __future__ import annotations

from sshtui.terminal import limits
from sshtui.terminal.cells import DEFAULT_COLOUR, PLAIN, TRUE_COLOUR, Style

_FLAGS: dict[int, dict[str, bool | int]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": 1},
    5: {"blink": True},
    6: {"blink": True},
    7: {"reverse": True},
    8: {"conceal": True},
    9: {"strike": True},
    21: {"underline": 2},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": 0},
    25: {"blink": False},
    27: {"reverse": False},
    28: {"conceal": False},
    29: {"strike": False},
    39: {"foreground": DEFAULT_COLOUR},
    49: {"background": DEFAULT_COLOUR},
    53: {"overline": True},
    55: {"overline": False},
    59: {"underline_colour": DEFAULT_COLOUR},
}
_COLOURS = {38: "foreground", 48: "background", 58: "underline_colour"}


def apply_sgr(style: Style, parameters: str) -> Style:
    """`style` after `CSI parameters m` (ECMA-48 8.3.117; ISO 8613-6 colours; kitty's underlines 4:n).

    Unknown parameters change nothing; what a colour with semicolons lacks at the end is 0, as in xterm.
    """
    items = parameters[: limits.PARAMETER_TEXT].split(";", limits.PARAMETERS)[: limits.PARAMETERS]
    fields: dict[str, bool | int] = {}
    at = 0
    while at < len(items):
        item = items[at]
        at += 1
        if ":" in item:
            _apply_subparameters(fields, item.split(":"))
            continue
        number = _number(item)
        if number in _COLOURS:
            used, colour = _legacy_colour(items[at:])
            at += used
            if colour is not None:
                fields[_COLOURS[number]] = colour
        elif number == 0:
            fields = {**PLAIN._asdict()}
            del fields["link"]
        else:
            fields |= _simple(number)
    if not fields:
        return style
    return style._replace(**fields)  # type: ignore[arg-type]  # the names come from the tables above


def _simple(number: int) -> dict[str, bool | int]:
    if number in _FLAGS:
        return _FLAGS[number]
    if 30 <= number <= 37:
        return {"foreground": number - 30}
    if 40 <= number <= 47:
        return {"background": number - 40}
    if 90 <= number <= 97:
        return {"foreground": number - 90 + 8}
    if 100 <= number <= 107:
        return {"background": number - 100 + 8}
    return {}


def _number(text: str) -> int:
    if not text:
        return 0
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < 6 and digits.isascii() and digits.isdigit() else limits.PARAMETER


def _legacy_colour(items: list[str]) -> tuple[int, int | None]:
    """The colour after a 38, 48 or 58 with semicolons, and how many items it takes.

    As in xterm, colons may stand for some of the semicolons.
    """
    first = items[0] if items else ""
    if ":" in first:
        return 1, _colour(first.split(":"))
    kind = _number(first)
    if kind == 5:
        return 2, _colour(["5", *(items[1:2] or ["0"])])
    if kind != 2:
        return 1, None
    used, values = 1, list[str]()
    while used < len(items) and len(values) < 3:
        values += items[used].split(":")
        used += 1
    return used, _rgb([_number(value) for value in [*values, "", "", ""][:3]])


def _colour(item: list[str]) -> int | None:
    """The colour of `5:index`, `2:red:green:blue` or `2:space:red:green:blue`."""
    kind, rest = _number(item[0]), item[1:]
    if kind == 5 and rest and _number(rest[0]) < 256:
        return _number(rest[0])
    if kind == 2 and len(rest) >= 3:
        # ISO 8613-6 has a colour space before the three values; xterm and others also took it without.
        return _rgb([_number(value) for value in (rest[1:4] if len(rest) > 3 else rest)])
    return None


def _apply_subparameters(fields: dict[str, bool | int], item: list[str]) -> None:
    number = _number(item[0])
    if number == 4:
        kind = _number(item[1])
        if kind <= 5:
            fields["underline"] = kind
        return
    if number not in _COLOURS:
        if len(item) == 2 and not item[1]:
            fields |= _simple(number)
        return
    colour = _colour(item[1:])
    if colour is not None:
        fields[_COLOURS[number]] = colour


def _rgb(values: list[int]) -> int | None:
    if any(value > 255 for value in values):
        return None
    red, green, blue = values
    return TRUE_COLOUR | red << 16 | green << 8 | blue


def describe_sgr(style: Style) -> str:
    """The parameters that make `style` from nothing, as DECRQSS reports them (VT420 manual), in xterm's order."""
    items = ["0"]
    for on, number in (
        (style.bold, "1"),
        (style.underline == 1, "4"),
        (style.blink, "5"),
        (style.reverse, "7"),
        (style.conceal, "8"),
        (style.dim, "2"),
        (style.italic, "3"),
        (style.strike, "9"),
        (style.underline == 2, "21"),
        (style.underline > 2, f"4:{style.underline}"),
        (style.overline, "53"),
    ):
        if on:
            items.append(number)
    items += _describe_colour(style.foreground, 30, 90, 38)
    items += _describe_colour(style.background, 40, 100, 48)
    items += _describe_colour(style.underline_colour, None, None, 58)
    return ";".join(items)


def _describe_colour(colour: int, low: int | None, high: int | None, long: int) -> list[str]:
    if colour == DEFAULT_COLOUR:
        return []
    if colour & TRUE_COLOUR:
        return [f"{long}:2::{colour >> 16 & 255}:{colour >> 8 & 255}:{colour & 255}"]
    if low is not None and high is not None and colour < 16:
        return [str(low + colour if colour < 8 else high + colour - 8)]
    return [f"{long}:5:{colour}"]

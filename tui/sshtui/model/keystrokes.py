"""One press of a key, as the outer terminal told us."""

from __future__ import annotations

from typing import NamedTuple

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
"""In the order they stand in a name."""

PUNCTUATION = {
    "space": " ", "exclamation_mark": "!", "quotation_mark": '"', "number_sign": "#", "dollar_sign": "$",
    "percent_sign": "%", "ampersand": "&", "apostrophe": "'", "left_parenthesis": "(", "right_parenthesis": ")",
    "asterisk": "*", "plus": "+", "comma": ",", "minus": "-", "full_stop": ".", "slash": "/", "colon": ":",
    "semicolon": ";", "less_than_sign": "<", "equals_sign": "=", "greater_than_sign": ">", "question_mark": "?",
    "at": "@", "left_square_bracket": "[", "backslash": "\\", "right_square_bracket": "]",
    "circumflex_accent": "^", "underscore": "_", "grave_accent": "`", "left_curly_bracket": "{",
    "vertical_line": "|", "right_curly_bracket": "}", "tilde": "~",
}  # fmt: skip
"""Bare names of the ASCII characters that are neither letters nor digits; every other character names itself."""

_NAMES = {character: name for name, character in PUNCTUATION.items()}


class Keystroke(NamedTuple):
    """One press.

    `name` is modifiers in the order ctrl, alt, shift joined by `+` before the bare name: `a`, `A`, `ctrl+a`,
    `alt+x`, `up`, `ctrl+shift+left`, `f5`, `enter`, `tab`, `shift+tab`, `escape`, `backspace`, `delete`, `insert`,
    `home`, `end`, `pageup`, `pagedown`, `space`, `ctrl+space`, `ctrl+backslash`, `alt+1`; `keypad_0`… for the
    numeric keypad where the outer terminal tells them apart. `text` is what the press types ("" when nothing).
    """

    name: str
    text: str = ""


def bare_name(character: str) -> str:
    """The bare name of the keystroke that types `character`: `slash` for `/`, `a` for `a`."""
    return _NAMES.get(character, character)


def named_character(bare: str) -> str:
    """The character that a bare name stands for: `/` for `slash`; "" for `up` and other names of no character."""
    if len(bare) == 1:
        return bare
    return PUNCTUATION.get(bare, "")


def join_name(modifiers: set[str] | frozenset[str], bare: str) -> str:
    """The name of `bare` pressed together with `modifiers`."""
    return "+".join([*(modifier for modifier in MODIFIERS if modifier in modifiers), bare])


def split_name(name: str) -> tuple[frozenset[str], str]:
    """The modifiers of a keystroke's name, and its bare name."""
    *modifiers, bare = name.split("+")
    return frozenset(modifiers), bare

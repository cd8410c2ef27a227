"""One press of a key, as the outer terminal told us."""

from __future__ import annotations

from typing import NamedTuple


class Keystroke(NamedTuple):
    """One press.

    `name` is modifiers in the order ctrl, alt, shift joined by `+` before the bare name: `a`, `A`, `ctrl+a`,
    `alt+x`, `up`, `ctrl+shift+left`, `f5`, `enter`, `tab`, `shift+tab`, `escape`, `backspace`, `delete`, `insert`,
    `home`, `end`, `pageup`, `pagedown`, `space`, `ctrl+space`, `ctrl+backslash`, `alt+1`; `keypad_0`… for the
    numeric keypad where the outer terminal tells them apart. `text` is what the press types ("" when nothing).
    """

    name: str
    text: str = ""

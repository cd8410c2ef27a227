"""Looks of cells: a style and the protection from erasure, interned, with SGR results remembered."""

from __future__ import annotations

from sshtui.terminal import limits
from sshtui.terminal.cells import PLAIN, Style
from sshtui.terminal.sgr import apply_sgr


class Pen:
    """One look. Equal looks are the same object except across a renewal of the table."""

    __slots__ = ("after_sgr", "blank", "protected", "style")

    def __init__(self, style: Style, protected: bool) -> None:
        self.style = style
        self.protected = protected
        self.blank: Pen = self
        """What this pen leaves when it erases: its background and nothing else (terminfo's bce)."""
        self.after_sgr: dict[str, Pen] = {}
        """The pens that SGR parameters lead to; filled by `Pens.select`."""


class Pens:
    """The pens in use; bounded by `limits.PENS` and `limits.PEN_MEMORY`."""

    def __init__(self) -> None:
        self.plain = Pen(PLAIN, False)
        self._known: dict[tuple[Style, bool], Pen] = {}
        self._remembered = 0
        self._renew()

    def _renew(self) -> None:
        for pen in self._known.values():
            pen.after_sgr.clear()
        self.plain.after_sgr.clear()
        self._known = {(PLAIN, False): self.plain}
        self._remembered = 0

    def get(self, style: Style, protected: bool = False) -> Pen:
        """The pen for `style`."""
        pen = self._known.get((style, protected))
        if pen is None:
            if len(self._known) >= limits.PENS:
                self._renew()
            pen = Pen(style, protected)
            blank = Style(background=style.background)
            if protected or style != blank:
                pen.blank = self.get(blank)
            self._known[style, protected] = pen
        return pen

    def select(self, pen: Pen, parameters: str) -> Pen:
        """The pen after `CSI parameters m` (ECMA-48 8.3.117 and xterm's extensions)."""
        found = pen.after_sgr.get(parameters)
        if found is not None:
            return found
        result = self.get(apply_sgr(pen.style, parameters), pen.protected)
        if self._remembered >= limits.PEN_MEMORY:
            self._renew()
        pen.after_sgr[parameters] = result
        self._remembered += 1
        # A pen that outlived a renewal is not in the table; it joins, so that the next renewal clears it.
        self._known.setdefault((pen.style, pen.protected), pen)
        return result

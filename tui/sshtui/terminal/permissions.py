"""What the remote may do with its terminal besides writing on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is not allowed changes nothing, and DECRQM calls it reset. An xterm allows everything."""

    title: bool = True
    """Naming the window and its icon (OSC 0, 1, 2)."""
    mouse: bool = True
    """Taking the mouse (DECSET 9, 1000, 1002, 1003)."""
    resize: bool = True
    """Choosing the grid's size (DECCOLM, XTWINOPS 4, 8, 9 and 10, DECSLPP, DECSNLS, DECSCPP)."""
    alternate_screen: bool = True
    """Showing the alternate screen (DECSET 47, 1047, 1049)."""
    charset: bool = True
    """Leaving UTF-8 for Latin-1 (ESC % @)."""


EVERYTHING = Permissions()

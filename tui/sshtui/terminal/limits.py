"""Everything a server can make the emulator keep or do, bounded by name."""

from __future__ import annotations

from typing import Final

from sshtui.model.geometry import Size

SIDE: Final = 1000
"""Columns and rows of the largest grid; a size outside 1..1000 is clamped."""

ASKED_SIDE: Final = 256
"""Columns and rows of the largest grid that a program may ask for where the viewer's own is smaller."""

STRING: Final = 1 << 20
"""Characters of an OSC, DCS, APC, PM or SOS string; a longer one is swallowed and dropped whole."""

PARAMETER_TEXT: Final = 4096
"""Characters of a control sequence's parameters that are looked at."""

PARAMETERS: Final = 32
"""Parameters of a control sequence; the rest is dropped."""

PARAMETER: Final = 65535
"""Parameters saturate here."""

INTERMEDIATES: Final = 4
"""Intermediate characters of a sequence; one with more is ignored."""

CLUSTER: Final = 16
"""Code points of one cell; further combining marks are dropped."""

TITLE: Final = 256
"""Characters of a window or icon title."""

TITLE_STACK: Final = 10
SGR_STACK: Final = 10
PALETTE_STACK: Final = 10
KEYBOARD_STACK: Final = 16
"""Depths of XTWINOPS 22, XTPUSHSGR, XTPUSHCOLORS and the kitty keyboard protocol.

The oldest entry falls out, except of XTPUSHCOLORS' stack, which takes no more.
"""

CAPABILITIES: Final = 128
"""Names of one XTGETTCAP that are answered."""

LINK: Final = 2048
"""Characters of a hyperlink's target; a longer one is no link."""

CLIPBOARD: Final = 1 << 20
"""Characters of text that OSC 52 may offer."""

DIRECTORY: Final = 4096
"""Characters of the directory that OSC 7 tells."""

PENS: Final = 4096
"""Styles kept interned; beyond it the table starts anew (cells keep the pens they have)."""

PEN_MEMORY: Final = 16384
"""Remembered results of SGR sequences, over all pens."""

ACTIONS: Final = 4096
"""Remembered parses of control sequences."""

PLACES: Final = 16384
"""Remembered places that CUP went to."""

EVENTS: Final = 256
"""Events of one `feed`; further ones are dropped, so a flood of bells stays cheap."""

REPLY: Final = 1 << 16
"""Bytes of replies to one `feed`; further queries stay unanswered."""

CELL: Final = Size(10, 20)
"""Pixels of one cell, as told to programs that ask; a text terminal has none of its own."""

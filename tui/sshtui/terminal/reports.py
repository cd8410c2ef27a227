"""Answers to questions. Every reply is made of our own words and numbers, never of what was asked."""

from __future__ import annotations

from sshtui.terminal.charsets import SETS_94, SETS_96, Charset
from sshtui.terminal.editing import Protection
from sshtui.terminal.grid import ORIGIN
from sshtui.terminal.modes import CursorShape
from sshtui.terminal.parameters import Parameters, parse, value
from sshtui.terminal.sgr import describe_sgr
from sshtui.terminal.terminal import Terminal
from sshtui.version import __version__

_VERSION = 379
"""The xterm whose behaviour this follows; programs switch features on by it."""


def device_attributes(terminal: Terminal, parameters: Parameters) -> None:
    """DA1 (VT420 manual; xterm): a VT420 with selective erase, national sets, side scrolling, colour, rectangles.

    29, the text locator, is there as in xterm from 380 on; DSR 55 and DECRQLP tell that none is connected. At level 5
    the answer is a VT520's, here and in DA2.
    """
    if value(parameters) == 0:
        terminal.write_process_input(f"\x1b[?{max(64, 60 + terminal.level)};1;2;6;9;15;16;17;18;21;22;28;29c")


def secondary_attributes(terminal: Terminal, parameters: Parameters) -> None:
    """DA2: a VT420 (41) or VT520 (64), xterm's patch number, no cartridge."""
    if value(parameters) == 0:
        terminal.write_process_input(f"\x1b[>{41 if terminal.level < 5 else 64};{_VERSION};0c")


def tertiary_attributes(terminal: Terminal, parameters: Parameters) -> None:
    """DA3: unit 0, as xterm."""
    if value(parameters) == 0:
        terminal.write_process_input("\x1bP!|00000000\x1b\\")


def locator_position(terminal: Terminal, parameters: Parameters) -> None:
    """DECRQLP (xterm ctlseqs, CSI Ps ' |): no locator."""
    terminal.write_process_input("\x1b[0&w")


def version(terminal: Terminal, parameters: Parameters) -> None:
    """XTVERSION."""
    if value(parameters) == 0:
        terminal.write_process_input(f"\x1bP>|sshtui({__version__})\x1b\\")


def graphics(terminal: Terminal, parameters: Parameters) -> None:
    """XTSMGRAPHICS: failure (3), as from an xterm without Sixel and ReGIS graphics."""
    item = value(parameters)
    if item in (1, 2, 3):
        terminal.write_process_input(f"\x1b[?{item};3S")


def terminal_parameters(terminal: Terminal, parameters: Parameters) -> None:
    """DECREQTPARM (VT100 manual): no parity, 8 bits, 38400 baud; as a VT100 only."""
    kind = value(parameters)
    if kind in (0, 1) and terminal.level == 1:
        terminal.write_process_input(f"\x1b[{kind + 2};1;1;128;128;1;0x")


def status(terminal: Terminal, parameters: Parameters) -> None:
    """DSR 5 and 6 (ECMA-48 8.3.35, 8.3.14)."""
    kind = value(parameters)
    if kind == 5:
        terminal.write_process_input("\x1b[0n")
    elif kind == 6:
        y, x = _reported_place(terminal)
        terminal.write_process_input(f"\x1b[{y};{x}R")


def _reported_place(terminal: Terminal) -> tuple[int, int]:
    top, left = terminal.origin()
    return terminal.cursor.y - top + 1, terminal.cursor.x - left + 1


def colour_scheme(terminal: Terminal) -> str:
    """The answer to DSR 996: 1 dark, 2 light (contour's documentation, "Dark and Light Mode detection")."""
    background = terminal.colour(257)
    light = (background >> 16 & 255) * 3 + (background >> 8 & 255) * 6 + (background & 255) > 1275
    return f"\x1b[?997;{2 if light else 1}n"


_STATUS = {
    5: "\x1b[?0n",  # ready
    15: "\x1b[?13n",  # no printer
    25: "\x1b[?20n",  # user-defined keys unlocked
    53: "\x1b[?50n",  # no locator
    55: "\x1b[?50n",
    56: "\x1b[?57;0n",
    62: "\x1b[0000*{",  # no macro space
    75: "\x1b[?70n",  # ready, no errors
    85: "\x1b[?83n",  # not configured for several sessions
}
_LEVELS = {5: 0, 6: 0, 15: 2, 25: 2, 26: 2, 53: 3, 55: 3, 56: 3, 996: 0}
"""The level from which a question is answered, where that is not 4."""


def private_status(terminal: Terminal, parameters: Parameters) -> None:
    """DEC's DSRs (VT420 manual, DSR; below that level only the older ones, and shorter) and the colour scheme (996)."""
    kind = value(parameters)
    if terminal.level < _LEVELS.get(kind, 4):
        return
    if kind == 6:
        y, x = _reported_place(terminal)
        page = ";1" if terminal.level >= 3 else ""
        terminal.write_process_input(f"\x1b[?{y};{x}{page}R")
    elif kind == 26:
        # A North American keyboard, ready, an LK201.
        terminal.write_process_input("\x1b[?27;1" + ";0" * (min(terminal.level, 4) - 2) + "n")
    elif kind == 63:
        terminal.write_process_input(f"\x1bP{value(parameters, 1)}!~0000\x1b\\")
    elif kind == 996:
        terminal.write_process_input(colour_scheme(terminal))
    elif kind in _STATUS:
        terminal.write_process_input(_STATUS[kind])


_VT420_SETTINGS = frozenset({"s", "*x", "$}", "$~"})
_SHAPES = {CursorShape.BLOCK: 2, CursorShape.UNDERLINE: 4, CursorShape.BAR: 6}


def request_setting(terminal: Terminal, body: str) -> None:
    """DECRQSS (VT420 manual, DECRPSS): `DCS 1 $ r value ST`, or `DCS 0 $ r ST` for what we do not know."""
    if terminal.level < 1:
        return
    if terminal.level < 4 and body in _VT420_SETTINGS:
        body = ""
    cursor = terminal.cursor
    settings = {
        "m": describe_sgr(cursor.pen.style) + "m",
        "r": f"{terminal.top + 1};{terminal.bottom + 1}r",
        "s": f"{terminal.left + 1};{terminal.right + 1}s",
        "t": f"{max(24, terminal.lines)}t",
        " q": f"{_SHAPES[cursor.shape] - cursor.blinking} q",
        '"p': f'6{terminal.level};{0 if terminal.eight_bit else 1}"p' if terminal.level > 1 else '61"p',
        '"q': f'{int(cursor.pen.protected and terminal.protection is Protection.DEC)}"q',
        "$|": f"{terminal.columns}$|",
        "*|": f"{terminal.lines}*|",
        "*x": f"{terminal.change_extent}*x",
        "$}": "0$}",
        "$~": "0$~",
    }
    answer = settings.get(body)
    terminal.write_process_input("\x1bP0$r\x1b\\" if answer is None else f"\x1bP1$r{answer}\x1b\\")


def presentation_state(terminal: Terminal, parameters: Parameters) -> None:
    """DECRQPSR (VT420 manual): 1 the cursor (DECCIR), 2 the tab stops (DECTABSR)."""
    kind = value(parameters)
    if terminal.level < 3:
        return
    if kind == 1:
        terminal.write_process_input(f"\x1bP1$u{_cursor_information(terminal)}\x1b\\")
    elif kind == 2:
        stops = "/".join(str(x + 1) for x in sorted(terminal.tabstops) if x < terminal.columns)
        terminal.write_process_input(f"\x1bP2$u{stops}\x1b\\")


def _bits(*flags: bool) -> str:
    return chr(0x40 + sum(1 << at for at, on in enumerate(flags) if on))


def _cursor_information(terminal: Terminal) -> str:
    cursor, style = terminal.cursor, terminal.cursor.pen.style
    y, x = cursor.y + 1, cursor.x + 1
    rendition = _bits(style.bold, style.underline == 1, style.blink, style.reverse)
    flags = _bits(ORIGIN in terminal.mode, terminal.shift == 2, terminal.shift == 3, cursor.pending)
    finals = "".join(map(_designation, terminal.charsets))
    protection = _bits(terminal.protection is Protection.DEC)
    # xterm calls all four sets large.
    return f"{y};{x};1;{rendition};{protection};{flags};{terminal.charset};{terminal.right_charset};O;{finals}"


def _designation(charset: Charset | None) -> str:
    sets = (*SETS_94.items(), *SETS_96.items())
    return next((final for final, known in sets if known is charset), "B")


def restore_presentation(terminal: Terminal, kind: int, body: str) -> None:
    """DECRSPS (VT420 manual): what DECRQPSR reported, put back."""
    if kind == 2:
        stops = parse(body.replace("/", ";"))
        if stops is not None:
            terminal.tabstops = {stop - 1 for stop in stops if 1 <= stop <= terminal.columns}
    elif kind == 1:
        _restore_cursor_information(terminal, body.split(";"))


def _restore_cursor_information(terminal: Terminal, items: list[str]) -> None:
    place = parse(";".join(items[:3]))
    if len(items) < 10 or place is None or any(len(item) != 1 for item in items[3:6]):
        return
    rendition, protection, flags = (ord(item) for item in items[3:6])
    pen = terminal.cursor.pen
    style = pen.style._replace(
        bold=bool(rendition & 1),
        underline=1 if rendition & 2 else 0,
        blink=bool(rendition & 4),
        reverse=bool(rendition & 8),
    )
    terminal.cursor.pen = terminal.pens.get(style, bool(protection & 1))
    (terminal.mode.add if flags & 1 else terminal.mode.discard)(ORIGIN)
    terminal.shift = 2 if flags & 2 else 3 if flags & 4 else None
    terminal.cursor_position(value(place, 0, 1), value(place, 1, 1))
    terminal.cursor.pending = bool(flags & 8) and terminal.cursor.x == terminal.edge()
    if items[6] in ("0", "1", "2", "3"):
        terminal.charset = int(items[6])
    finals = items[9]
    for at, final in enumerate(finals[:4]):
        terminal.charsets[at] = SETS_94.get(final)
    terminal.drawing_changed()

"""Operating system commands (xterm ctlseqs, OSC) and the device control strings that are understood."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote, urlsplit

from sshtui.terminal import capabilities, limits, reports
from sshtui.terminal.colours import DYNAMIC, FOREGROUND, SPECIAL, describe_colour, parse_colour
from sshtui.terminal.events import ClipboardOffered, DirectoryChanged, PaletteChanged, PromptMark
from sshtui.terminal.terminal import Terminal

_MARKS = {
    "A": PromptMark("A"), "N": PromptMark("A"), "B": PromptMark("B"), "I": PromptMark("B"), "C": PromptMark("C"),
}  # fmt: skip
"""OSC 133's marks (Bothner, semantic prompts): N and I say the same as A and B and end what was open."""
_command = re.compile(r"([0-9]{1,4})(?:;|\Z)")
_device = re.compile(r"([0-9;]*+)([ -/]*+)([@-~])")


def operating_system_command(terminal: Terminal, body: str, bell: bool) -> None:
    """Do what a whole OSC says; unknown numbers change nothing."""
    found = _command.match(body)
    if found is None:
        return
    number, text = int(found[1]), body[found.end() :]
    end = "\x07" if bell else "\x1b\\"
    if number in (0, 1, 2):
        if number != 2:
            terminal.set_icon_name(text)
        if number != 1:
            terminal.set_title(text)
    elif number in (4, 5):
        _indexed_colours(terminal, number, text, end)
    elif number == 7:
        _directory(terminal, text)
    elif number == 8:
        _link(terminal, text)
    elif DYNAMIC <= number <= DYNAMIC + 9:
        _dynamic_colours(terminal, number, text, end)
    elif number == 52:
        _clipboard(terminal, text)
    elif number in (104, 105):
        _reset_indexed(terminal, number, text)
    elif 110 <= number <= 119:
        set_colour(terminal, FOREGROUND + number - 110, None)
    elif number == 133:
        _mark(terminal, text)


def set_colour(terminal: Terminal, index: int, colour: int | None) -> None:
    """Set one colour of the palette, or put back the view's own (None)."""
    if terminal.palette.get(index) == colour:
        return
    if colour is None:
        terminal.palette.pop(index, None)
    else:
        terminal.palette[index] = colour
    if index <= FOREGROUND + 2:
        terminal.tell(PaletteChanged(index, colour))


def _index(text: str, number: int) -> int | None:
    """The palette index that OSC 4 or 5 names; OSC 4 reaches the special colours beyond 255."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    index = int(text) + (256 if number in (5, 105) else 0)
    if index < 256:
        return index
    return SPECIAL + index - 256 if index < 261 else None


def _indexed_colours(terminal: Terminal, number: int, text: str, end: str) -> None:
    items = text.split(";", 1024)
    for name, colour_name in zip(items[::2], items[1::2], strict=False):
        index = _index(name, number)
        if index is None:
            continue
        if colour_name == "?":
            shown = index if index < SPECIAL else index - SPECIAL + (0 if number == 5 else 256)
            terminal.write_process_input(f"\x1b]{number};{shown};{describe_colour(terminal.colour(index))}{end}")
        elif (colour := parse_colour(colour_name)) is not None:
            set_colour(terminal, index, colour)


def _dynamic_colours(terminal: Terminal, number: int, text: str, end: str) -> None:
    for at, name in enumerate(text.split(";", 10)[:10], number):
        if at > DYNAMIC + 9:
            return
        index = FOREGROUND + at - DYNAMIC
        if name == "?":
            terminal.write_process_input(f"\x1b]{at};{describe_colour(terminal.colour(index))}{end}")
        elif (colour := parse_colour(name)) is not None:
            set_colour(terminal, index, colour)


def reset_colours(terminal: Terminal) -> None:
    """OSC 104 without parameters: all that OSC 4 and 5 set, as in xterm."""
    _reset_indexed(terminal, 104, "")


def _reset_indexed(terminal: Terminal, number: int, text: str) -> None:
    if text:
        indexes = [_index(name, number) for name in text.split(";", 1024)]
    else:
        least = 0 if number == 104 else SPECIAL
        indexes = [index for index in terminal.palette if least <= index < FOREGROUND or index >= SPECIAL]
    for index in indexes:
        if index is not None:
            set_colour(terminal, index, None)


def _directory(terminal: Terminal, text: str) -> None:
    if len(text) > limits.DIRECTORY:
        return
    try:
        url = urlsplit(text)
    except ValueError:
        return
    if url.scheme == "file" and url.path:
        terminal.tell(DirectoryChanged(unquote(url.path)))


def _link(terminal: Terminal, text: str) -> None:
    """OSC 8: `parameters ; target`. Only web addresses are links; an empty target ends one."""
    _, _, target = text.partition(";")
    if len(target) > limits.LINK or not target.lower().startswith(("http://", "https://")):
        target = ""
    pen = terminal.cursor.pen
    if pen.style.link != target:
        terminal.cursor.pen = terminal.pens.get(pen.style._replace(link=target), pen.protected)


def _clipboard(terminal: Terminal, text: str) -> None:
    """OSC 52: what the program offers is an event; a question is never answered."""
    _, _, data = text.partition(";")
    if data == "?" or not data or len(data) > limits.CLIPBOARD * 4 // 3 + 4:
        return
    try:
        # Many programs leave the padding out.
        offered = base64.b64decode(data + "=" * (-len(data) % 4), validate=True).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return
    if offered:
        terminal.tell(ClipboardOffered(offered))


def _mark(terminal: Terminal, text: str) -> None:
    kind, _, rest = text.partition(";")
    if kind in _MARKS:
        terminal.tell(_MARKS[kind])
    elif kind == "L" and terminal.cursor.x:
        terminal.new_line()
    elif kind == "D":
        status = rest.partition(";")[0]
        known = status.isascii() and status.isdigit() and len(status) <= 4
        terminal.tell(PromptMark("D", int(status) if known else None))


def device_control(terminal: Terminal, body: str) -> None:
    """DECRQSS, XTGETTCAP and DECRSPS; every other device control string is swallowed."""
    found = _device.match(body)
    if found is None:
        return
    kind, rest = found[2] + found[3], body[found.end() :]
    if kind == "$q":
        reports.request_setting(terminal, rest)
    elif kind == "+q":
        capabilities.request_capability(terminal, rest)
    elif kind == "$t" and found[1] in ("1", "2"):
        reports.restore_presentation(terminal, int(found[1]), rest)

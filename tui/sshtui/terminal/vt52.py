"""The sequences of a VT52 (xterm ctlseqs, VT52 Mode), in force while DECANM is reset."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sshtui.terminal.charsets import VT52_GRAPHICS
from sshtui.terminal.cursor import Saved
from sshtui.terminal.terminal import Terminal

_text = re.compile(r"[^\x00-\x1f\x7f-\x9f]++")


def enter(terminal: Terminal) -> Saved:
    """Begin VT52 mode: ASCII; the result is what `leave` puts back."""
    cursor = terminal.cursor
    kept = Saved(0, 0, False, cursor.pen, False, tuple(terminal.charsets), terminal.charset)
    _charset(terminal, graphics=False)
    return kept


def leave(terminal: Terminal, kept: Saved | None) -> None:
    """ESC <: the sequences of a VT100 again, without the reports that DECSCL brings, as in xterm."""
    terminal.vt52 = False
    terminal.level = 0
    if kept is not None:
        terminal.charsets, terminal.charset = list(kept.charsets), kept.charset
        terminal.drawing_changed()


def _charset(terminal: Terminal, graphics: bool) -> None:
    terminal.charsets = [VT52_GRAPHICS if graphics else None, None, None, None]
    terminal.charset, terminal.shift = 0, None
    terminal.drawing_changed()


def _home(terminal: Terminal) -> None:
    _place(terminal, 0, 0)


def _place(terminal: Terminal, y: int, x: int) -> None:
    cursor = terminal.cursor
    cursor.y, cursor.x = min(max(0, y), terminal.lines - 1), min(max(0, x), terminal.columns - 1)
    cursor.pending = False


_ESCAPES: Mapping[str, Callable[[Terminal], None]] = {
    "=": lambda terminal: terminal.put(66, True),
    ">": lambda terminal: terminal.put(66, False),
    "A": Terminal.cursor_up,
    "B": Terminal.cursor_down,
    "C": Terminal.cursor_forward,
    "D": Terminal.cursor_back,
    "F": lambda terminal: _charset(terminal, graphics=True),
    "G": lambda terminal: _charset(terminal, graphics=False),
    "H": _home,
    "I": Terminal.reverse_index,
    "J": Terminal.erase_in_display,
    "K": Terminal.erase_in_line,
    "Z": lambda terminal: terminal.write_process_input("\x1b/Z"),
}


class Vt52:
    """Reads text as a VT52 does until ESC < ends that."""

    def __init__(self, terminal: Terminal, control: Callable[[str], None]) -> None:
        self._terminal = terminal
        self._control = control
        self._kept: Saved | None = None
        self._collected: str | None = None
        """What came of an escape sequence; None outside of one."""

    def reset(self) -> None:
        """Forget a sequence that came in part."""
        self._collected = None
        self._kept = None

    def feed(self, text: str, at: int) -> int:
        """Act on `text` from `at` on; return where VT52 mode or the text ends."""
        terminal = self._terminal
        if self._kept is None:
            self._kept = enter(terminal)
        end = len(text)
        while at < end and terminal.vt52:
            found = _text.match(text, at) if self._collected is None else None
            if found is not None:
                terminal.draw(found[0])
                at = found.end()
            else:
                self._take(text[at])
                at += 1
        if not terminal.vt52:
            self.reset()
        return at

    def _take(self, character: str) -> None:
        if self._collected is not None:
            self._in_escape(self._collected, character)
        elif character == "\x1b":
            self._collected = ""
        elif character < " ":
            self._control(character)

    def _in_escape(self, collected: str, character: str) -> None:
        terminal = self._terminal
        if collected.startswith("Y"):
            if len(collected) == 1:
                self._collected = collected + character
            else:
                self._collected = None
                _place(terminal, ord(collected[1]) - 0x20, ord(character) - 0x20)
        elif character in "\x18\x1a":
            self._collected = None
        elif character == "\x1b":
            self._collected = ""
        elif character < " ":
            self._control(character)
        elif character == "Y" and not collected:
            self._collected = "Y"
        elif " " <= character <= "/":
            self._collected = " "
        else:
            self._collected = None
            terminal.last_drawn = ""
            if character == "<" and not collected:
                leave(terminal, self._kept)
            elif not collected and (handler := _ESCAPES.get(character)) is not None:
                handler(terminal)

"""What the outer terminal sends, as Textual events that name every keystroke, and those as our keystrokes.

Textual's own parser folds Alt+f into Ctrl+Right, Alt+1 into `¡`, Alt+Backspace into Ctrl+W and Shift+F1 into F13, and
types the rest of a paste after an ESC as keystrokes. `InputParser` tells each keystroke by its own name and gives a
paste whole, so that the remote gets the bytes that xterm would have sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from functools import lru_cache
from time import monotonic

from textual import constants, events, messages
from textual._xterm_parser import IS_ITERM, XTermParser
from textual.message import Message

from sshtui.model.keystrokes import Keystroke, bare_name, join_name, split_name
from sshtui.ui.key_sequences import keys_of

ESCAPE_PATIENCE = 0.02
"""Seconds a lone ESC waits for what would make it a sequence; then it is the Esc key."""

INTRODUCER_PATIENCE = 0.1
"""… `ESC [` and `ESC O`, which are also Alt+[ and Alt+O."""

SEQUENCE_PATIENCE = 0.5
"""… a sequence that has begun beyond doubt, split by a slow line."""

SEQUENCE_LIMIT = 128
"""Characters of a sequence that can mean something."""

PASTE_LIMIT = 64 * 1024 * 1024
"""Characters of one paste."""

_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"

_TOKEN = re.compile(
    r"\x1b\[M[ -\U0010ffff]{3}"  # a mouse report in its oldest form
    r"|\x1b\[\[[A-E]"  # F1 to F5 of the Linux console
    r"|\x1b\[[0-9]{1,3}[\^$@]"  # rxvt's finals
    r"|\x1b\[(?!M)[0-?]*[ -/]*[@-~]"  # CSI (ECMA-48 5.4)
    r"|\x1bO[0-9;]*[A-Za-z]"  # SS3
    r"|\x1b(?=\x1b)"  # Esc, twice in a row
    r"|\x1b[^\[O\x1b]"  # Alt
    r"|[^\x1b]"
)
_PARTIAL = re.compile(r"\x1b(?:\[M[ -\U0010ffff]{0,2}|\[\[?|\[[0-?]*[ -/]*|O[0-9;]*)?\Z")
_BROKEN = re.compile(r"\x1b(?:\[M[ -\U0010ffff]{0,2}|\[[0-?]*[ -/]*|O[0-9;]*)")
_ALIASES = {"ctrl+@": "ctrl+space", "ctrl+at": "ctrl+space", "ctrl-at": "ctrl+space", "return": "enter"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MODE_REPORT = re.compile(r"\x1b\[\?(\d+);(\d+)\$y")
_RESIZE = re.compile(r"\x1b\[48;(\d+)[\d:]*;(\d+)[\d:]*;(\d+)[\d:]*;(\d+)[\d:]*t")
_CURSOR_REPORT = re.compile(r"\x1b\[(\d+);(\d+)R")


class InputParser(XTermParser):
    """Text from the terminal in, Textual events out; any split of the text gives the same events.

    `erase` is the character that the terminal's Backspace sends (its VERASE), `term` its TERM, ours when not given. A
    paste beyond PASTE_LIMIT is given up whole: half of it could be another command.
    """

    def __init__(self, debug: bool = False, *, erase: str = "\x7f", term: str | None = None) -> None:
        super().__init__(debug)
        self._pending = ""
        self._since = 0.0
        self._pasted: list[str] | None = None
        self._pasted_length = 0
        self._erase = erase
        self._console = (os.environ.get("TERM", "") if term is None else term) == "linux"

    @property
    def patience(self) -> float | None:
        """Seconds after the last `feed` when `tick` has something to decide; None when nothing is open."""
        if not self._pending or self._pasted is not None:
            return None
        if self._pending == "\x1b":
            return ESCAPE_PATIENCE
        return INTRODUCER_PATIENCE if len(self._pending) == 2 else SEQUENCE_PATIENCE

    @property
    def pasting(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._pasted is not None

    def lone(self, data: str) -> Keystroke | None:
        """The keystroke that a single character is; None for anything else and while something is open."""
        if len(data) != 1 or data == "\x1b" or self._pending or self._pasted is not None:
            return None
        return _lone(data, self._erase)

    def feed(self, data: str) -> Iterator[Message]:
        """The events in `data`; an unfinished sequence at its end waits for more."""
        self._since = monotonic()
        data, self._pending = self._pending + data, ""
        at = 0
        while at < len(data):
            if self._pasted is not None:
                at = yield from self._paste(data, at)
                continue
            token = _TOKEN.match(data, at)
            if token is None or (token.group() == "\x1b[[" and token.end() == len(data)):
                if _PARTIAL.match(data, at):
                    self._pending = data[at:]
                    return
                broken = _BROKEN.match(data, at)
                yield from _settled(broken.group() if broken else "")
                at = broken.end() if broken else at + 1
                continue
            at = token.end()
            if token.group() == _PASTE_START:
                self._pasted, self._pasted_length = [], 0
            else:
                yield from self._events(token.group())

    def tick(self) -> Iterator[Message]:
        """Settle what is open when its patience is over."""
        patience = self.patience
        if patience is not None and monotonic() - self._since >= patience:
            yield from self.flush()

    def flush(self) -> Iterator[Message]:
        """Settle at once: a lone ESC is Esc, `ESC [` is Alt+[; the beginning of a longer sequence is nothing."""
        pending, self._pending = self._pending, ""
        yield from _settled(pending)

    def _paste(self, data: str, at: int) -> Generator[Message, None, int]:
        """Keep what is pasted up to the end marker, which may be split; where the input goes on after it."""
        assert self._pasted is not None
        end = data.find(_PASTE_END, at)
        if end >= 0:
            self._keep(data[at:end])
            text, self._pasted = "".join(self._pasted), None
            if text:
                yield events.Paste(text)
            return end + len(_PASTE_END)
        # What may be the beginning of the marker waits for the rest of it.
        split = next((size for size in range(len(_PASTE_END) - 1, 0, -1) if data.endswith(_PASTE_END[:size])), 0)
        split = min(split, len(data) - at)
        self._keep(data[at : len(data) - split])
        self._pending = data[len(data) - split :]
        return len(data)

    def _keep(self, pasted: str) -> None:
        assert self._pasted is not None
        self._pasted_length += len(pasted)
        if self._pasted_length > PASTE_LIMIT:
            self._pasted.clear()
        else:
            self._pasted.append(pasted)

    def _events(self, sequence: str) -> Iterator[Message]:
        """What one whole sequence or character means."""
        if len(sequence) > SEQUENCE_LIMIT:
            return
        if len(sequence) == 1:
            for name, text in keys_of(sequence, erase=self._erase):
                yield events.Key(name, text or None)
        elif sequence in ("\x1b[I", "\x1b[O"):
            yield events.AppFocus() if sequence.endswith("I") else events.AppBlur()
        elif sequence.startswith(("\x1b[<", "\x1b[M")) or re.fullmatch(r"\x1b\[\d+;\d+;\d+M", sequence):
            mouse = self.parse_mouse_code(sequence)
            if mouse is not None:
                yield mouse
        elif match := _RESIZE.fullmatch(sequence):
            yield self._resized(*(int(group) for group in match.groups()))
        elif match := _MODE_REPORT.fullmatch(sequence):
            yield from _mode_reported(int(match[1]), int(match[2]))
        elif (match := _CURSOR_REPORT.fullmatch(sequence)) and match[1] != "1":
            # In row 1 it is F3 with modifiers; Textual asks for the cursor only when it runs inline.
            yield events.CursorPosition(int(match[2]) - 1, int(match[1]) - 1)
        else:
            for name, text in keys_of(sequence, erase=self._erase, console=self._console):
                yield events.Key(name, text or None)

    def _resized(self, rows: int, columns: int, height: int, width: int) -> events.Resize:
        event = events.Resize.from_dimensions((columns, rows), (width, height))
        self.terminal_size = event.size
        self.terminal_pixel_size = event.pixel_size
        self.mouse_pixels = True
        return event


def _settled(begun: str) -> Iterator[Message]:
    """What the beginning of a sequence is when nothing follows that could belong to it."""
    if begun == "\x1b":
        yield events.Key("escape", "\x1b")
    elif len(begun) == 2:
        yield events.Key(f"alt+{bare_name(begun[1])}", None)


def _mode_reported(mode: int, setting: int) -> Iterator[Message]:
    """What the terminal says about a mode that Textual asked for (xterm ctlseqs, DECRPM)."""
    if mode == 2026 and setting > 0:
        yield messages.TerminalSupportsSynchronizedOutput()
    elif mode == 2048 and constants.SMOOTH_SCROLL and not IS_ITERM:
        yield messages.InBandWindowResize.from_setting_parameter(setting)


def keystroke(event: events.Key) -> Keystroke:
    """The keystroke that a Textual key event stands for, whoever made the event."""
    return _keystroke(event.key, event.character or "")


@lru_cache(1024)
def _lone(character: str, erase: str) -> Keystroke | None:
    return next((_keystroke(name, text) for name, text in keys_of(character, erase=erase)), None)


@lru_cache(1024)
def _keystroke(name: str, typed: str) -> Keystroke:
    modifiers, bare = split_name(_ALIASES.get(name, name))
    # Not `isprintable`: the joiners inside emoji are typed too.
    if modifiers - {"shift"} or _CONTROL.search(typed):
        typed = ""
    if typed and not bare.startswith("keypad_"):
        # Textual names characters by Unicode; here only ASCII punctuation has names.
        bare = bare_name(typed)
        modifiers = frozenset()
    elif "shift" in modifiers and "ctrl" not in modifiers and len(bare) == 1 and bare.upper() != bare:
        modifiers, bare = modifiers - {"shift"}, bare.upper()
    return Keystroke(join_name(modifiers, bare), typed)

"""Text to actions: a compiled tokeniser for whole sequences, and the state machine for everything else.

The state machine (after DEC's VT500 parser: controls act inside sequences, CAN and SUB abort, ESC starts
anew) decides alone what a sequence is. The tokeniser only takes short cuts where a sequence lies whole and
well-formed in the text at hand, so any split of the input gives the same result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from sshtui.terminal import limits
from sshtui.terminal.flood import SMALLEST_FLOOD, flood
from sshtui.terminal.terminal import Terminal
from sshtui.terminal.updates import RUN, Updates
from sshtui.terminal.vt52 import Vt52

_SINGLE = (
    r"([ -~]{1,4096}+)"
    r"|\x1b\[([0-?]*+)([ -/]*+[@-~])"
    r"|(\r\n|[\x00-\x17\x19\x1c-\x1f\x7f-\x9f])"
    r"|([^\x00-\x1f\x7f-\x9f]{1,4096}+)"
    r"|(?:\x1bc(?=\x1bc))*+\x1b((?:[ -/]++[0-~]|[0-OQ-WYZ\\`-~]))"  # a RIS before another one does nothing
    r"|([\x00-\U0010ffff])"
)
_tokens = re.compile(rf"({RUN})|{_SINGLE}")
_single_tokens = re.compile(rf"((?!))|{_SINGLE}")
"""The same without the first kind."""
_RUN, _TEXT, _CSI, _CONTROL, _UNICODE, _ESCAPE = 1, 2, 4, 5, 6, 7

SMALL_THINGS = 256
"""Control characters, and characters drawn the long way, between two questions whether it is enough."""

RUN_COUNTS = 32
"""How many of them a run of updates counts for."""

PIECE = 1024
"""Characters for a VT52, or within sequences that do not end, between two such questions."""

_string_end = re.compile("[\x07\x18\x1a\x1b]")
_STRINGS = {"P": "DCS", "]": "OSC", "_": "APC", "^": "PM", "X": "SOS"}


class Interpreter(Protocol):
    """What sequences mean."""

    def control(self, character: str) -> None:
        """A C0 control, or CR LF at once."""
        ...

    def escape(self, ending: str) -> None:
        """ESC with these intermediates and final."""
        ...

    def sequence(self, parameters: str, ending: str) -> Callable[[], None]:
        """What `CSI parameters ending` does, to be called now and remembered."""
        ...

    def string(self, kind: str, body: str, bell: bool) -> None:
        """A whole OSC, DCS, APC, PM or SOS; `bell`: BEL ended it, so BEL ends its answer."""
        ...


class _State(IntEnum):
    GROUND = 0
    ESCAPE = 1
    CSI = 2
    CSI_IGNORE = 3
    STRING = 4
    STRING_ESCAPE = 5


def _never() -> bool:
    return False


class Parser:
    """Feeds a terminal. `feed` takes decoded text of any length, cut anywhere."""

    def __init__(self, terminal: Terminal, interpreter: Interpreter) -> None:
        self._terminal = terminal
        self._interpreter = interpreter
        self._state = _State.GROUND
        self._collected = ""
        self._kind = ""
        self._body: list[str] = []
        self._body_length = 0
        self._actions: dict[str, Callable[[], None]] = {}
        self._updates = Updates(terminal, self._draw_singly)
        self._next_flood = 0
        self._enough: Callable[[], bool] = _never
        self._stopped = False
        self._vt52 = Vt52(terminal, interpreter.control)

    def reset(self) -> None:
        """Back to the ground state, as after a connection ended amid a sequence."""
        self._state = _State.GROUND
        self._body.clear()
        self._vt52.reset()

    @property
    def at_rest(self) -> bool:
        """Whether the next printable character is text, and not the end of a sequence."""
        return self._state is _State.GROUND and not self._terminal.vt52

    def feed(self, text: str, enough: Callable[[], bool] = _never) -> int:
        """Act on `text`; return how far, which is its end unless `enough` said so first.

        It is asked after whatever may take long: a sequence can change every cell of the screen.
        """
        at, end = 0, len(text)
        self._next_flood = 0
        self._enough, self._stopped = enough, False
        while at < end and not (self._stopped or (at and enough())):
            if self._state:
                at = self._machine(text, at)
            elif self._terminal.vt52:
                self._terminal.settle()
                at += self._vt52.feed(text[at : at + PIECE], 0)
            elif end - at >= SMALLEST_FLOOD and at >= self._next_flood and self._terminal.flood_ready():
                done = flood(self._terminal, text, at, self._ground)
                if done == at:
                    self._next_flood = at + 4 * SMALLEST_FLOOD
                at = done
                if at < end and not self._state:
                    at = self._ground(text, at, end)
            else:
                at = self._ground(text, at, end)
        return at

    def _ground(self, text: str, start: int, end: int, tokens: re.Pattern[str] = _tokens) -> int:
        """Act on whole sequences from `start`; return where the state machine or a flood may take over."""
        terminal = self._terminal
        cursor = terminal.cursor
        actions, updates = self._actions, self._updates
        control = self._interpreter.control
        dirty = terminal.dirty
        select = terminal.pens.select
        floods = end - SMALLEST_FLOOD
        unasked = SMALL_THINGS
        for token in tokens.finditer(text, start, end):
            kind = token.lastindex or 0
            if kind == _RUN:
                updates.feed(token[1])
                unasked -= RUN_COUNTS
            elif kind == _TEXT:
                data = token[2]
                x = cursor.x
                after = x + len(data)
                if after <= terminal.right and terminal.plain_drawing and not cursor.pending:
                    y = cursor.y
                    line = terminal.rows[y]
                    if not (line.wide or terminal.joinable):
                        line.chars[x:after] = data
                        line.pens[x:after] = [cursor.pen] * (after - x)
                        line.revision = 0
                        dirty.add(y)
                        cursor.x = after
                        terminal.last_drawn = data[-1]
                        continue
                terminal.draw(data)
                unasked -= len(data)
            elif kind == _CSI:
                ending = token[4]
                parameters = token[3]
                if ending != "b":
                    terminal.last_drawn = ""
                if ending == "m":
                    # What a pen remembers are SGR parameters only, so a find needs no look at the marker.
                    pen = cursor.pen.after_sgr.get(parameters)
                    if pen is None and parameters[:1] not in _PRIVATE:
                        pen = select(cursor.pen, parameters)
                    if pen is not None:
                        cursor.pen = pen
                        continue
                if terminal.unparsed:
                    terminal.settle()
                if ending == "H" and not terminal.relative:
                    place = updates.place(parameters)
                    if place is not None:
                        y, x = place
                        cursor.y = y if y < terminal.lines else terminal.lines - 1
                        cursor.x = x if x < terminal.columns else terminal.columns - 1
                        cursor.pending = False
                        continue
                if ending == "K" and not parameters:
                    terminal.erase_rest()
                    continue
                whole = token[0]
                action = actions.get(whole)
                if action is None:
                    action = self._remember(whole, parameters, ending)
                action()
                terminal.last_drawn = ""
                if terminal.vt52:
                    return token.end()
                unasked = 0
            elif kind == _CONTROL:
                data = token[5]
                control(data)
                if data == "\r\n":
                    after = token.end()
                    if self._next_flood <= after <= floods and terminal.flood_ready():
                        return after
            elif kind == _UNICODE:
                data = token[6]
                terminal.draw(data)
                unasked -= len(data)
            elif kind == _ESCAPE:
                if terminal.unparsed:
                    terminal.settle()
                self._interpreter.escape(token[7])
                unasked = 0
            else:
                return self._machine(text, token.start())
            unasked -= 1
            if unasked <= 0:
                unasked = SMALL_THINGS
                if self._enough():
                    self._stopped = True
                    return token.end()
        return end

    def _draw_singly(self, text: str) -> None:
        """Act on whole sequences, each by itself."""
        enough, self._enough = self._enough, _never
        self._ground(text, 0, len(text), _single_tokens)
        self._enough = enough

    def _remember(self, whole: str, parameters: str, ending: str) -> Callable[[], None]:
        action = self._interpreter.sequence(parameters, ending)
        if len(self._actions) >= limits.ACTIONS:
            self._actions.clear()
        if len(whole) <= 64:
            self._actions[whole] = action
        return action

    def _machine(self, text: str, at: int) -> int:
        """One character after the other until the ground state, at most PIECE of them; return where that is."""
        end = min(len(text), at + PIECE)
        while at < end:
            if self._state is _State.STRING:
                at = self._in_string(text, at)
            else:
                self._step(text[at])
                at += 1
            if not self._state:
                break
        return at

    def _in_string(self, text: str, at: int) -> int:
        found = _string_end.search(text, at)
        stop = found.start() if found else len(text)
        self._collect_body(text[at:stop])
        if found is None:
            return stop
        character = found[0]
        if character == "\x07":
            if self._kind == "OSC":
                self._finish_string(bell=True)
        elif character == "\x1b":
            self._state = _State.STRING_ESCAPE
        else:
            self._body.clear()
            self._state = _State.GROUND
        return stop + 1

    def _collect_body(self, text: str) -> None:
        self._body_length += len(text)
        if self._body_length <= limits.STRING:
            self._body.append(text)
        else:
            self._body.clear()

    def _finish_string(self, bell: bool = False) -> None:
        self._state = _State.GROUND
        body = "".join(self._body)
        self._body.clear()
        if self._body_length <= limits.STRING:
            self._interpreter.string(self._kind, body, bell)

    def _start_string(self, introducer: str) -> None:
        self._kind = _STRINGS[introducer]
        self._body.clear()
        self._body_length = 0
        self._state = _State.STRING

    def _step(self, character: str) -> None:
        if self._state is _State.STRING_ESCAPE:
            if character == "\\":
                self._finish_string()
                return
            self._body.clear()
            self._enter_escape()
        if character < " ":
            self._in_any(character)
        elif "\x7f" <= character <= "\x9f":
            # DEL is filler; C1 controls have no meaning in UTF-8 sessions, as in xterm.
            return
        elif self._state is _State.ESCAPE:
            self._in_escape(character)
        elif self._state is _State.GROUND:
            self._terminal.draw(character)
        else:
            self._in_sequence(character)

    def _in_any(self, character: str) -> None:
        if character == "\x1b":
            self._enter_escape()
        elif character in "\x18\x1a":
            self._state = _State.GROUND
        else:
            self._interpreter.control(character)

    def _enter_escape(self) -> None:
        self._state = _State.ESCAPE
        self._collected = ""

    def _in_escape(self, character: str) -> None:
        if " " <= character <= "/":
            self._collected += character if len(self._collected) <= limits.INTERMEDIATES else ""
        elif self._collected:
            self._finish_escape(character)
        elif character == "[":
            self._state = _State.CSI
        elif character in _STRINGS:
            self._start_string(character)
        else:
            self._finish_escape(character)

    def _finish_escape(self, character: str) -> None:
        self._state = _State.GROUND
        if character <= "~":
            if self._terminal.unparsed:
                self._terminal.settle()
            self._interpreter.escape(self._collected + character)

    def _in_sequence(self, character: str) -> None:
        if "@" <= character <= "~":
            ignored = self._state is _State.CSI_IGNORE
            self._state = _State.GROUND
            if not ignored:
                if self._terminal.unparsed and character != "m":
                    self._terminal.settle()
                parameters = self._collected.rstrip(_INTERMEDIATES)
                self._interpreter.sequence(parameters, self._collected[len(parameters) :] + character)()
            self._terminal.last_drawn = ""
        elif character > "~":
            self._state = _State.GROUND
        elif "0" <= character <= "?" and self._collected[-1:] in _INTERMEDIATE_SET:
            self._state = _State.CSI_IGNORE
        elif len(self._collected) < limits.PARAMETER_TEXT + limits.INTERMEDIATES:
            self._collected += character


_INTERMEDIATES = " !\"#$%&'()*+,-./"
_INTERMEDIATE_SET = frozenset(_INTERMEDIATES)
_PRIVATE = frozenset("<=>?")

"""Which sequence does what: one table for each introducer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sshtui.terminal import colour_stack, keyboard_state, limits, rectangles, reports, switches, windows
from sshtui.terminal.charsets import ABSENT, NATIONAL, SETS_94, SETS_96
from sshtui.terminal.modes import CursorShape
from sshtui.terminal.osc import device_control, operating_system_command
from sshtui.terminal.parameters import Parameters, count, parse, value
from sshtui.terminal.rows import LineSize
from sshtui.terminal.tabs import default_stops
from sshtui.terminal.terminal import Terminal

Handler = Callable[[Terminal, Parameters], None]


def _counted(name: str) -> Handler:
    """The screen's method `name` with the first parameter as a repetition."""

    def handle(terminal: Terminal, parameters: Parameters) -> None:
        getattr(terminal, name)(count(parameters))

    return handle


def _selected(name: str, default: int = 0) -> Handler:
    """The screen's method `name` with the first parameter as a selection."""

    def handle(terminal: Terminal, parameters: Parameters) -> None:
        getattr(terminal, name)(value(parameters, 0, default))

    return handle


def _vt420(handler: Handler) -> Handler:
    """`handler`, only while DECSCL makes this a VT420."""

    def handle(terminal: Terminal, parameters: Parameters) -> None:
        if terminal.level >= 4:
            handler(terminal, parameters)

    return handle


def _position(terminal: Terminal, parameters: Parameters) -> None:
    terminal.cursor_position(count(parameters), count(parameters, 1))


def _selective_display(terminal: Terminal, parameters: Parameters) -> None:
    terminal.erase_in_display(value(parameters), private=True)


def _selective_line(terminal: Terminal, parameters: Parameters) -> None:
    terminal.erase_in_line(value(parameters), private=True)


def _scroll_down(terminal: Terminal, parameters: Parameters) -> None:
    # With five parameters CSI T starts mouse highlighting (xterm ctlseqs), which nothing here offers.
    # xterm takes an explicit 0 for its end, too.
    if len(parameters) == 1 and parameters[0] != 0:
        terminal.scroll_down(count(parameters))


def _margins(terminal: Terminal, parameters: Parameters) -> None:
    terminal.set_margins(value(parameters), value(parameters, 1))


def _save_or_side_margins(terminal: Terminal, parameters: Parameters) -> None:
    if switches.margins_allowed(terminal):
        terminal.set_side_margins(value(parameters), value(parameters, 1))
    else:
        terminal.save_cursor()


def _restore(terminal: Terminal, parameters: Parameters) -> None:
    terminal.restore_cursor()


def _cursor_style(terminal: Terminal, parameters: Parameters) -> None:
    """DECSCUSR: 0 and 1 blinking block, 2 block, 3 and 4 underline, 5 and 6 bar."""
    style = value(parameters)
    if style > 6:
        return
    shapes = (CursorShape.BLOCK, CursorShape.UNDERLINE, CursorShape.BAR)
    terminal.cursor.shape = shapes[max(0, style - 1) // 2]
    terminal.cursor.blinking = style % 2 == 1 or style == 0
    terminal.put(12, terminal.cursor.blinking)


def _soft_reset(terminal: Terminal, parameters: Parameters) -> None:
    terminal.soft_reset()


def _level(terminal: Terminal, parameters: Parameters) -> None:
    """DECSCL (VT420 manual): the level and the width of controls in replies, and a soft reset."""
    level = value(parameters) - 60
    if 1 <= level <= 5:
        terminal.soft_reset()
        terminal.level = level
        terminal.eight_bit = level > 1 and value(parameters, 1) != 1


def _eight_bit_controls(terminal: Terminal, on: bool) -> None:
    """S8C1T and S7C1T (VT220 manual)."""
    if terminal.level > 1:
        terminal.eight_bit = on


def _conformance(terminal: Terminal, level: int) -> None:
    """ANSI conformance (ECMA-43; xterm ctlseqs, ESC SP L to N): ASCII on the left, below level 3 on the right too."""
    terminal.charsets[0] = None
    terminal.charset = 0
    if level < 3:
        terminal.charsets[1] = None
        terminal.right_charset = 1
    terminal.drawing_changed()


def _lock_memory(terminal: Terminal, on: bool) -> None:
    """HP's memory lock: the lines above the cursor stay where they are (xterm ctlseqs, ESC l and ESC m)."""
    top = terminal.cursor.y if on else 0
    if top < terminal.bottom:
        terminal.top = top


def _usual_tab_stops(terminal: Terminal, parameters: Parameters) -> None:
    """DECST8C (VT510 manual)."""
    if value(parameters) == 5:
        terminal.tabstops = default_stops(terminal.columns)


_STACKED = {
    1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "reverse", 8: "conceal", 9: "strike",
    21: "underline", 30: "foreground", 31: "background",
}  # fmt: skip
"""xterm ctlseqs, CSI # {: the attributes that XTPUSHSGR names."""


def _push_sgr(terminal: Terminal, parameters: Parameters) -> None:
    """XTPUSHSGR: SGR's numbers say what comes back, nothing said is everything."""
    named = frozenset(_STACKED.get(number, "") for number in parameters if number >= 0)
    terminal.sgr_stack.append((terminal.cursor.pen, named))
    del terminal.sgr_stack[: -limits.SGR_STACK]


def _pop_sgr(terminal: Terminal, parameters: Parameters) -> None:
    """XTPOPSGR."""
    if not terminal.sgr_stack:
        return
    kept, named = terminal.sgr_stack.pop()
    if named:
        pen = terminal.cursor.pen
        fields = {name: getattr(kept.style, name) for name in named if name}
        kept = terminal.pens.get(pen.style._replace(**fields), pen.protected)
    terminal.cursor.pen = kept


SEQUENCES: Mapping[str, Handler] = {
    "@": _counted("insert_characters"),
    "A": _counted("cursor_up"),
    "B": _counted("cursor_down"),
    "C": _counted("cursor_forward"),
    "D": _counted("cursor_back"),
    "E": _counted("cursor_down1"),
    "F": _counted("cursor_up1"),
    "G": _counted("cursor_to_column"),
    "H": _position,
    "I": _counted("tab_forward"),
    "J": _selected("erase_in_display"),
    "K": _selected("erase_in_line"),
    "L": _counted("insert_lines"),
    "M": _counted("delete_lines"),
    "P": _counted("delete_characters"),
    "S": _counted("scroll_up"),
    "T": _scroll_down,
    "X": _counted("erase_characters"),
    "Z": _counted("tab_back"),
    "^": _counted("scroll_down"),
    "`": _counted("cursor_to_column"),
    "a": _counted("cursor_right_by"),
    "b": _counted("repeat"),
    "c": reports.device_attributes,
    "d": _counted("cursor_to_line"),
    "e": _counted("cursor_down_by"),
    "f": _position,
    "g": _selected("clear_tab_stop"),
    "h": switches.set_mode,
    "l": switches.reset_mode,
    "n": reports.status,
    "r": _margins,
    "s": _save_or_side_margins,
    "t": windows.window_operation,
    "u": _restore,
    "x": reports.terminal_parameters,
    " @": _counted("shift_left"),
    " A": _counted("shift_right"),
    " q": _cursor_style,
    "!p": _soft_reset,
    '"p': _level,
    '"q': rectangles.protect,
    "#P": colour_stack.push_colours,
    "#Q": colour_stack.pop_colours,
    "#R": colour_stack.report_colours,
    "#p": _push_sgr,
    "#q": _pop_sgr,
    "#y": rectangles.select_checksum,
    "#|": _vt420(rectangles.report_rendition),
    "#{": _push_sgr,
    "#}": _pop_sgr,
    "$p": switches.report_ansi_mode,
    "$r": _vt420(rectangles.change_attributes),
    "$t": _vt420(rectangles.reverse_attributes),
    "$v": _vt420(rectangles.copy),
    "$w": reports.presentation_state,
    "$x": _vt420(rectangles.fill),
    "$z": _vt420(rectangles.erase),
    "$|": windows.set_columns,
    "${": _vt420(rectangles.erase_selectively),
    "*x": rectangles.select_extent,
    "*y": _vt420(rectangles.report_checksum),
    "*|": _vt420(windows.set_lines),
    "'|": reports.locator_position,
    "'}": _vt420(_counted("insert_columns")),
    "'~": _vt420(_counted("delete_columns")),
    "=c": _vt420(reports.tertiary_attributes),
    "=u": keyboard_state.set_flags,
    ">c": reports.secondary_attributes,
    ">f": keyboard_state.set_format,
    ">m": keyboard_state.set_resource,
    ">n": keyboard_state.disable_resource,
    ">q": reports.version,
    ">u": keyboard_state.push_flags,
    "<u": keyboard_state.pop_flags,
    "?$p": switches.report_private_mode,
    "?J": _selective_display,
    "?K": _selective_line,
    "?S": reports.graphics,
    "?W": _usual_tab_stops,
    "?g": keyboard_state.report_format,
    "?h": switches.set_private,
    "?l": switches.reset_private,
    "?m": keyboard_state.report_resource,
    "?n": reports.private_status,
    "?r": switches.restore_modes,
    "?s": switches.save_modes,
    "?u": keyboard_state.report_flags,
}
"""By private marker, intermediates and final of `CSI … F`."""

ESCAPES: Mapping[str, Callable[[Terminal], None]] = {
    "6": Terminal.back_index,
    "7": Terminal.save_cursor,
    "8": Terminal.restore_cursor,
    "9": Terminal.forward_index,
    "=": lambda terminal: terminal.put(66, True),
    ">": lambda terminal: terminal.put(66, False),
    "D": Terminal.index,
    "E": Terminal.next_line,
    "H": Terminal.set_tab_stop,
    "M": Terminal.reverse_index,
    "N": lambda terminal: terminal.shift_once(2),
    "O": lambda terminal: terminal.shift_once(3),
    "V": lambda terminal: rectangles.guard(terminal, True),
    "W": lambda terminal: rectangles.guard(terminal, False),
    "Z": lambda terminal: reports.device_attributes(terminal, (-1,)),
    "c": windows.hard_reset,
    "l": lambda terminal: _lock_memory(terminal, True),
    "m": lambda terminal: _lock_memory(terminal, False),
    "n": lambda terminal: terminal.shift_to(2),
    "o": lambda terminal: terminal.shift_to(3),
    "|": lambda terminal: setattr(terminal, "right_charset", 3),
    "}": lambda terminal: setattr(terminal, "right_charset", 2),
    "~": lambda terminal: setattr(terminal, "right_charset", 1),
    " F": lambda terminal: _eight_bit_controls(terminal, False),
    " G": lambda terminal: _eight_bit_controls(terminal, True),
    " L": lambda terminal: _conformance(terminal, 1),
    " M": lambda terminal: _conformance(terminal, 2),
    " N": lambda terminal: _conformance(terminal, 3),
    "#3": lambda terminal: terminal.set_line_size(LineSize.TOP),
    "#4": lambda terminal: terminal.set_line_size(LineSize.BOTTOM),
    "#5": lambda terminal: terminal.set_line_size(LineSize.SINGLE),
    "#6": lambda terminal: terminal.set_line_size(LineSize.WIDE),
    "#8": Terminal.alignment_display,
}

CONTROLS: Mapping[str, Callable[[Terminal], None]] = {
    "\a": Terminal.bell,
    "\b": Terminal.backspace,
    "\t": Terminal.tab,
    "\n": Terminal.linefeed,
    "\v": Terminal.linefeed,
    "\f": Terminal.linefeed,
    "\r": Terminal.carriage_return,
    "\x0e": Terminal.shift_out,
    "\x0f": Terminal.shift_in,
    "\x7f": Terminal.delete,
}

_DESIGNATORS = {"(": 0, ")": 1, "*": 2, "+": 3, "-": 1, ".": 2, "/": 3}


def _nothing() -> None:
    """What an unknown sequence does."""


class Dispatcher:
    """Fits `parser.Interpreter` for one terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._controls: dict[str, Callable[[], None]] = {
            character: partial(handler, terminal) for character, handler in CONTROLS.items()
        }
        self._controls["\r\n"] = terminal.new_line

    def control(self, character: str) -> None:
        """A C0 control (ECMA-48 5.2), or CR LF."""
        self._terminal.last_drawn = ""
        action = self._controls.get(character)
        if action is not None:
            action()

    def escape(self, ending: str) -> None:
        """An escape sequence (ECMA-48 5.3), charset designations (ECMA-35) included."""
        self._terminal.last_drawn = ""
        handler = ESCAPES.get(ending)
        if handler is not None:
            handler(self._terminal)
        elif len(ending) > 1 and ending[0] in _DESIGNATORS:
            sets = SETS_96 if ending[0] in "-./" else SETS_94
            name = ending[1:]
            absent = sets is SETS_94 and (name in ABSENT or (name in NATIONAL and not self._terminal.has(42)))
            if absent or name in sets:
                self._terminal.charsets[_DESIGNATORS[ending[0]]] = None if absent else sets[name]
                self._terminal.drawing_changed()

    def sequence(self, parameters: str, ending: str) -> Callable[[], None]:
        """A control sequence (ECMA-48 5.4)."""
        if parameters[:1] in _PRIVATE_MARKERS:
            ending, parameters = parameters[0] + ending, parameters[1:]
        elif ending == "m":
            return partial(self._terminal.select_rendition, parameters)
        handler = SEQUENCES.get(ending)
        numbers = parse(parameters)
        if handler is None or numbers is None:
            return _nothing
        return partial(handler, self._terminal, numbers)

    def string(self, kind: str, body: str, bell: bool) -> None:
        """A control string (ECMA-48 5.6)."""
        self._terminal.last_drawn = ""
        if kind == "OSC":
            operating_system_command(self._terminal, body, bell)
        elif kind == "DCS":
            device_control(self._terminal, body)


_PRIVATE_MARKERS = frozenset("<=>?")

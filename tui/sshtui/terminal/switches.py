"""Modes: SM, RM, DECSET, DECRST, DECRQM, XTSAVE and XTRESTORE (ECMA-48 7; VT420 manual; xterm ctlseqs)."""

from __future__ import annotations

from sshtui.terminal import windows
from sshtui.terminal.grid import SIDE_MARGINS
from sshtui.terminal.modes import Modes, MouseEncoding, MouseTracking
from sshtui.terminal.parameters import Parameters, value
from sshtui.terminal.rows import LineSize
from sshtui.terminal.terminal import Terminal

_ANSI = frozenset({2, 4, 12, 20})
"""KAM, IRM, SRM, LNM: kept; the other modes of ECMA-48 are permanently reset, of which xterm tells CRM (3) as reset."""
_ANSI_FIXED = {3: 2} | dict.fromkeys((1, 5, 7, *range(10, 12), *range(13, 20)), 4)

_PRIVATE_FIXED = {8: 4, 13: 2, 14: 3, 46: 4}
"""Private modes that DECRQM reports as ever reset (2), permanently set (3) or reset (4), as xterm does by default."""

_LEVELS = {69: 4, 95: 5}
"""The VT level from which DECLRMM and DECNCSM are known."""

_TRACKING = {9: MouseTracking.X10, 1000: MouseTracking.BUTTONS, 1002: MouseTracking.DRAG, 1003: MouseTracking.MOTION}
_ENCODING = {
    1005: MouseEncoding.UTF8,
    1006: MouseEncoding.SGR,
    1015: MouseEncoding.URXVT,
    1016: MouseEncoding.SGR_PIXELS,
}
_KEPT = frozenset(
    {
        1,
        3,
        4,
        5,
        6,
        7,
        8,
        12,
        18,
        19,
        25,
        30,
        35,
        40,
        41,
        42,
        44,
        45,
        46,
        47,
        66,
        67,
        69,
        80,
        95,
        1001,
        1004,
        1007,
        1010,
    }
    | {1011, 1014, 1034, 1035, 1036, 1037, 1039, 1040, 1041, 1042, 1043, 1044, 1045, 1046, 1047, 1048, 1049, 1050, 1051}
    | {1052, 1053, 1060, 1061, 1070, 2001, 2002, 2003, 2004, 2005, 2006, 2026, 2027, 2031, 2048}
)
"""Private modes that DECSET records; some have effects below, others only wait to be asked about."""


def set_mode(terminal: Terminal, parameters: Parameters) -> None:
    """SM."""
    _switch_ansi(terminal, parameters, True)


def reset_mode(terminal: Terminal, parameters: Parameters) -> None:
    """RM."""
    _switch_ansi(terminal, parameters, False)


def _switch_ansi(terminal: Terminal, parameters: Parameters, on: bool) -> None:
    for mode in parameters:
        if mode in _ANSI:
            (terminal.mode.add if on else terminal.mode.discard)(mode)
    terminal.drawing_changed()


def set_private(terminal: Terminal, parameters: Parameters) -> None:
    """DECSET."""
    for mode in parameters:
        switch(terminal, mode, True)


def reset_private(terminal: Terminal, parameters: Parameters) -> None:
    """DECRST."""
    for mode in parameters:
        switch(terminal, mode, False)


def is_set(terminal: Terminal, mode: int) -> bool:
    """Whether a private mode counts as set."""
    if mode in _TRACKING:
        return terminal.mouse_tracking is _TRACKING[mode]
    if mode in _ENCODING:
        return terminal.mouse_encoding is _ENCODING[mode]
    if mode in (47, 1047, 1049):
        return terminal.alternate
    if mode == 1048:
        return terminal.alternate in terminal.saved
    return terminal.has(mode)


def switch(terminal: Terminal, mode: int, on: bool) -> None:
    """Set or reset one private mode with its effects; unknown ones change nothing."""
    allowed = terminal.allowed
    if mode in _TRACKING:
        terminal.mouse_tracking = _TRACKING[mode] if on and allowed.mouse else MouseTracking.OFF
    elif mode in _ENCODING:
        terminal.mouse_encoding = _ENCODING[mode] if on else MouseEncoding.X10
    elif mode == 2:
        _switch_emulation(terminal, on)
    elif mode == 3:
        windows.set_column_mode(terminal, on)
    elif mode in (47, 1047, 1049) and not allowed.alternate_screen:
        return
    elif mode in _KEPT and terminal.level >= _LEVELS.get(mode, 0):
        before = terminal.has(mode)
        terminal.put(mode, on)
        _act(terminal, mode, on, before != on)


def _switch_emulation(terminal: Terminal, on: bool) -> None:
    """DECANM: reset, a VT52 until ESC <; set, ASCII in G0 to G3."""
    terminal.vt52 = not on
    if on:
        terminal.charsets = [None] * 4
        terminal.charset = 0
        terminal.drawing_changed()


def _act(terminal: Terminal, mode: int, on: bool, changed: bool) -> None:
    cursor = terminal.cursor
    if mode == 5:
        terminal.all_dirty = terminal.all_dirty or changed
    elif mode == 6:
        terminal.drawing_changed()
        terminal.cursor_position()
    elif mode == 12:
        cursor.blinking = on
    elif mode == 25:
        cursor.hidden = not on
    elif mode == 40 and not on:
        terminal.saved_columns = None
    elif mode == 69 and changed:
        terminal.left, terminal.right, terminal.sides = 0, terminal.columns - 1, False
        for line in terminal.rows if on else ():
            line.size = LineSize.SINGLE
    elif mode in (47, 1047, 1048, 1049):
        _switch_screen(terminal, mode, on)
    elif mode == 2048 and on:
        windows.report_size_change(terminal)


def _switch_screen(terminal: Terminal, mode: int, on: bool) -> None:
    """xterm ctlseqs: 47 shows, 1047 clears the alternate screen when leaving, 1048 saves, 1049 does all."""
    if mode == 1048:
        (terminal.save_cursor if on else terminal.restore_cursor)()
        return
    if mode == 1049 and on:
        terminal.save_cursor()
        terminal.show_alternate(True)
        terminal.erase_in_display(2)
        return
    if mode == 1047 and not on and terminal.alternate:
        terminal.erase_in_display(2)
    terminal.show_alternate(on)
    if mode == 1049:
        terminal.restore_cursor()


def report_ansi_mode(terminal: Terminal, parameters: Parameters) -> None:
    """DECRQM for a mode of ECMA-48 (VT420 manual, DECRPM): 0 unknown, 1 set, 2 reset, 4 always reset."""
    if terminal.level < 3:
        return
    mode = value(parameters)
    state = _ANSI_FIXED.get(mode, 0)
    if mode in _ANSI:
        state = 1 if mode in terminal.mode else 2
    terminal.write_process_input(f"\x1b[{mode};{state}$y")


def report_private_mode(terminal: Terminal, parameters: Parameters) -> None:
    """DECRQM for a DEC private mode."""
    mode = value(parameters)
    known = mode in _KEPT or mode in _TRACKING or mode in _ENCODING or mode == 2
    if terminal.level < _LEVELS.get(mode, 0):
        known = False
    state = (1 if is_set(terminal, mode) else 2) if known else 0
    state = _PRIVATE_FIXED.get(mode, state)
    terminal.write_process_input(f"\x1b[?{mode};{state}$y")


def save_modes(terminal: Terminal, parameters: Parameters) -> None:
    """XTSAVE."""
    for mode in parameters:
        if mode in _KEPT or mode in _TRACKING or mode in _ENCODING:
            terminal.saved_modes[mode] = is_set(terminal, mode)


def restore_modes(terminal: Terminal, parameters: Parameters) -> None:
    """XTRESTORE: modes that were saved, and differ."""
    for mode in parameters:
        if mode in terminal.saved_modes and terminal.saved_modes[mode] != is_set(terminal, mode):
            switch(terminal, mode, terminal.saved_modes[mode])


def snapshot(terminal: Terminal) -> Modes:
    """What the encoders need, as one value."""
    has = terminal.has
    return Modes(
        application_cursor=has(1),
        application_keypad=has(66),
        bracketed_paste=has(2004),
        mouse_tracking=terminal.mouse_tracking,
        mouse_encoding=terminal.mouse_encoding,
        focus_events=has(1004),
        alternate_scroll=has(1007),
        alternate_screen=terminal.alternate,
        newline=20 in terminal.mode,
        backarrow_sends_backspace=has(67),
        meta_sends_escape=has(1036),
        modify_other_keys=terminal.keyboard_resources[4],
        kitty_flags=terminal.keyboard_flags,
        vt52=terminal.vt52,
        reverse_video=has(5),
        synchronized=has(2026),
    )


def margins_allowed(terminal: Terminal) -> bool:
    """Whether DECLRMM lets `CSI s` set margins instead of saving the cursor."""
    return SIDE_MARGINS in terminal.mode

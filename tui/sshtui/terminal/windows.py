"""The grid's size and the window's reports (xterm ctlseqs, XTWINOPS). Nothing here moves the real window."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sshtui.model.geometry import Size
from sshtui.terminal import limits
from sshtui.terminal.osc import reset_colours
from sshtui.terminal.parameters import Parameters, value
from sshtui.terminal.reflow import refit
from sshtui.terminal.terminal import Terminal

_CELL = limits.CELL


def window_operation(terminal: Terminal, parameters: Parameters) -> None:
    """Answer what is asked, and fit the grid to a size that is asked for; the rest of the window only seems to obey.

    Titles are reported empty, since a shell would read them as typed; they are pushed (22) and popped (23).
    """
    kind = value(parameters)
    window = terminal.window
    if kind in (1, 2):
        window.iconified = kind == 2
    elif kind == 3:
        window.place = value(parameters, 1), value(parameters, 2)
    elif kind in (4, 8):
        cell = _CELL if kind == 4 else Size(1, 1)
        _ask_size(terminal, _cells(parameters, 1, cell.rows), _cells(parameters, 2, cell.columns))
    elif kind in (9, 10):
        _maximise(terminal, kind, value(parameters, 1))
    elif kind in (20, 21):
        terminal.write_process_input("\x1b]L\x1b\\" if kind == 20 else "\x1b]l\x1b\\")
    elif kind == 22:
        _push_title(terminal, value(parameters, 1))
    elif kind == 23:
        _pop_title(terminal, value(parameters, 1))
    elif kind >= 24:
        # DECSLPP (VT340 manual).
        _ask_size(terminal, kind, None)
    elif kind in _REPORTS:
        terminal.write_process_input(f"\x1b[{_REPORTS[kind](terminal)}t")


def _room(terminal: Terminal) -> Size:
    """What counts as the size of the display: the view, or the grid where a program has chosen a larger one."""
    extent = terminal.window.extent
    return Size(max(extent.columns, terminal.columns), max(extent.rows, terminal.lines))


def _pixels(kind: int, size: Size) -> str:
    return f"{kind};{size.rows * _CELL.rows};{size.columns * _CELL.columns}"


_REPORTS: Mapping[int, Callable[[Terminal], str]] = {
    11: lambda terminal: "2" if terminal.window.iconified else "1",
    13: lambda terminal: "3;{};{}".format(*terminal.window.place),
    14: lambda terminal: _pixels(4, Size(terminal.columns, terminal.lines)),
    15: lambda terminal: _pixels(5, _room(terminal)),
    16: lambda terminal: f"6;{_CELL.rows};{_CELL.columns}",
    18: lambda terminal: f"8;{terminal.lines};{terminal.columns}",
    19: lambda terminal: "9;{0.rows};{0.columns}".format(_room(terminal)),
}


def _cells(parameters: Parameters, at: int, unit: int) -> int | None:
    """A length in cells: None when it is omitted, 0 for as long as there is room."""
    length = value(parameters, at, -1)
    return None if length < 0 else -(-length // unit)


def _ask_size(terminal: Terminal, lines: int | None, columns: int | None) -> None:
    """Fit the grid to what a program asks for: None keeps a side as it is, 0 takes all the room there is."""
    if not terminal.allowed.resize:
        return
    extent = terminal.window.extent
    wanted = Size(
        terminal.columns if columns is None else columns or extent.columns,
        terminal.lines if lines is None else lines or extent.rows,
    )
    most = max(limits.ASKED_SIDE, *extent)
    refit(terminal, *wanted.clamped(1, most))
    if terminal.has(2048):
        report_size_change(terminal)


def _maximise(terminal: Terminal, kind: int, how: int) -> None:
    """9: 0 as before, 1 both ways, 2 in height, 3 in width. 10, the full screen: 0 as before, 1 on, 2 turned over."""
    window = terminal.window
    if kind == 10 and how == 2:
        how = 0 if window.before else 1
    if how == 0:
        if window.before:
            _ask_size(terminal, window.before.rows, window.before.columns)
            window.before = None
    elif how <= (3 if kind == 9 else 1):
        window.before = window.before or Size(terminal.columns, terminal.lines)
        room = _room(terminal)
        _ask_size(terminal, None if how == 3 else room.rows, None if how == 2 else room.columns)


def set_lines(terminal: Terminal, parameters: Parameters) -> None:
    """DECSNLS (VT420 manual): the screen's height, 1 to 255."""
    if 1 <= value(parameters) <= 255:
        _ask_size(terminal, value(parameters), None)


def set_columns(terminal: Terminal, parameters: Parameters) -> None:
    """DECSCPP (VT420 manual): 80 or 132 columns."""
    if value(parameters) in (0, 80, 132):
        _ask_size(terminal, None, value(parameters) or 80)


def _push_title(terminal: Terminal, which: int) -> None:
    """0 both titles, 1 the icon's, 2 the window's; the first entry has both, as in xterm."""
    if not terminal.titles:
        which = 0
    terminal.titles.append((terminal.icon_name if which != 2 else None, terminal.title if which != 1 else None))
    del terminal.titles[: -limits.TITLE_STACK]


def _pop_title(terminal: Terminal, which: int) -> None:
    """0 both, 1 the icon's, 2 the window's; what the newest entry lacks comes from an older one, as in xterm."""
    older = terminal.titles[::-1]
    del terminal.titles[-1:]
    icon = next((icon for icon, _ in older if icon is not None), None)
    title = next((title for _, title in older if title is not None), None)
    if icon is not None and which in (0, 1):
        terminal.set_icon_name(icon)
    if title is not None and which in (0, 2):
        terminal.set_title(title)


def report_size_change(terminal: Terminal) -> None:
    """In-band resize notification (mode 2048): `CSI 48 ; rows ; columns ; height ; width t`."""
    rows, columns = terminal.lines, terminal.columns
    terminal.write_process_input(f"\x1b[48;{rows};{columns};{rows * _CELL.rows};{columns * _CELL.columns}t")


def set_column_mode(terminal: Terminal, wide: bool) -> None:
    """DECCOLM, obeyed only while DECSET 40 allows it (xterm's default): 132 or 80 columns, cleared, cursor home.

    DECNCSM (95) keeps the text.
    """
    if not terminal.has(40):
        return
    terminal.put(3, wide)
    terminal.put(69, False)
    _ask_size(terminal, None, 132 if wide else 80)
    terminal.clear_margins()
    if not (terminal.has(95) and terminal.level >= 5):
        terminal.erase_in_display(2)
    terminal.cursor_position()


def hard_reset(terminal: Terminal) -> None:
    """RIS: from 132 columns back to 80 where a program chose them; the colours of OSC 4 are the view's own again."""
    if terminal.has(3):
        set_column_mode(terminal, False)
    reset_colours(terminal)
    terminal.reset()

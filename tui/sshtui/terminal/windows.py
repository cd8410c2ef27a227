"""Size and window reports (xterm ctlseqs, XTWINOPS). Nothing here moves, resizes or names the real window."""

from __future__ import annotations

from sshtui.terminal import limits
from sshtui.terminal.parameters import Parameters, value
from sshtui.terminal.reflow import resize
from sshtui.terminal.terminal import Terminal

_CELL = limits.CELL


def window_operation(terminal: Terminal, parameters: Parameters) -> None:
    """Answer what is asked about the size; titles are reported empty, since a shell would read them as typed.

    Titles are pushed (22) and popped (23). Requests to move, resize or raise are ignored.
    """
    rows, columns = terminal.lines, terminal.columns
    answers = {
        11: "1",
        13: "3;0;0",
        14: f"4;{rows * _CELL.rows};{columns * _CELL.columns}",
        15: f"5;{rows * _CELL.rows};{columns * _CELL.columns}",
        16: f"6;{_CELL.rows};{_CELL.columns}",
        18: f"8;{rows};{columns}",
        19: f"9;{rows};{columns}",
    }
    kind = value(parameters)
    if kind in answers:
        terminal.write_process_input(f"\x1b[{answers[kind]}t")
    elif kind in (20, 21):
        terminal.write_process_input("\x1b]L\x1b\\" if kind == 20 else "\x1b]l\x1b\\")
    elif kind == 22:
        _push_title(terminal)
    elif kind == 23:
        _pop_title(terminal, value(parameters, 1))


def _push_title(terminal: Terminal) -> None:
    terminal.titles.append((terminal.icon_name, terminal.title))
    del terminal.titles[: -limits.TITLE_STACK]


def _pop_title(terminal: Terminal, which: int) -> None:
    """0 both, 1 the icon's, 2 the window's."""
    if terminal.titles:
        icon, title = terminal.titles.pop()
        if which in (0, 1):
            terminal.set_icon_name(icon)
        if which in (0, 2):
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
    resize(terminal, 132 if wide else 80, terminal.lines)
    if not (terminal.has(95) and terminal.level >= 5):
        terminal.erase_in_display(2)
    terminal.cursor_position()


def hard_reset(terminal: Terminal) -> None:
    """RIS, from 132 columns back to 80 where a program had chosen them."""
    if terminal.has(3):
        set_column_mode(terminal, False)
    terminal.reset()

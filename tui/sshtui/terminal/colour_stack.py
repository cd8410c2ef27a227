"""The stack of palettes (xterm ctlseqs: XTPUSHCOLORS, XTPOPCOLORS, XTREPORTCOLORS)."""

from __future__ import annotations

from sshtui.terminal import limits
from sshtui.terminal.osc import set_colour
from sshtui.terminal.parameters import Parameters, value
from sshtui.terminal.terminal import Terminal


def push_colours(terminal: Terminal, parameters: Parameters) -> None:
    """Keep the palette on top of the stack, or in the place that is named; a full stack takes no more."""
    place = value(parameters) or terminal.palettes_used + 1
    if place > limits.PALETTE_STACK:
        return
    stack = terminal.palettes
    stack += [{} for _ in range(place - len(stack))]
    stack[place - 1] = dict(terminal.palette)
    terminal.palettes_used = place


def pop_colours(terminal: Terminal, parameters: Parameters) -> None:
    """Bring back the newest palette of the stack, or the one in the place that is named."""
    place = value(parameters) or terminal.palettes_used
    if not 1 <= place <= len(terminal.palettes):
        return
    kept = terminal.palettes[place - 1]
    for index in sorted(terminal.palette.keys() | kept.keys()):
        set_colour(terminal, index, kept.get(index))
    terminal.palettes_used = place - 1


def report_colours(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI ? used ; kept # Q`."""
    terminal.write_process_input(f"\x1b[?{terminal.palettes_used};{len(terminal.palettes)}#Q")

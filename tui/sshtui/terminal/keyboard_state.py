"""What programs ask of the keyboard: kitty's flags (its keyboard protocol) and xterm's modify… resources."""

from __future__ import annotations

from sshtui.terminal import limits
from sshtui.terminal.parameters import Parameters, count, value
from sshtui.terminal.terminal import KEYBOARD_RESOURCES, Terminal

_ALL_FLAGS = 31


def set_flags(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI = flags ; how u`: 1 these flags, 2 these too, 3 without these."""
    flags, how = value(parameters) & _ALL_FLAGS, value(parameters, 1, 1)
    stack = terminal.keyboard.setdefault(terminal.alternate, [0])
    if how == 1:
        stack[-1] = flags
    elif how == 2:
        stack[-1] |= flags
    elif how == 3:
        stack[-1] &= ~flags


def push_flags(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI > flags u`; the oldest entry falls out of a full stack."""
    stack = terminal.keyboard.setdefault(terminal.alternate, [0])
    stack.append(value(parameters) & _ALL_FLAGS)
    del stack[: -limits.KEYBOARD_STACK]


def pop_flags(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI < n u`; an emptied stack means no flags."""
    stack = terminal.keyboard.setdefault(terminal.alternate, [0])
    del stack[-min(count(parameters), len(stack)) :]
    if not stack:
        stack.append(0)


def report_flags(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI ? u`."""
    terminal.write_process_input(f"\x1b[?{terminal.keyboard_flags}u")


def set_resource(terminal: Terminal, parameters: Parameters) -> None:
    """XTMODKEYS: `CSI > resource ; value m`; without a value the default, without anything all defaults."""
    resource = value(parameters, 0, -1)
    if resource < 0:
        terminal.keyboard_resources = dict(KEYBOARD_RESOURCES)
    elif resource in KEYBOARD_RESOURCES:
        terminal.keyboard_resources[resource] = min(value(parameters, 1, KEYBOARD_RESOURCES[resource]), 4)


def disable_resource(terminal: Terminal, parameters: Parameters) -> None:
    """`CSI > resource n`: modifications off; without a parameter modifyFunctionKeys, as in xterm."""
    resource = value(parameters, 0, 2)
    if resource in KEYBOARD_RESOURCES:
        # xterm's -1 (off) is 0 for modifyOtherKeys, the only one that the encoder asks for.
        terminal.keyboard_resources[resource] = 0 if resource == 4 else -1


def report_resource(terminal: Terminal, parameters: Parameters) -> None:
    """XTQMODKEYS: `CSI > resource ; value m`."""
    resource = value(parameters, 0, -1)
    if resource in KEYBOARD_RESOURCES:
        now = terminal.keyboard_resources[resource]
        terminal.write_process_input(f"\x1b[>{resource}m" if now < 0 else f"\x1b[>{resource};{now}m")


def set_format(terminal: Terminal, parameters: Parameters) -> None:
    """XTFMTKEYS: `CSI > resource ; value f`."""
    resource = value(parameters, 0, -1)
    if resource < 0:
        terminal.keyboard_formats.clear()
    elif resource in KEYBOARD_RESOURCES:
        terminal.keyboard_formats[resource] = min(value(parameters, 1), 1)


def report_format(terminal: Terminal, parameters: Parameters) -> None:
    """XTQFMTKEYS: `CSI > resource ; value f`."""
    resource = value(parameters, 0, -1)
    if resource in KEYBOARD_RESOURCES:
        terminal.write_process_input(f"\x1b[>{resource};{terminal.keyboard_formats.get(resource, 0)}f")

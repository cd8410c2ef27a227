"""Where hosts and terminal stand, by the room there is."""

from __future__ import annotations

from typing import NamedTuple

from sshtui.model.geometry import Size

WIDE_ENOUGH = 100
"""Columns from which hosts and terminal stand side by side; below, the hosts are a drawer over the terminal."""

NARROW = 56
"""Columns below which the open drawer takes the whole width."""

SMALLEST = Size(20, 6)
"""Below it only a sentence is shown."""

NARROWEST_SIDEBAR = 16
NARROWEST_TERMINAL = 40


class Layout(NamedTuple):
    """`drawer`: the hosts lie over the terminal, which keeps its size; `full`: they take the whole width."""

    hosts: bool
    drawer: bool
    full: bool
    splitter: bool
    tiny: bool


def layout(size: Size, *, tabs: bool, among_hosts: bool, sidebar_wanted: bool) -> Layout:
    """The layout for a screen of `size`; `among_hosts` says that the hosts have the focus."""
    wide = size.columns >= WIDE_ENOUGH
    hosts = not tabs or among_hosts or (wide and sidebar_wanted)
    return Layout(
        hosts=hosts,
        drawer=tabs and not wide,
        full=size.columns < NARROW,
        splitter=hosts and wide,
        tiny=size.columns < SMALLEST.columns or size.rows < SMALLEST.rows,
    )


def sidebar_columns(wanted: int, size: Size) -> int:
    """A width of the hosts that leaves a usable terminal."""
    return min(max(wanted, NARROWEST_SIDEBAR), max(size.columns - NARROWEST_TERMINAL, NARROWEST_SIDEBAR))

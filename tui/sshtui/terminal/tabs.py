"""Tab stops, and the cursor's way from one to the next."""

from __future__ import annotations

from sshtui.terminal.grid import AUTOWRAP, ORIGIN, PRIVATE, Grid

MORE_FIX = 41 << PRIVATE


def default_stops(columns: int) -> set[int]:
    """Tab stops at every eighth column from the first on."""
    return set(range(0, columns, 8))


class TabbedGrid(Grid):
    """A grid with tab stops, columns from 0 on."""

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        super().__init__(columns, lines, scrollback)
        self.tabstops = default_stops(columns)

    def tab(self) -> None:
        """HT: to the next stop or the right margin, also from beyond it; a pending wrap stays, as in xterm."""
        cursor = self.cursor
        last = self.edge() if self.rows[cursor.y].size else self.right
        if cursor.pending and MORE_FIX in self.mode and AUTOWRAP in self.mode:
            self.wrap_line()
        x = cursor.x + 1
        while x < last and x not in self.tabstops:
            x += 1
        cursor.x = min(x, last)

    def tab_forward(self, count: int) -> None:
        """CHT (ECMA-48 8.3.10)."""
        for _ in range(min(count, self.columns)):
            self.tab()

    def tab_back(self, count: int) -> None:
        """CBT (ECMA-48 8.3.7): to the stops on the left; a pending wrap stays, as in xterm."""
        cursor = self.cursor
        first = self.left if ORIGIN in self.mode else 0
        for _ in range(min(count, self.columns)):
            x = cursor.x - 1
            while x > first and x not in self.tabstops:
                x -= 1
            cursor.x = max(x, first)

    def set_tab_stop(self) -> None:
        """HTS."""
        self.tabstops.add(self.cursor.x)

    def clear_tab_stop(self, how: int = 0) -> None:
        """TBC: 0 the stop here, 3 all."""
        if how == 0:
            self.tabstops.discard(self.cursor.x)
        elif how == 3:
            self.tabstops.clear()

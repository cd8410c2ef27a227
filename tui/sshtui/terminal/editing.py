"""Inserting, deleting and erasing cells, and changing between the two screens."""

from __future__ import annotations

from enum import Enum
from typing import Any

from sshtui.terminal.grid import ORIGIN
from sshtui.terminal.rows import BLANK, Line, LineSize, blank_line, is_blank, pack
from sshtui.terminal.tabs import TabbedGrid


class Protection(Enum):
    """Which erasures spare protected cells (xterm ctlseqs: SPA/EPA and DECSCA)."""

    OFF = "none"
    ISO = "the ordinary ones"
    DEC = "the selective ones"


class EditableGrid(TabbedGrid):
    """A grid whose cells are shifted and erased. Every method expects parsed rows (`settle`)."""

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        super().__init__(columns, lines, scrollback)
        self.protection = Protection.OFF

    # Inserting and deleting

    def insert_characters(self, count: int | None = None) -> None:
        """ICH: blanks at the cursor, the rest moves towards the right margin (ECMA-48 8.3.64)."""
        self._shift(self.cursor.x, min(count or 1, self.columns))

    def delete_characters(self, count: int | None = None) -> None:
        """DCH: the rest moves here from the right margin (ECMA-48 8.3.26)."""
        self._shift(self.cursor.x, -min(count or 1, self.columns))

    def _shift(self, x: int, count: int) -> None:
        """Move the cells from column `x` to the right margin by `count` columns, in the cursor's row."""
        if not self.inside_sides():
            return
        self._shift_line(self.touch(self.cursor.y), x, count)
        self.cursor.pending = False

    def _shift_line(self, line: Line, x: int, count: int) -> None:
        end = self.right + 1
        count = max(x - end, min(count, end - x))
        self.cut(line, x)
        self.cut(line, end)
        blanks, pens = [BLANK] * abs(count), [self.blank] * abs(count)
        if count > 0:
            self.cut(line, end - count)
            line.chars[x:end] = blanks + line.chars[x : end - count]
            line.pens[x:end] = pens + line.pens[x : end - count]
        else:
            self.cut(line, x - count)
            line.chars[x:end] = line.chars[x - count : end] + blanks
            line.pens[x:end] = line.pens[x - count : end] + pens
        line.wrapped = False

    def insert_columns(self, count: int, x: int | None = None) -> None:
        """DECIC (VT420 manual): blank columns at the cursor, between the margins."""
        self._shift_columns(count, x)

    def delete_columns(self, count: int, x: int | None = None) -> None:
        """DECDC (VT420 manual)."""
        self._shift_columns(-count, x)

    def _shift_columns(self, count: int, x: int | None) -> None:
        cursor = self.cursor
        if not (self.inside_sides() and self.top <= cursor.y <= self.bottom):
            return
        for y in range(self.top, self.bottom + 1):
            self._shift_line(self.touch(y), cursor.x if x is None else x, count)

    def shift_left(self, count: int) -> None:
        """SL (ECMA-48 8.3.121): the columns between the margins move left."""
        self._shift_region(-count)

    def shift_right(self, count: int) -> None:
        """SR (ECMA-48 8.3.135)."""
        self._shift_region(count)

    def _shift_region(self, count: int) -> None:
        self._shift_columns(count, self.left)

    def back_index(self) -> None:
        """DECBI (VT420 manual): left, or the columns move right at the left margin."""
        if self.cursor.x == self.left:
            # A pending wrap that CBT brought here stays, as in xterm.
            self._shift_columns(1, self.left)
        else:
            self.cursor_back(1)

    def forward_index(self) -> None:
        """DECFI (VT420 manual): right, or the columns move left at the right margin."""
        cursor = self.cursor
        if cursor.x == self.right:
            # A pending wrap stays, as in xterm.
            self._shift_columns(-1, self.left)
        elif cursor.x < self.columns - 1:
            cursor.x += 1
            cursor.pending = False

    def insert_lines(self, count: int | None = None) -> None:
        """IL: inside the margins only; the cursor goes to the left margin (VT420 manual)."""
        cursor = self.cursor
        if self.top <= cursor.y <= self.bottom and self.inside_sides():
            self.scroll_down(count or 1, cursor.y)
            cursor.x, cursor.pending = self.left, False

    def delete_lines(self, count: int | None = None) -> None:
        """DL: inside the margins only; the cursor goes to the left margin (VT420 manual)."""
        cursor = self.cursor
        if self.top <= cursor.y <= self.bottom and self.inside_sides():
            self.scroll_up(count or 1, cursor.y)
            cursor.x, cursor.pending = self.left, False

    # Erasing

    def erase_characters(self, count: int | None = None) -> None:
        """ECH: from the cursor on, margins or not (ECMA-48 8.3.38)."""
        cursor = self.cursor
        self.erase(cursor.y, cursor.x, min(self.columns, cursor.x + (count or 1)), False)
        cursor.pending = False

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """EL, or DECSEL when `private` (ECMA-48 8.3.41; VT220 manual)."""
        cursor = self.cursor
        if how == 0:
            self.erase(cursor.y, cursor.x, self.columns, private)
            self.rows[cursor.y].wrapped = False
            if not cursor.x:
                self.end_line_above(cursor.y)
        elif how == 1:
            if not self.erase(cursor.y, 0, cursor.x + 1, private):
                return
        elif how == 2:
            if not self.erase(cursor.y, 0, self.columns, private):
                return
            self.rows[cursor.y].wrapped = False
            self.end_line_above(cursor.y)
        else:
            return
        cursor.pending = False

    def erase_rest(self) -> None:
        """EL 0, the short way where nothing is wide or protected."""
        cursor = self.cursor
        line = self.rows[cursor.y]
        if line.wide or self.protection is Protection.ISO:
            self.erase_in_line(0)
            return
        x = cursor.x
        if not x:
            self.end_line_above(cursor.y)
        count = self.columns - x
        line.chars[x:] = [BLANK] * count
        line.pens[x:] = [cursor.pen.blank] * count
        line.wrapped = False
        line.revision = 0
        self.dirty.add(cursor.y)
        cursor.pending = False

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """ED, or DECSED with `private=True` (ECMA-48 8.3.39); 3 clears the scrollback (xterm).

        22 is 2 with what stands on the screen kept in the scrollback (kitty).
        """
        selective = bool(kwargs.get("private"))
        y = self.cursor.y
        if how == 3 and not selective:
            self.scrollback.clear()
            return
        if how == 22 and not selective:
            self._keep_screen()
            how = 2
        if how == 0:
            self.erase_in_line(0, selective)
            rows = range(y + bool(self.cursor.x), self.lines)
        elif how == 1:
            self.erase_in_line(1, selective)
            self.end_line_above(0)
            rows = range(y)
        elif how == 2:
            self.end_line_above(0)
            rows = range(self.lines)
        else:
            return
        if not self._spares(selective):
            self._blank_rows(rows)
            erased = how == 2 or bool(rows)
        else:
            erased = how == 2
            for row in rows:
                erased = self.erase(row, 0, self.columns, selective) or erased
                self.rows[row].wrapped = False
                self.rows[row].size = LineSize.SINGLE
        if erased:
            self.cursor.pending = False

    def _keep_screen(self) -> None:
        """Copy the normal screen down to its last line with text into the scrollback."""
        if self.alternate:
            return
        used = max((y for y, line in enumerate(self.rows, 1) if any(char != BLANK for char in line.chars)), default=0)
        for line in self.rows[:used]:
            self.scrollback.push(pack(line, self.pens.plain))

    def _spares(self, selective: bool) -> bool:
        return self.protection is Protection.ISO or (selective and self.protection is Protection.DEC)

    def _blank_rows(self, rows: range) -> None:
        """Erase whole lines, protected or not, where something stands in them."""
        pen, lines = self.blank, self.rows
        for y in rows:
            if not is_blank(lines[y], pen):
                lines[y] = blank_line(self.columns, pen)
                self.dirty.add(y)

    def erase(self, y: int, start: int, end: int, selective: bool) -> bool:
        """Blank the cells `start`..`end` (exclusive) of row `y` in the pen's background, sparing protected ones.

        As in xterm, the selective erasures spare what either way of protection protects, and where everything is
        spared (the answer is False) a pending wrap stays.
        """
        if not self._spares(selective) or not any(pen.protected for pen in set(self.rows[y].pens)):
            self.erase_cells(y, start, end)
            return True
        line, blank = self.touch(y), self.blank
        open_cells = [x for x in range(start, end) if not line.pens[x].protected]
        for x in open_cells:
            self.cut(line, x)
            self.cut(line, x + 1)
            line.chars[x], line.pens[x] = BLANK, blank
        return bool(open_cells)

    def erase_cells(self, y: int, start: int, end: int) -> None:
        """Blank the cells `start`..`end` (exclusive) of row `y`, protected or not."""
        line, blank = self.touch(y), self.blank
        if end == self.columns:
            line.wrapped = False
        if line.wide:
            self.cut(line, start)
            self.cut(line, end)
            if start == 0 and end == self.columns:
                line.wide = bool(line.size)
        line.chars[start:end] = [BLANK] * (end - start)
        line.pens[start:end] = [blank] * (end - start)

    def alignment_display(self) -> None:
        """DECALN: a screenful of E, margins away, cursor home (VT100 manual)."""
        self.clear_margins()
        self.mode.discard(ORIGIN)
        self.drawing_changed()
        for y in range(self.lines):
            line = self.touch(y)
            line.chars = ["E"] * self.columns
            line.pens = [self.pens.plain] * self.columns
            line.wide = line.wrapped = False
            line.size = LineSize.SINGLE
        self.cursor_position()

    # Two screens

    def show_alternate(self, on: bool) -> None:
        """Show the alternate screen or the normal one; each keeps its lines and its saved cursor."""
        if on == self.alternate:
            return
        self.settle()
        if not self.other_rows:
            self.other_rows = [blank_line(self.columns, self.pens.plain) for _ in range(self.lines)]
        self.rows, self.other_rows = self.other_rows, self.rows
        self.alternate = on
        self.all_dirty = True

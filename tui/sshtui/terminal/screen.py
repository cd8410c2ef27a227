"""Writing, inserting, deleting and erasing cells."""

from __future__ import annotations

from enum import Enum
from typing import Any

from sshtui.terminal import graphemes, limits
from sshtui.terminal.grid import AUTOWRAP, GRAPHEMES, INSERT, ORIGIN, Grid
from sshtui.terminal.rows import BLANK, Line, blank_line


class Protection(Enum):
    """Which erasures spare protected cells (xterm ctlseqs: SPA/EPA and DECSCA)."""

    OFF = "none"
    ISO = "the ordinary ones"
    DEC = "the selective ones"


class Screen(Grid):
    """A grid that text is drawn on. Every method expects parsed rows (`settle`)."""

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        super().__init__(columns, lines, scrollback)
        self.mode.add(GRAPHEMES)
        self.protection = Protection.OFF
        self.shift: int | None = None
        """The set that SS2 or SS3 chose for the next character."""
        self.plain_drawing = True
        """Whether `draw_narrow` may take its short way: ASCII in, no insertion."""
        self.relative = False
        """Whether places count from the margins (DECOM)."""
        self.last_drawn = ""
        """The grapheme that REP repeats and that a mark may join; "" after anything but drawing."""
        self.joinable = False
        """Whether `last_drawn` may join with what looks simple by itself."""

    def drawing_changed(self) -> None:
        """Look again at what `draw` depends on."""
        self.relative = ORIGIN in self.mode
        self.plain_drawing = self.charsets[self.charset] is None and self.shift is None and INSERT not in self.mode

    # Drawing

    def draw(self, data: str) -> None:
        """Write text without controls at the cursor, wrapping as the modes say."""
        if not self.plain_drawing:
            data = self._translated(data)
        if data.isascii():
            self.draw_narrow(data)
            return
        for stretch in graphemes.simple_stretches.finditer(data):
            kind = stretch.lastindex
            if kind == 1:
                self.draw_narrow(stretch[0])
            elif kind == 2:
                self._draw_wide(stretch[0])
            else:
                self._draw_complex(stretch[0])

    def _translated(self, data: str) -> str:
        head = ""
        if self.shift is not None and data:
            head, data = data[0], data[1:]
            charset = self.charsets[self.shift]
            head = head.translate(charset) if charset is not None else head
            self.shift = None
            self.drawing_changed()
        charset = self.charsets[self.charset]
        return head + (data.translate(charset) if charset is not None else data)

    def draw_narrow(self, data: str) -> None:
        """Write characters of one column that never join each other."""
        cursor = self.cursor
        if self.joinable:
            self.joinable = False
            if data and self._join(data[0]):
                data = data[1:]
        while data:
            if cursor.pending:
                cursor.pending = False
                if AUTOWRAP in self.mode:
                    self.wrap_line()
            x, y = cursor.x, cursor.y
            edge = self.right if x <= self.right else self.columns - 1
            # Insertion begins at the left margin, so what stands before it is written by itself.
            stop = self.left if x < self.left and INSERT in self.mode else edge + 1
            piece, data = data[: stop - x], data[stop - x :]
            if data and stop > edge and AUTOWRAP not in self.mode:
                piece, data = piece[:-1] + data[-1], ""
            end = x + len(piece)
            if INSERT in self.mode:
                self.insert_characters(len(piece))
            line = self.rows[y]
            if line.wide:
                self.cut(line, x)
                self.cut(line, end)
            line.chars[x:end] = piece
            line.pens[x:end] = [cursor.pen] * (end - x)
            line.revision = 0
            self.dirty.add(y)
            if end > edge:
                cursor.x = edge
                cursor.pending = True
            else:
                cursor.x = end
            self.last_drawn = piece[-1]

    def _draw_wide(self, data: str) -> None:
        if self.joinable:
            self.joinable = False
            if data and self._join(data[0]):
                data = data[1:]
        cursor = self.cursor
        while data:
            x = cursor.x
            room = (self.edge() + 1 - x) // 2
            if cursor.pending or not room or INSERT in self.mode:
                self._put(data[0], 2)
                data = data[1:]
                continue
            piece, data = data[:room], data[room:]
            end = x + 2 * len(piece)
            line = self.touch(cursor.y)
            if line.wide:
                self.cut(line, x)
                self.cut(line, end)
            line.wide = True
            cells = [""] * (end - x)
            cells[::2] = piece
            line.chars[x:end] = cells
            line.pens[x:end] = [cursor.pen] * (end - x)
            self.last_drawn = piece[-1]
            self._advance(end - 2, 2)

    def _draw_complex(self, data: str) -> None:
        """Text with marks, joiners, emoji sequences: cluster by cluster (mode 2027), or by code point.

        A cluster goes in whole only where its code points one by one would give the same.
        """
        self.joinable = True
        if GRAPHEMES not in self.mode:
            for char in data:
                self._put_character(char)
            return
        while data and self._join(data[0]):
            data = data[1:]
        roomy = AUTOWRAP in self.mode and self.right - self.left > 1
        for cluster in graphemes.split(data):
            width = graphemes.steady_width(cluster) if roomy else 0
            if width:
                self._put(cluster, width)
                continue
            for char in cluster:
                if not self._join(char):
                    self._put_character(char)

    def _put_character(self, char: str) -> None:
        width = graphemes.width_of_character(char)
        if width:
            self._put(char, width)
        else:
            self._attach(char)

    def _join(self, char: str) -> bool:
        """Add `char` to the grapheme just drawn, when it belongs to it (UAX #29)."""
        cursor = self.cursor
        if GRAPHEMES not in self.mode or not self.last_drawn:
            return False
        x = self._cell_before()
        if x < 0:
            return False
        before = self.rows[cursor.y].chars[x]
        if before == BLANK or not graphemes.joins(before, char):
            return False
        self._extend(x, before, char)
        return True

    def _cell_before(self) -> int:
        """The column of the grapheme left of the cursor (under it when the wrap is pending), or -1."""
        cursor = self.cursor
        x = cursor.x if cursor.pending else cursor.x - 1
        if x > 0 and self.rows[cursor.y].chars[x] == "":
            x -= 1
        return x

    def _attach(self, marks: str) -> None:
        """Add zero-width characters to the cell on the left; invisible format characters are dropped."""
        x = self._cell_before()
        if x < 0 or not any(map(graphemes.is_mark, marks)):
            return
        before = self.rows[self.cursor.y].chars[x]
        self._extend(x, " " if before == BLANK else before, marks)

    def _extend(self, x: int, before: str, marks: str) -> None:
        cursor = self.cursor
        line = self.touch(cursor.y)
        room = limits.CLUSTER - len(before)
        cluster = before + marks[:room] if room > 0 else before
        self.last_drawn = cluster
        old = 2 if x + 1 < self.columns and line.chars[x + 1] == "" else 1
        width = graphemes.width_of(cluster) if GRAPHEMES in self.mode else old
        line.wide = True
        if width == 2 and old == 1:
            if x < self.edge():
                self.cut(line, x + 2)
                line.chars[x : x + 2] = [cluster, ""]
                line.pens[x + 1] = line.pens[x]
                self._advance(x, 2)
                return
            if AUTOWRAP in self.mode and self.columns > 1 and cursor.pending:
                line.chars[x] = BLANK
                self.wrap_line()
                cursor.pending = False
                self._put(cluster, 2)
                return
        elif width == 1 and old == 2:
            line.chars[x + 1] = " "
            cursor.pending = False
            cursor.x = x + 1
        line.chars[x] = cluster

    def _advance(self, x: int, width: int) -> None:
        cursor = self.cursor
        edge = self.right if x <= self.right else self.columns - 1
        cursor.pending = x + width > edge
        cursor.x = edge if cursor.pending else x + width

    def _put(self, cluster: str, width: int) -> None:
        """Write one grapheme; a wide one that does not fit wraps whole."""
        cursor = self.cursor
        if cursor.pending:
            cursor.pending = False
            if AUTOWRAP in self.mode:
                self.wrap_line()
        if width == 2 and cursor.x + 1 > self.edge():
            if AUTOWRAP in self.mode and self.edge() > self.left:
                self.wrap_line()
            if cursor.x + 1 > self.edge():
                if AUTOWRAP not in self.mode:
                    self.last_drawn = ""
                    return
                cluster, width = "\ufffd", 1
        if INSERT in self.mode:
            self.insert_characters(width)
        x, end = cursor.x, cursor.x + width
        line = self.touch(cursor.y)
        if line.wide:
            self.cut(line, x)
            self.cut(line, end)
        line.wide = True
        line.chars[x:end] = [cluster, ""] if width == 2 else [cluster]
        line.pens[x:end] = [cursor.pen] * width
        self.last_drawn = cluster
        self._advance(x, width)

    def repeat(self, count: int) -> None:
        """REP (ECMA-48 8.3.103): the last character again, at most a screenful."""
        again, self_width = self.last_drawn, graphemes.width_of(self.last_drawn)
        if not again:
            return
        count = min(count, self.columns * self.lines)
        if len(again) == 1 and self_width == 1:
            self.draw_narrow(again * count)
        else:
            for _ in range(count):
                self._put(again, self_width)

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
        cursor = self.cursor
        if cursor.x == self.left:
            self._shift_columns(1, self.left)
        elif cursor.x > 0:
            cursor.x -= 1
        cursor.pending = False

    def forward_index(self) -> None:
        """DECFI (VT420 manual): right, or the columns move left at the right margin."""
        cursor = self.cursor
        if cursor.x == self.right:
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
        elif how == 1:
            self.erase(cursor.y, 0, cursor.x + 1, private)
        elif how == 2:
            self.erase(cursor.y, 0, self.columns, private)
            self.rows[cursor.y].wrapped = False
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
        count = self.columns - x
        line.chars[x:] = [BLANK] * count
        line.pens[x:] = [cursor.pen.blank] * count
        line.wrapped = False
        line.revision = 0
        self.dirty.add(cursor.y)
        cursor.pending = False

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """ED, or DECSED with `private=True` (ECMA-48 8.3.39); 3 clears the scrollback (xterm)."""
        selective = bool(kwargs.get("private"))
        y = self.cursor.y
        if how == 3 and not selective:
            self.scrollback.clear()
            return
        if how == 0:
            self.erase_in_line(0, selective)
            rows = range(y + 1, self.lines)
        elif how == 1:
            self.erase_in_line(1, selective)
            rows = range(y)
        elif how == 2:
            rows = range(self.lines)
        else:
            return
        for row in rows:
            self.erase(row, 0, self.columns, selective)
            self.rows[row].wrapped = False
        self.cursor.pending = False

    def erase(self, y: int, start: int, end: int, selective: bool) -> None:
        """Blank the cells `start`..`end` (exclusive) of row `y` in the pen's background, sparing protected ones."""
        spare = Protection.DEC if selective else Protection.ISO
        if self.protection is spare:
            line, blank = self.touch(y), self.blank
            for x in range(start, end):
                if not line.pens[x].protected:
                    self.cut(line, x)
                    self.cut(line, x + 1)
                    line.chars[x], line.pens[x] = BLANK, blank
            return
        self.erase_cells(y, start, end)

    def erase_cells(self, y: int, start: int, end: int) -> None:
        """Blank the cells `start`..`end` (exclusive) of row `y`, protected or not."""
        line, blank = self.touch(y), self.blank
        if line.wide:
            self.cut(line, start)
            self.cut(line, end)
            if start == 0 and end == self.columns:
                line.wide = False
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

"""Writing text into cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sshtui.terminal import graphemes, limits
from sshtui.terminal.editing import EditableGrid
from sshtui.terminal.grid import AUTOWRAP, GRAPHEMES, INSERT, ORIGIN
from sshtui.terminal.rows import BLANK

_Cells = TypeVar("_Cells", str, list[str])


class Screen(EditableGrid):
    """A grid that text is drawn on. Every method expects parsed rows (`settle`)."""

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        super().__init__(columns, lines, scrollback)
        self.mode.add(GRAPHEMES)
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

    def draw_narrow(self, data: _Cells, marks: bool = False) -> None:
        """Write graphemes of one column that never join each other; `marks`: they may be longer than a character."""
        cursor = self.cursor
        at, length = 0, len(data)
        if self.joinable:
            self.joinable = False
            if data and self._join(data[0]):
                at = 1
        while at < length:
            if cursor.pending:
                cursor.pending = False
                if AUTOWRAP in self.mode:
                    self.wrap_line()
            x, y = cursor.x, cursor.y
            edge = self.edge()
            if x > edge:
                # Beyond the half of a line of double width: xterm shows nothing there.
                return
            # Insertion begins at the left margin, so what stands before it is written by itself.
            stop = self.left if x < self.left and INSERT in self.mode else edge + 1
            # What insertion pushes beyond the middle of a line of double width is only hidden: one by one.
            hiding = INSERT in self.mode and bool(self.rows[y].size)
            if hiding:
                stop = x + 1
            piece = data[at : at + stop - x]
            at += len(piece)
            if at < length and stop > edge and AUTOWRAP not in self.mode and not hiding:
                piece = piece[:-1] + data[-1:]
                at = length
            end = x + len(piece)
            if INSERT in self.mode:
                self.insert_characters(len(piece))
            line = self.rows[y]
            if line.wide:
                self.cut(line, x)
                self.cut(line, end)
            line.chars[x:end] = piece
            line.pens[x:end] = [cursor.pen] * (end - x)
            line.wide = line.wide or marks
            line.revision = 0
            self.dirty.add(y)
            if end > edge:
                cursor.x = edge
                cursor.pending = True
                line.wrapped = False
            else:
                cursor.x = end
            self.last_drawn = piece[-1]

    def _draw_wide(self, data: Sequence[str]) -> None:
        at, length = 0, len(data)
        if self.joinable:
            self.joinable = False
            if data and self._join(data[0]):
                at = 1
        cursor = self.cursor
        while at < length:
            x = cursor.x
            room = (self.edge() + 1 - x) // 2
            line = self.touch(cursor.y)
            inserting = INSERT in self.mode
            if cursor.pending or room <= 0 or (inserting and (x < self.left or line.size)):
                self._put(data[at], 2)
                at += 1
                continue
            piece = data[at : at + room]
            at += len(piece)
            end = x + 2 * len(piece)
            if inserting:
                self.insert_characters(end - x)
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
        x = self._cell_before() if width else -1
        if x >= 0 and graphemes.completes_syllable(before := self.rows[self.cursor.y].chars[x], char):
            self._extend(x, before, char)
        elif width:
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
            # Nothing to be seen, but it stands between the graphemes.
            self.last_drawn = ""
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
        cursor.x = x
        edge = self.edge()
        cursor.pending = x + width > edge
        if cursor.pending:
            self.rows[cursor.y].wrapped = False
        cursor.x = edge if cursor.pending else x + width

    def _put(self, cluster: str, width: int) -> None:
        """Write one grapheme; a wide one that does not fit wraps whole."""
        cursor = self.cursor
        pending, cursor.pending = cursor.pending, False
        if pending and AUTOWRAP in self.mode:
            self.wrap_line()
        if cursor.x > self.edge():
            return
        if width == 2 and cursor.x + 1 > self.edge():
            if AUTOWRAP in self.mode and self.edge() > self.left:
                self.wrap_line()
            if cursor.x + 1 > self.edge():
                if AUTOWRAP in self.mode:
                    cluster, width = "\ufffd", 1
                elif pending and self.rows[cursor.y].chars[cursor.x] == "":
                    # Only what filled the last two columns makes room for another of two, as in xterm.
                    cursor.x -= 1
                else:
                    self.last_drawn = ""
                    return
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
        """REP (ECMA-48 8.3.103): the last character again; beyond a screenful only to the column it would end in."""
        again = self.last_drawn
        if not again:
            return
        screenful = self.columns * self.lines
        if count > screenful:
            count = screenful + (count - screenful) % (self.right - self.left + 1)
        self.joinable = False
        if graphemes.width_of(again) == 2:
            self._draw_wide([again] * count)
        elif len(again) == 1:
            self.draw_narrow(again * count)
        else:
            self.draw_narrow([again] * count, marks=True)

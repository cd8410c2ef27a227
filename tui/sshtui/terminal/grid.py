"""The screen's lines, its cursor and margins, and everything that moves them."""

from __future__ import annotations

import pyte
from pyte.screens import Margins

from sshtui.terminal.charsets import Charset
from sshtui.terminal.cursor import Saved, ScreenCursor
from sshtui.terminal.pens import Pen, Pens
from sshtui.terminal.rows import BLANK, Line, LineSize, blank_line, is_blank, load, pack
from sshtui.terminal.scrollback import Scrollback

PRIVATE = 5
"""pyte keeps DEC private mode `n` in `Screen.mode` as `n << 5`."""

AUTOWRAP = 7 << PRIVATE
ORIGIN = 6 << PRIVATE
REVERSE_WRAP = 45 << PRIVATE
REVERSE_WRAP_EXTENDED = 1045 << PRIVATE
SIDE_MARGINS = 69 << PRIVATE
INSERT = 4
NEWLINE = 20
GRAPHEMES = 2027 << PRIVATE


class Grid(pyte.Screen):
    """pyte's screen with its lines as parallel lists, margins on four sides, and two screens.

    All rows and columns are 0-based inside; methods named by pyte take what the sequence says, 1-based.
    `touch` is called with every row whose cells change.
    """

    rows: list[Line]
    cursor: ScreenCursor

    def __init__(self, columns: int, lines: int, scrollback: int) -> None:
        # pyte's own constructor builds a buffer of dictionaries that nothing here uses.
        self.columns = columns
        self.lines = lines
        self.pens = Pens()
        self.scrollback = Scrollback(scrollback)
        self.rows = [blank_line(columns, self.pens.plain) for _ in range(lines)]
        self.other_rows: list[Line] = []
        """The screen that is not shown; empty until the alternate screen is first used."""
        self.alternate = False
        self.unparsed = False
        """Whether some row still waits for `settle`."""
        self.dirty: set[int] = set()
        self.all_dirty = True
        self.cursor = ScreenCursor(self.pens.plain)
        self.mode: set[int] = {AUTOWRAP}
        self.saved: dict[bool, Saved] = {}
        """DECSC's one slot, for the normal screen (False) and the alternate one (True)."""
        self.charsets: list[Charset | None] = [None] * 4
        self.charset = 0
        self.clear_margins()

    # Lines

    def settle(self) -> None:
        """Turn every unparsed row into cells; the cell-wise methods need that."""
        for line in self.rows:
            if line.stored is not None:
                load(line, self.columns, self.pens)
        self.unparsed = False

    def touch(self, y: int) -> Line:
        """The line at row `y`, noted as changed."""
        self.dirty.add(y)
        line = self.rows[y]
        line.revision = 0
        return line

    def end_line_above(self, y: int) -> None:
        """Row `y` begins anew: the line above does not go on in it."""
        if y:
            self.rows[y - 1].wrapped = False
        elif not self.alternate:
            self.scrollback.end_line()

    @property
    def display(self) -> list[str]:
        """The screen as strings, as pyte gives it."""
        self.settle()
        return ["".join(line.chars).replace(BLANK, " ") for line in self.rows]

    @property
    def blank(self) -> Pen:
        """What erasing leaves now: the pen's background (terminfo's bce)."""
        return self.cursor.pen.blank

    # Margins

    def clear_margins(self) -> None:
        """Scroll the whole screen again."""
        self.top, self.bottom = 0, self.lines - 1
        self.left, self.right = 0, self.columns - 1
        self.margins = None
        self.sides = False
        """Whether left or right margin is away from the edge."""

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """DECSTBM (VT420 manual): 1-based; a region of less than two rows is ignored."""
        first = max(1, top or 1)
        last = min(bottom or self.lines, self.lines)
        if first > last or (first == last and self.lines > 1):
            return
        self.top, self.bottom = first - 1, last - 1
        self.margins = None if (self.top, self.bottom) == (0, self.lines - 1) else Margins(self.top, self.bottom)
        self.cursor_position()

    def set_side_margins(self, left: int | None = None, right: int | None = None) -> None:
        """DECSLRM (VT420 manual): 1-based; at least two columns."""
        first = max(1, left or 1)
        last = min(right or self.columns, self.columns)
        if first > last or (first == last and self.columns > 1):
            return
        self.left, self.right = first - 1, last - 1
        self.sides = (self.left, self.right) != (0, self.columns - 1)
        self.cursor_position()

    def inside_sides(self) -> bool:
        """Whether the cursor's column lies between the side margins."""
        return self.left <= self.cursor.x <= self.right

    def edge(self) -> int:
        """The last column that the cursor can reach by moving right; the line's middle in double width."""
        cursor = self.cursor
        if self.rows[cursor.y].size:
            return (self.columns - 1) // 2
        return self.right if cursor.x <= self.right else self.columns - 1

    def set_line_size(self, size: LineSize) -> None:
        """DECSWL, DECDWL, DECDHL (VT100 manual); as in xterm, no lines of double width beside DECLRMM."""
        if size and SIDE_MARGINS in self.mode:
            return
        line = self.touch(self.cursor.y)
        line.size = size
        line.wide = line.wide or size is not LineSize.SINGLE
        if size:
            # As in xterm one beyond the last that shows, so that what follows stays unseen.
            self.cursor.x = min(self.cursor.x, self.columns // 2)

    # Scrolling

    def scroll_up(self, count: int, top: int | None = None) -> None:
        """Move the region's lines up; blank ones come in below. Lines leaving the screen's top are kept."""
        first = self.top if top is None else top
        height = self.bottom - first + 1
        count = min(count, height)
        if count <= 0:
            return
        if self.sides:
            self._scroll_columns(first, count)
            return
        rows, pen = self.rows, self.blank
        if first or top is not None:
            self.end_line_above(first)
        elif not self.alternate:
            plain = self.pens.plain
            for line in rows[:count]:
                self.scrollback.push("" if is_blank(line, plain) else pack(line, plain))
        leaving = rows[first : first + count]
        del rows[first : first + count]
        at = self.bottom - count + 1
        rows[at:at] = self.blanked(leaving, pen)
        self._mark(first)

    def scroll_down(self, count: int, top: int | None = None) -> None:
        """Move the region's lines down; blank ones come in above."""
        first = self.top if top is None else top
        count = min(count, self.bottom - first + 1)
        if count <= 0:
            return
        if self.sides:
            self._scroll_columns(first, -count)
            return
        rows, pen = self.rows, self.blank
        self.end_line_above(first)
        leaving = rows[self.bottom - count + 1 : self.bottom + 1]
        del rows[self.bottom - count + 1 : self.bottom + 1]
        rows[first:first] = self.blanked(leaving, pen)
        self._mark(first)

    def blanked(self, lines: list[Line], pen: Pen) -> list[Line]:
        """As many erased lines; those that are it already."""
        return [line if is_blank(line, pen) else blank_line(self.columns, pen) for line in lines]

    def _mark(self, first: int) -> None:
        if first == 0 and self.bottom == self.lines - 1:
            self.all_dirty = True
        else:
            self.dirty.update(range(first, self.bottom + 1))

    def _scroll_columns(self, top: int, count: int) -> None:
        """Move the cells between the side margins up by `count` rows (down when negative)."""
        start, end = self.left, self.right + 1
        order = range(top, self.bottom + 1) if count > 0 else range(self.bottom, top - 1, -1)
        for y in order:
            line = self.touch(y)
            self.cut(line, start)
            self.cut(line, end)
            source = y + count
            if top <= source <= self.bottom:
                other = self.rows[source]
                self.cut(other, start)
                self.cut(other, end)
                line.chars[start:end] = other.chars[start:end]
                line.pens[start:end] = other.pens[start:end]
                line.wide = line.wide or other.wide
            else:
                line.chars[start:end] = [BLANK] * (end - start)
                line.pens[start:end] = [self.blank] * (end - start)

    @staticmethod
    def cut(line: Line, x: int) -> None:
        """Make the border left of column `x` fall between graphemes: half of a wide one becomes blank."""
        if line.wide and 0 < x < len(line.chars) and line.chars[x] == "":
            line.chars[x - 1] = line.chars[x] = " "

    def index(self) -> None:
        """IND, and what LF does: down one row, scrolling at the bottom margin (VT420 manual, IND)."""
        cursor = self.cursor
        y = cursor.y
        cursor.pending = False
        if y == self.bottom:
            if not self.sides or self.inside_sides():
                self.scroll_up(1)
        elif y < self.lines - 1:
            cursor.y = y + 1

    def reverse_index(self) -> None:
        """RI: up one row, scrolling down at the top margin."""
        cursor = self.cursor
        cursor.pending = False
        if cursor.y == self.top:
            if self.inside_sides():
                self.scroll_down(1)
        elif cursor.y > 0:
            cursor.y -= 1

    def linefeed(self) -> None:
        """LF, VT and FF; with LNM also a carriage return."""
        self.index()
        if NEWLINE in self.mode:
            self.carriage_return()

    def next_line(self) -> None:
        """NEL (ECMA-48 8.3.86)."""
        self.index()
        self.carriage_return()

    # The cursor

    def carriage_return(self) -> None:
        """CR: to the left margin, or to the edge when left of it outside origin mode."""
        cursor = self.cursor
        cursor.x = self.left if cursor.x >= self.left or ORIGIN in self.mode else 0
        cursor.pending = False

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """CUP and HVP: 1-based, relative to the margins in origin mode (ECMA-48 8.3.21; DECOM)."""
        cursor = self.cursor
        y, x = (line or 1) - 1, (column or 1) - 1
        if ORIGIN in self.mode:
            cursor.y = min(y + self.top, self.bottom)
            cursor.x = min(x + self.left, self.right)
        else:
            cursor.y = y if y < self.lines else self.lines - 1
            cursor.x = x if x < self.columns else self.columns - 1
        cursor.pending = False

    def origin(self) -> tuple[int, int]:
        """The row and column that count as the first: the margins' corner in origin mode."""
        return (self.top, self.left) if ORIGIN in self.mode else (0, 0)

    def cursor_to_column(self, column: int | None = None) -> None:
        """CHA and HPA."""
        self.cursor_position(self.cursor.y - self.origin()[0] + 1, column)

    def cursor_to_line(self, line: int | None = None) -> None:
        """VPA."""
        self.cursor_position(line, self.cursor.x - self.origin()[1] + 1)

    def cursor_right_by(self, count: int) -> None:
        """HPR: like HPA, counted from here."""
        self.cursor_to_column(self.cursor.x - self.origin()[1] + 1 + count)

    def cursor_down_by(self, count: int) -> None:
        """VPR: like VPA, counted from here."""
        self.cursor_to_line(self.cursor.y - self.origin()[0] + 1 + count)

    def cursor_up(self, count: int | None = None) -> None:
        """CUU: stops at the top margin when it starts below it."""
        cursor = self.cursor
        stop = self.top if cursor.y >= self.top else 0
        cursor.y = max(stop, cursor.y - (count or 1))
        cursor.pending = False

    def cursor_down(self, count: int | None = None) -> None:
        """CUD: stops at the bottom margin when it starts above it."""
        cursor = self.cursor
        stop = self.bottom if cursor.y <= self.bottom else self.lines - 1
        cursor.y = min(stop, cursor.y + (count or 1))
        cursor.pending = False

    def cursor_forward(self, count: int | None = None) -> None:
        """CUF: stops at the right margin when it starts left of it."""
        cursor = self.cursor
        cursor.x = min(self.edge(), cursor.x + (count or 1))
        cursor.pending = False

    def cursor_back(self, count: int | None = None) -> None:
        """CUB and BS: stops at the left margin, or wraps back (xterm ctlseqs, DECSET 45 and 1045)."""
        cursor = self.cursor
        count = count or 1
        backwards = REVERSE_WRAP in self.mode or REVERSE_WRAP_EXTENDED in self.mode
        if backwards and AUTOWRAP in self.mode:
            self._back_with_wrap(count - 1 if cursor.pending else count)
        else:
            stop = self.left if cursor.x >= self.left else 0
            cursor.x = max(stop, cursor.x - count)
        cursor.pending = False

    def _back_with_wrap(self, count: int) -> None:
        cursor = self.cursor
        count = min(count, self.lines * self.columns)
        while count > 0:
            stop = self.left if cursor.x >= self.left else 0
            step = min(count, cursor.x - stop)
            cursor.x -= step
            count -= step
            if not count:
                return
            above = cursor.y - 1 if cursor.y != self.top else self.bottom
            if above < 0:
                above = self.lines - 1
            cursor.y, cursor.x = above, self.right
            count -= 1

    def backspace(self) -> None:
        """BS."""
        self.cursor_back(1)

    def cursor_down1(self, count: int | None = None) -> None:
        """CNL."""
        self.cursor_down(count)
        self.carriage_return()

    def cursor_up1(self, count: int | None = None) -> None:
        """CPL."""
        self.cursor_up(count)
        self.carriage_return()

    def wrap_line(self) -> None:
        """Autowrap: the line goes on in the next one."""
        line = self.touch(self.cursor.y)
        line.wrapped = True
        self.index()
        if line.size:
            # xterm goes on in the same size.
            self.rows[self.cursor.y].size = line.size
            self.rows[self.cursor.y].wide = True
        self.cursor.x = self.left

    # Saving

    def save_cursor(self) -> None:
        """DECSC: one slot a screen."""
        cursor = self.cursor
        self.saved[self.alternate] = Saved(
            cursor.x, cursor.y, cursor.pending, cursor.pen, ORIGIN in self.mode, tuple(self.charsets), self.charset
        )

    def restore_cursor(self) -> None:
        """DECRC: what DECSC saved, or home with everything default when it saved nothing."""
        plain = Saved(0, 0, False, self.pens.plain, False, (None,) * 4, 0)
        saved = self.saved.get(self.alternate, plain)
        self.charsets = list(saved.charsets)
        self.charset = saved.charset
        self.cursor.pen = saved.pen
        (self.mode.add if saved.origin else self.mode.discard)(ORIGIN)
        top, left = self.origin()
        self.cursor_position(max(0, saved.y - top) + 1, max(0, saved.x - left) + 1)
        self.cursor.pending = saved.pending and self.cursor.x == saved.x
        self.drawing_changed()

    def drawing_changed(self) -> None:
        """Hook: a charset or mode that `draw` depends on may have changed."""

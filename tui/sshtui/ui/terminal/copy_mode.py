"""Scroll and copy mode: a cursor of our own over screen and scrollback, moved as in vi or with the arrows."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto

from sshtui.model.geometry import Point
from sshtui.model.keystrokes import Keystroke, named_character, split_name
from sshtui.terminal.lines import Lines
from sshtui.terminal.search import Match, Query, find
from sshtui.terminal.selection import Selection, Unit
from sshtui.ui.terminal.colours import Mark
from sshtui.ui.terminal.links import link_at, next_link
from sshtui.ui.terminal.strips import Overlay
from sshtui.ui.terminal.viewport import Viewport

_WORD = re.compile(r"\w+|[^\w\s]+")
QUERY_LIMIT = 200

AS_TYPED = 12_000
"""Lines up to which matches are marked while the search is typed; more take longer than a keystroke may."""


class Outcome(Enum):
    """What a press leads to."""

    STAY = auto()
    LEAVE = auto()
    COPY = auto()
    FOLLOW = auto()
    """Open the link under the cursor."""


class Entry:
    """The search that is being typed."""

    def __init__(self, *, backwards: bool, regex: bool) -> None:
        self.backwards = backwards
        self.regex = regex
        self.text = ""


class CopyMode:
    """The mode's state; `press` takes every keystroke while it is on. Points are (line number, column)."""

    def __init__(self, viewport: Viewport, cursor: Point, rows: Callable[[], int]) -> None:
        self._viewport = viewport
        self._lines: Lines = viewport.lines
        self._rows = rows
        self.cursor = self._kept(cursor)
        self.selection: Selection | None = None
        self.entry: Entry | None = None
        self.matches: list[Match] = []
        self._marks: dict[int, list[Overlay]] = {}
        self.current = -1
        self.problem = ""
        self._query: Query | None = None
        self._backwards = False
        self._moves: dict[str, Callable[[], Point]] = {
            "h": lambda: self._beside(-1), "left": lambda: self._beside(-1), "backspace": lambda: self._beside(-1),
            "l": lambda: self._beside(1), "right": lambda: self._beside(1), "space": lambda: self._beside(1),
            "k": lambda: self._down(-1), "up": lambda: self._down(-1),
            "j": lambda: self._down(1), "down": lambda: self._down(1),
            "0": lambda: self.cursor._replace(column=0), "home": lambda: self.cursor._replace(column=0),
            "circumflex_accent": self._first_written, "dollar_sign": self._last_written, "end": self._last_written,
            "g": lambda: Point(self._lines.first, 0), "G": lambda: Point(self._lines.last, 0),
            "H": lambda: self.cursor._replace(row=viewport.top),
            "M": lambda: self.cursor._replace(row=viewport.top + rows() // 2),
            "L": lambda: self.cursor._replace(row=viewport.top + rows() - 1),
            "w": lambda: self._word(1), "b": lambda: self._word(-1), "e": lambda: self._word(1, ends=True),
            "tab": lambda: self._link(1), "shift+tab": lambda: self._link(-1),
            "ctrl+u": lambda: self._page(-0.5), "ctrl+d": lambda: self._page(0.5),
            "ctrl+b": lambda: self._page(-1), "ctrl+f": lambda: self._page(1),
            "pageup": lambda: self._page(-1), "pagedown": lambda: self._page(1),
            "shift+pageup": lambda: self._page(-1), "shift+pagedown": lambda: self._page(1),
        }  # fmt: skip

    def press(self, pressed: Keystroke) -> Outcome:
        """Do what `pressed` means here; what means nothing is ignored, never sent to the remote."""
        self.problem = ""
        # Output may have pushed its line out of the scrollback.
        self.cursor = self._kept(self.cursor)
        if self.entry is not None:
            self._type(self.entry, pressed)
            return Outcome.STAY
        move = self._moves.get(pressed.name)
        if move is not None:
            self._go(move())
            return Outcome.STAY
        return self._command(pressed.name)

    def type_text(self, text: str) -> None:
        """Add pasted text to the search that is being typed."""
        if self.entry is not None:
            printable = "".join(character for character in text.split("\n")[0] if character.isprintable())
            self.entry.text = (self.entry.text + printable)[:QUERY_LIMIT]
            self._preview(self.entry)

    def mark_of(self, line: int) -> list[Overlay]:
        """Where matches stand in `line`, the one the cursor went to on top."""
        marks = self._marks.get(line, [])
        if not marks or not 0 <= self.current < len(self.matches):
            return marks
        return marks + [(*span, Mark.CURRENT_MATCH) for span in self._spans(self.matches[self.current], line)]

    def search(self, *, backwards: bool) -> None:
        """Begin to type a search."""
        self.entry = Entry(backwards=backwards, regex=self._query.regex if self._query else False)

    @property
    def status(self) -> str:
        """What the line at the bottom says."""
        if self.entry is not None:
            kind, other = ("regular expression", "text") if self.entry.regex else ("text", "regular expression")
            counted = self.entry.text and self._previews and not self.problem
            found = f"{len(self.matches)} found, " if counted else self.problem
            return f"{'?' if self.entry.backwards else '/'}{self.entry.text}_  {found}{kind}; Ctrl+R: {other}"
        if self.problem:
            return self.problem
        if self.selection is None and (link := self.link):
            return f"f opens {link}"
        found = f"{self.current + 1} of {len(self.matches)}" if self.matches else ""
        marked = f"{self.selection.unit.value}s marked, y copies" if self.selection else "v marks, / finds, q leaves"
        return "  ".join(part for part in ("copy mode", found, marked) if part)

    def _command(self, name: str) -> Outcome:
        match name:
            case "q" | "ctrl+c":
                return Outcome.LEAVE
            case "escape" if self.selection is not None:
                self.selection = None
            case "escape" | "i":
                return Outcome.LEAVE
            case "y" | "enter":
                return Outcome.COPY if self.selection is not None else Outcome.LEAVE
            case "f" if self.link:
                return Outcome.FOLLOW
            case "f":
                self.problem = "no link here, Tab goes to the next one"
            case "v":
                self._mark(Unit.CELL)
            case "V":
                self._mark(Unit.LINE)
            case "ctrl+v":
                self._mark(Unit.BLOCK)
            case "o" if self.selection is not None:
                self.selection = Selection(self.selection.head, self.selection.anchor, self.selection.unit)
                self._go(self.selection.head)
            case "slash" | "question_mark":
                self.search(backwards=name == "question_mark")
            case "n":
                self._next(backwards=self._backwards)
            case "N":
                self._next(backwards=not self._backwards)
        return Outcome.STAY

    def _mark(self, unit: Unit) -> None:
        if self.selection is None:
            self.selection = Selection(self.cursor, self.cursor, unit)
        elif self.selection.unit is unit:
            self.selection = None
        else:
            self.selection = Selection(self.selection.anchor, self.cursor, unit)

    def _go(self, point: Point) -> None:
        self.cursor = self._kept(point)
        if self.selection is not None:
            self.selection = self.selection.to(self.cursor)
        self._viewport.show_line(self.cursor.row, self._rows())

    def _kept(self, point: Point) -> Point:
        lines = self._lines
        row = min(max(point.row, lines.first), lines.last)
        return Point(row, min(max(point.column, 0), lines.columns - 1))

    def _beside(self, step: int) -> Point:
        cells = self._lines.row(self.cursor.row).cells()
        column = self.cursor.column + step
        while 0 < column < len(cells) and cells[column] == "":
            column += step
        return self.cursor._replace(column=column)

    @property
    def link(self) -> str:
        """The address under the cursor, "" where there is none."""
        return link_at(self._kept(self.cursor), self._lines)

    def _link(self, step: int) -> Point:
        found = next_link(self.cursor, self._lines, step)
        if found is None:
            self.problem = "no link further down" if step > 0 else "no link further up"
        return found or self.cursor

    def _down(self, step: int) -> Point:
        return self.cursor._replace(row=self.cursor.row + step)

    def _page(self, share: float) -> Point:
        step = int(self._rows() * share)
        self._viewport.scroll(step)
        return self._down(step)

    def _first_written(self) -> Point:
        text = self._lines.row(self.cursor.row).text
        return self.cursor._replace(column=len(text) - len(text.lstrip()))

    def _last_written(self) -> Point:
        cells = self._lines.row(self.cursor.row).cells()
        column = len(cells) - 1
        while column > 0 and cells[column] in (" ", ""):
            column -= 1
        return self.cursor._replace(column=column)

    def _word(self, step: int, *, ends: bool = False) -> Point:
        """The beginning of the next or last word, or the end of this or the next one; lines are crossed."""
        line = self.cursor.row
        while self._lines.first <= line <= self._lines.last:
            # One character a cell keeps text and columns in step.
            text = "".join(cell[:1] or " " for cell in self._lines.row(line).cells())
            columns = [match.end() - 1 if ends else match.start() for match in _WORD.finditer(text)]
            if line == self.cursor.row:
                here = self.cursor.column
                columns = [column for column in columns if (column > here if step > 0 else column < here)]
            if columns:
                return Point(line, columns[0] if step > 0 else columns[-1])
            line += step
        return self.cursor

    def _type(self, entry: Entry, pressed: Keystroke) -> None:
        modifiers, bare = split_name(pressed.name)
        match pressed.name:
            case "escape" | "ctrl+c":
                self._forget(entry)
            case "enter":
                self.entry = None
                self._find(entry)
            case "backspace" if not entry.text:
                self._forget(entry)
            case "backspace":
                entry.text = entry.text[:-1]
                self._preview(entry)
            case "ctrl+u":
                entry.text = ""
                self._preview(entry)
            case "ctrl+r" | "alt+r":
                entry.regex = not entry.regex
                self._preview(entry)
            case _ if not modifiers:
                self.type_text(pressed.text or named_character(bare))

    @property
    def _previews(self) -> bool:
        return self._lines.last - self._lines.first < AS_TYPED

    def _preview(self, entry: Entry) -> None:
        """Mark and count what the search would find, without going there."""
        if self._previews:
            self._look_for(Query(entry.text, entry.regex))

    def _forget(self, entry: Entry) -> None:
        """Give up a search that was begun; the last one counts again."""
        self.entry = None
        if entry.text:
            self._look_for(self._query or Query(""))

    def _look_for(self, query: Query) -> None:
        self.current = -1
        try:
            self.matches = find(query, self._lines)
        except re.error as error:
            self.matches = []
            self.problem = f"not a regular expression: {error}  "
        self._mark_matches()

    def _find(self, entry: Entry) -> None:
        """Look for what was typed, an empty text for the last one again, and go to the nearest place."""
        if entry.text:
            self._query = Query(entry.text, entry.regex)
        self._backwards = entry.backwards
        if self._query is None:
            return
        self._look_for(self._query)
        if self.problem:
            return
        if not self.matches:
            self.problem = "nothing found"
            return
        self._next(backwards=entry.backwards)

    def _mark_matches(self) -> None:
        self._marks = {}
        for match in self.matches:
            for line in range(match.start.row, match.end.row + 1):
                marks = self._marks.setdefault(line, [])
                marks += [(*span, Mark.MATCH) for span in self._spans(match, line)]

    def _spans(self, match: Match, line: int) -> list[tuple[int, int]]:
        """The columns of `match` in `line`, none or one range; wrapped matches go over several lines."""
        if not match.start.row <= line <= match.end.row:
            return []
        start = match.start.column if line == match.start.row else 0
        return [(start, match.end.column + 1 if line == match.end.row else self._lines.columns)]

    def _next(self, *, backwards: bool) -> None:
        """Go to the match after (or before) the cursor, around the end when there is none."""
        if not self.matches:
            self.problem = "nothing found" if self._query else "nothing to find"
            return
        places = [match.start for match in self.matches]
        if backwards:
            self.current = max((at for at, place in enumerate(places) if place < self.cursor), default=len(places) - 1)
        else:
            self.current = min((at for at, place in enumerate(places) if place > self.cursor), default=0)
        self._go(places[self.current])

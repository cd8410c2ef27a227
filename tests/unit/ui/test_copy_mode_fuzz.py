"""Whatever is pressed in copy mode, and whatever is printed meanwhile, nothing breaks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.model.geometry import Point, Size
from sshtui.model.keystrokes import Keystroke
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.lines import Lines
from sshtui.terminal.selection import Selection, Unit, columns_at, text_of
from sshtui.ui.terminal.copy_mode import CopyMode, Outcome
from sshtui.ui.terminal.viewport import Viewport

KEYS = (
    "h", "j", "k", "l", "w", "b", "e", "0", "g", "G", "H", "M", "L", "v", "V", "ctrl+v", "o", "n", "N", "y",
    "q", "escape", "enter", "slash", "question_mark", "漢", "x", "backspace", "ctrl+r", "left_square_bracket",
    "dollar_sign", "circumflex_accent", "pageup", "pagedown", "ctrl+u", "ctrl+d", "home", "end", "ctrl+f",
    "ctrl+b", "space",
)  # fmt: skip
OUTPUT = [
    "word word\r\n",
    "漢字 ",
    "x" * 30,
    "\r\n" * 9,
    "\x1b[2J",
    "\x1b[3J",
    "\x1b[H",
    "\x1b[?1049h",
    "\x1b[?1049l",
    "e\u0301🙂 ",
]

steps = st.lists(st.one_of(st.sampled_from(KEYS), st.sampled_from(OUTPUT).map(str.encode)), max_size=40)


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(1, 12), st.integers(1, 6))
def test_no_press_and_no_output_breaks_copy_mode(steps: list[str | bytes], columns: int, rows: int) -> None:
    emulator = Emulator(Size(columns, rows), scrollback=8)
    emulator.feed(b"one two\r\n" * 7)
    viewport = Viewport(Lines(emulator))
    mode = CopyMode(viewport, Point(0, 0), lambda: rows)
    for step in steps:
        if isinstance(step, bytes):
            emulator.feed(step)
        elif mode.press(Keystroke(step)) is Outcome.COPY:
            assert mode.selection is not None
            text_of(mode.selection, viewport.lines)
        lines = viewport.lines
        assert lines.first <= viewport.top <= lines.top
        for line in range(viewport.top, min(viewport.top + rows, lines.last + 1)):
            cells = lines.row(line).cells()
            for start, end, _mark in mode.mark_of(line):
                assert start <= end
            if mode.selection is not None:
                columns_at(mode.selection.bounds(lines), mode.selection.unit, line, cells)
        assert mode.status


points = st.builds(Point, st.integers(-5, 60), st.integers(-5, 60))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(OUTPUT), max_size=12), points, points, st.sampled_from(Unit), st.integers(1, 12))
def test_any_selection_has_a_text(output: list[str], anchor: Point, head: Point, unit: Unit, columns: int) -> None:
    emulator = Emulator(Size(columns, 4), scrollback=8)
    emulator.feed("".join(output).encode())
    assert "\x1b" not in text_of(Selection(anchor, head, unit), Lines(emulator))

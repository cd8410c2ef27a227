"""What `feed` and `resize` tell besides the picture."""

from __future__ import annotations

from sshtui.model.geometry import Point, Size
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.events import Bell


def emulator(columns: int = 10, rows: int = 4) -> Emulator:
    made = Emulator(Size(columns, rows))
    made.feed(b"")
    return made


def test_only_changed_rows_are_repainted() -> None:
    terminal = emulator()
    assert terminal.feed(b"\x1b[2;1Habc\x1b[4;1Hx").rows == frozenset({1, 3})
    assert terminal.feed(b"\x1b[H").rows == frozenset()


def test_scrolling_repaints_everything() -> None:
    terminal = emulator()
    assert terminal.feed(b"a\r\nb\r\nc\r\nd\r\ne").rows is None


def test_a_row_keeps_its_revision_until_it_changes() -> None:
    terminal = emulator()
    terminal.feed(b"abc\r\ndef")
    first, second = terminal.row(0).revision, terminal.row(1).revision
    terminal.feed(b"\x1b[2;1Hx")
    assert terminal.row(0).revision == first
    assert terminal.row(1).revision != second


def test_a_row_that_scrolls_keeps_its_revision_on_the_screen() -> None:
    terminal = emulator()
    terminal.feed(b"a\r\nb\r\nc\r\nd")
    second = terminal.row(1).revision
    terminal.feed(b"\r\n")
    assert terminal.row(0).revision == second


def test_revisions_are_unique_through_scrollback_and_resize() -> None:
    terminal = emulator(8, 2)
    seen: dict[int, tuple[str, int]] = {}
    for width in (8, 5, 8, 3):
        terminal.resize(Size(width, 2))
        for at in range(6):
            terminal.feed(f"line {at}\r\n".encode())
            for index in range(-terminal.scrollback_rows, 2):
                row = terminal.row(index)
                content = (row.text, len(row.cells()))
                assert seen.setdefault(row.revision, content) == content


def test_a_row_is_a_picture_of_its_moment() -> None:
    terminal = emulator()
    terminal.feed(b"abc")
    row = terminal.row(0)
    terminal.feed(b"\rxyz")
    assert row.text == "abc"


def test_lines_pushed_are_counted_even_when_they_fall_out() -> None:
    terminal = Emulator(Size(10, 2), scrollback=3)
    terminal.feed(b"x\r\n" * 10)
    assert (terminal.scrollback_rows, terminal.scrolled_total) == (3, 9)
    terminal.feed(b"line\r\n" * 1000)
    assert (terminal.scrollback_rows, terminal.scrolled_total) == (3, 1009)


def test_a_size_is_clamped() -> None:
    assert Emulator(Size(0, 5000)).size == Size(1, 1000)
    terminal = emulator()
    terminal.resize(Size(-3, 2000))
    assert terminal.size == Size(1, 1000)


def test_bells_in_a_row_are_one_event() -> None:
    assert emulator().feed(b"\a\a\a").events == (Bell(),)


def test_broken_lines_are_marked_wrapped() -> None:
    terminal = emulator(4, 3)
    terminal.feed(b"abcdef\r\ngh")
    assert [terminal.row(at).wrapped for at in range(3)] == [True, False, False]


def test_wrapped_lines_stay_marked_in_the_scrollback_after_a_flood() -> None:
    terminal = emulator(10, 2)
    terminal.feed(b"\r\n\r\n" + b"x" * 25 + b"\r\n" + b"short\r\n" * 500)
    marks = {terminal.row(at).wrapped for at in range(-500, 0) if terminal.row(at).text == "short"}
    assert marks == {False}
    assert [terminal.row(at).wrapped for at in range(-502, -499)] == [True, True, False]


def test_the_theme_answers_questions_about_colours() -> None:
    terminal = emulator()
    terminal.set_theme({257: 0xFFFFFF})
    assert terminal.feed(b"\x1b]11;?\x07\x1b[?996n").reply == b"\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?997;2n"


def test_a_program_that_asked_is_told_when_light_turns_dark() -> None:
    terminal = emulator()
    terminal.set_theme({257: 0xFFFFFF})
    assert terminal.set_theme({257: 0x000000}) == b""
    terminal.feed(b"\x1b[?2031h")
    assert terminal.set_theme({257: 0x101010}) == b""
    assert terminal.set_theme({257: 0xEEEEEE}) == b"\x1b[?997;2n"
    assert terminal.set_theme({257: 0x000000}) == b"\x1b[?997;1n"


def test_the_cursor_stands_where_the_text_ends() -> None:
    terminal = emulator()
    terminal.feed(b"abc")
    assert terminal.cursor.point == Point(0, 3)


def test_of_what_a_narrow_screen_breaks_the_newest_rows_stay_and_the_cursor_keeps_its_text() -> None:
    emulator = Emulator(Size(8, 4), scrollback=3)
    emulator.feed(b"abcdefgh\r\n" * 6 + b"\x1b[2;3H")
    emulator.resize(Size(2, 4))
    assert [emulator.row(index).text for index in range(-3, 4)] == ["ef", "gh", "ab", "cd", "ef", "gh", "ab"]
    assert emulator.scrollback_rows == 3
    assert emulator.cursor.point == (0, 0)

"""The view over the real emulator: what a program writes is what a person sees."""

from __future__ import annotations

from functools import partial

from sshtui.model.geometry import Size
from tests.ui.terminal_stage import EmulatedSession, Stage
from tests.waiting import eventually

SIZE = (30, 6)


async def test_output_appears_in_colour() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE):
        session.write("\x1b[31mred\x1b[0m 漢字 \x1b[48;2;1;2;3mtrue".encode())
        assert app.lines[0] == "red 漢字 true"
        assert app.look(0, 0)[0] == "#cd0000"
        assert app.look(0, 10)[1] == "#010203"


def painted(app: Stage, expected: list[str]) -> bool:
    return app.painted == expected


async def test_every_frame_shows_the_screen_as_it_is() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE):
        for number in range(40):
            session.write(f"line {number}\r\n".encode())
            expected = [session.emulator.row(row).text for row in range(6)]
            await eventually(partial(painted, app, expected), "it is painted")


async def test_scrollback_search_and_copy_over_wrapped_lines() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE) as pilot:
        session.write(b"x" * 20 + b"needle in the hay" + b"\r\nmore\r\n" * 10)
        app.view.start_search()
        await pilot.press(*"needle", "enter", "V", "y")
        assert app.clipboard == "x" * 20 + "needle in the hay"


async def test_a_program_that_asks_for_colours_is_told_those_that_are_shown() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE):
        assert app.lines
        assert session.write(b"\x1b]11;?\x07") == b"\x1b]11;rgb:0000/0000/0000\x07"
        assert session.write(b"\x1b]4;1;?\x07") == b"\x1b]4;1;rgb:cdcd/0000/0000\x07"


async def test_a_program_that_asked_for_the_colour_scheme_is_told_the_views_own() -> None:
    session = EmulatedSession(Size(*SIZE))
    session.write(b"\x1b[?2031h")
    app = Stage(session)
    async with app.run_test(size=SIZE):
        assert app.lines
        assert session.sent == b"\x1b[?997;1n"


async def test_a_tab_that_is_not_in_front_tells_the_colour_its_program_chose_and_shows_it_when_it_comes_back() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE):
        session.write(b"seen")
        assert app.look(0, 0)[1] == "#000000"
        app.view.display = False
        await eventually(lambda: not app.view.is_on_screen, "it is hidden")
        # XParseColor takes one digit each as the most significant four bits.
        assert session.write(b"\x1b]11;#8F0\x1b\\\x1b]11;?\x1b\\") == b"\x1b]11;rgb:8080/f0f0/0000\x1b\\"
        assert session.write(b"\x1b]4;1;#123456;1;?\x07") == b"\x1b]4;1;rgb:1212/3434/5656\x07"
        app.view.display = True
        await eventually(lambda: app.look(0, 0)[1] == "#80f000", "the colour is shown")
        assert session.write(b"\x1b]111\x07\x1b]11;?\x07") == b"\x1b]11;rgb:0000/0000/0000\x07"


def has_size(session: EmulatedSession, size: Size) -> bool:
    return session.emulator.size == size


async def test_a_live_view_stays_live_through_a_resize() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE) as pilot:
        session.write(b"".join(b"%d\r\n" % number for number in range(30)))
        await pilot.resize_terminal(20, 4)
        await eventually(lambda: session.emulator.size == Size(20, 4), "the size settled")
        assert app.lines[:3] == ["27", "28", "29"]


async def test_a_scrolled_back_view_keeps_its_text_when_rows_come_and_go() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE) as pilot:
        session.write(b"".join(b"%d\r\n" % number for number in range(30)))
        app.view.scroll_lines(-12)
        shown = app.lines
        assert shown[0] == "13"
        for rows in (5, 8, 6):
            await pilot.resize_terminal(SIZE[0], rows)
            await eventually(partial(has_size, session, Size(SIZE[0], rows)), "the size settled")
            assert app.lines[:4] == shown[:4]
        session.write(b"more\r\n")
        assert app.lines[:4] == shown[:4]
        assert app.lines[-1].endswith(" 1 new line")


async def test_a_scrolled_back_view_keeps_its_text_through_a_reflow() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE) as pilot:
        session.write(b"".join(b"%02d-%s\r\n" % (number, b"x" * 40) for number in range(30)))
        app.view.scroll_lines(-21)
        first = app.lines[0]
        assert first[0].isdigit()
        for columns in (12, 60, 30):
            await pilot.resize_terminal(columns, SIZE[1])
            await eventually(partial(has_size, session, Size(columns, SIZE[1])), "the size settled")
            assert app.lines[0][:12] == first[:12]


async def test_copy_mode_goes_on_when_a_row_is_taken_away() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE) as pilot:
        session.write(b"".join(b"%d\r\n" % number for number in range(30)))
        app.view.start_copy_mode()
        await pilot.press("k", "k", "V")
        await pilot.resize_terminal(SIZE[0], SIZE[1] - 1)
        await eventually(lambda: session.emulator.size.rows == SIZE[1] - 1, "the size settled")
        await pilot.press("y")
        assert app.clipboard == "28"


async def test_a_cursor_that_only_moves_is_painted_where_it_is() -> None:
    session = EmulatedSession(Size(*SIZE))
    app = Stage(session)
    async with app.run_test(size=SIZE):
        session.write(b"\x1b[5 qabc\r\n")
        await eventually(lambda: app.painted[1] == "▏", "the bar is painted")
        session.write(b"\x1b[3;2H")
        await eventually(lambda: (app.painted[1], app.painted[2]) == ("", " ▏"), "it moved")
        session.write(b"\x1b[?25l")
        await eventually(lambda: app.painted[2] == "", "it is hidden")

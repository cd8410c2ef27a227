"""Copy mode: moving, marking, searching with the keyboard alone; nothing of it reaches the remote."""

from __future__ import annotations

from sshtui.model.geometry import Point
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.terminal import DrawnSession
from tests.ui.terminal_stage import Stage
from tests.waiting import eventually

SIZE = (30, 6)


def log() -> DrawnSession:
    lines = [f"line {number} of the log" for number in range(20)]
    lines[3] = "error: disk full"
    lines[14] = "error: no route"
    session = DrawnSession(*lines, columns=30, rows=6)
    session.emulator.cursor = session.emulator.cursor._replace(point=Point(5, 0))
    return session


async def test_v_marks_and_y_copies_and_leaves() -> None:
    app = Stage(session := log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        await pilot.press("v", "e", "e", "y")
        assert app.clipboard == "line 19"
        assert app.view.copying is None
        assert session.sent == b""


async def test_capital_v_takes_lines_and_ctrl_v_a_block() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        await pilot.press("V", "k", "enter")
        assert app.clipboard == "line 18 of the log\nline 19 of the log"
        app.view.start_copy_mode()
        await pilot.press("w", "ctrl+v", "k", "right", "y")
        assert app.clipboard == "18\n19"


async def test_g_and_paging_reach_everything_that_is_kept() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        await pilot.press("g")
        assert app.lines[0] == "line 0 of the log"
        await pilot.press("G")
        assert app.view.copying is not None
        assert app.view.copying.cursor.row == 19
        await pilot.press("pageup", "ctrl+u")
        assert app.view.copying.cursor.row == 10


async def test_a_search_goes_up_from_here_and_n_goes_on() -> None:
    app = Stage(session := log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_search()
        await pilot.press(*"error", "enter")
        copying = app.view.copying
        assert copying is not None
        assert copying.cursor == Point(14, 0)
        assert "2 of 2" in app.lines[-1]
        await pilot.press("n")
        assert copying.cursor == Point(3, 0)
        assert "1 of 2" in app.lines[-1]
        await pilot.press("n")
        assert copying.cursor == Point(14, 0), "around the end"
        await pilot.press("N")
        assert copying.cursor == Point(3, 0)
        here = app.lines.index("error: disk full")
        assert app.look(here, 2)[1] == "#ffff00", "the match at hand is brighter"
        await pilot.press("n")
        assert app.look(app.lines.index("error: no route"), 2)[1] == "#ffff00"
        assert session.sent == b""


async def test_an_expression_is_one_keystroke_away_and_a_broken_one_says_so() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        await pilot.press("slash", "ctrl+r", *"1", "left_square_bracket", "enter")
        assert "not a regular expression" in app.lines[0], "not over the cursor, which is in the last row"
        await pilot.press(
            "question_mark", *"line", "space", "left_square_bracket", *"12", "right_square_bracket", "enter"
        )
        assert app.view.copying is not None
        assert len(app.view.copying.matches) == 11


async def test_escape_ends_the_entry_then_the_mark_then_the_mode() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        copying = app.view.copying
        assert copying is not None
        await pilot.press("v", "slash", "x", "escape")
        assert (copying.entry, copying.selection is None) == (None, False)
        await pilot.press("escape")
        assert (app.view.copying, copying.selection) == (copying, None)
        await pilot.press("escape")
        assert app.view.copying is None
        assert app.view.viewport.live


async def test_output_does_not_move_what_is_being_read() -> None:
    app = Stage(session := log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        await pilot.press("g", "v", "j")
        before = app.lines
        session.print(*(f"more {number}" for number in range(50)))
        await pilot.pause()
        assert app.lines[:-1] == before[:-1]
        await pilot.press("y")
        assert app.clipboard == "line 0 of the log\nl"


async def test_matches_are_marked_and_counted_while_the_search_is_typed() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_search()
        copying = app.view.copying
        assert copying is not None
        await pilot.press(*"log")
        assert "?log_  18 found" in app.lines[0]
        assert app.look(app.lines.index("line 18 of the log"), 16)[1] == "#cdcd00"
        assert copying.cursor == Point(19, 0), "nothing moves yet"
        await pilot.press(*"zz")
        assert "0 found" in app.lines[0]
        await pilot.press("ctrl+r", *"(")
        assert "not a regular" in app.lines[0]
        await pilot.press("escape")
        assert not copying.matches


async def test_tab_goes_from_link_to_link_and_f_opens_the_one_it_is_on() -> None:
    session = log()
    session.print("see http://a.b/1 http://c.d/2", "end")
    app = Stage(session, prompter=ScriptedPrompter(True))
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_copy_mode()
        copying = app.view.copying
        assert copying is not None
        await pilot.press("shift+tab")
        assert copying.link == "http://c.d/2"
        await pilot.press("shift+tab")
        assert "f opens http://a.b/1" in app.lines[-1]
        await pilot.press("shift+tab")
        assert "no link further up" in app.lines[-1]
        await pilot.press("tab", "f")
        await eventually(lambda: app.opened, "it opened")
        assert app.opened == ["http://c.d/2"]
        await pilot.press("0", "f")
        assert "no link here" in app.lines[-1]
        assert app.view.copying is copying
        assert session.sent == b""


async def test_nothing_found_says_so() -> None:
    app = Stage(log())
    async with app.run_test(size=SIZE) as pilot:
        app.view.start_search()
        await pilot.press(*"zebra", "enter")
        assert "nothing found" in app.lines[0]

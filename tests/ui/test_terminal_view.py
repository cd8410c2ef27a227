"""The view: what it paints, and what it does with every keystroke, paste and resize."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Button

from sshtui.model.geometry import Point, Size
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import ConfirmPaste
from sshtui.session.changes import Noticed
from sshtui.terminal.cells import TRUE_COLOUR, Style
from sshtui.terminal.cursor import Cursor
from sshtui.terminal.events import Bell, PaletteChanged
from sshtui.terminal.modes import CursorShape
from sshtui.ui.widgets.terminal_view import SETTLED
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.terminal import DrawnSession
from tests.ui.terminal_stage import EmulatedSession, Stage
from tests.waiting import eventually

SMALL = (20, 5)


def history(lines: int = 12) -> DrawnSession:
    return DrawnSession(*(f"line {number}" for number in range(lines)))


async def test_every_keystroke_belongs_to_the_remote() -> None:
    app = Stage(session := DrawnSession())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+c", "ctrl+p", "ctrl+q", "ctrl+w", "tab", "shift+tab", "escape", "f1", "enter", "A", "ö")
        assert session.sent == "\x03\x10\x11\x17\t\x1b[Z\x1b\x1bOP\rAö".encode()
        session.sent = b""
        await pilot.press(*(f"ctrl+{letter}" for letter in string.ascii_lowercase))
        assert session.sent == bytes(range(1, 27))
        session.sent = b""
        await pilot.press(*(f"alt+{letter}" for letter in string.ascii_letters))
        assert session.sent == b"".join(b"\x1b" + letter.encode() for letter in string.ascii_letters)
        assert app.is_running


async def test_bindings_of_app_and_screen_do_not_take_a_keystroke() -> None:
    class Bound(Stage):
        BINDINGS: ClassVar[list[BindingType]] = [
            Binding("ctrl+l", "claim('l')", priority=False),
            Binding("up", "claim('up')"),
        ]

        def action_claim(self, name: str) -> None:
            self.claimed.append(name)

    app = Bound(session := DrawnSession())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+l", "up")
        assert session.sent == b"\x0c\x1b[A"
        assert app.claimed == []


async def test_rows_are_painted_in_the_palettes_colours() -> None:
    red, true = Style(foreground=1), Style(foreground=TRUE_COLOUR | 0x123456, background=4)
    session = DrawnSession("rt漢d")
    session.emulator.draw(["rt漢d"], {0: (red, true)})
    session.emulator.cursor = session.emulator.cursor._replace(visible=False)
    app = Stage(session)
    async with app.run_test(size=SMALL):
        assert app.lines[0] == "rt漢d"
        assert app.look(0, 0) == ("#cd0000", "#000000")
        assert app.look(0, 1) == ("#123456", "#0000ee")
        assert app.look(0, 4) == ("#e5e5e5", "#000000")


async def test_a_program_may_change_the_palette() -> None:
    session = DrawnSession("r")
    session.emulator.draw(["r"], {0: (Style(foreground=1),)})
    app = Stage(session)
    async with app.run_test(size=SMALL):
        session.emulator.palette = {1: 0x010203, 257: 0x0A0B0C}
        session.tell(Noticed(PaletteChanged(1, 0x010203)))
        session.emulator.cursor = session.emulator.cursor._replace(visible=False)
        assert app.look(0, 0) == ("#010203", "#0a0b0c")


async def test_the_cursor_has_its_shape_and_fades_without_the_focus() -> None:
    app = Stage(session := DrawnSession("ab"))
    async with app.run_test(size=SMALL) as pilot:
        assert app.look(0, 0) == ("#000000", "#e5e5e5")
        session.emulator.cursor = Cursor(Point(1, 3), True, CursorShape.BAR, False, False)
        assert app.lines[1] == "   ▏"
        app.query_one(Button).display = True
        app.query_one(Button).focus()
        await pilot.pause()
        assert app.lines[1] == ""
        assert app.look(1, 3)[1] not in ("#000000", "#e5e5e5")


async def test_output_repaints_and_a_scrolled_back_view_does_not_move() -> None:
    app = Stage(session := history())
    async with app.run_test(size=SMALL) as pilot:
        assert app.lines == [f"line {number}" for number in range(7, 12)]
        app.view.scroll_page_up()
        before = app.lines
        assert before[:4] == ["line 3", "line 4", "line 5", "line 6"]
        session.print("news", "more")
        await pilot.pause()
        assert app.lines[:4] == before[:4]
        assert app.lines[4].endswith("▼ 2 new lines")
        await pilot.press("x")
        assert app.lines[-1] == "more"
        assert session.sent == b"x"


async def test_scrolling_ends_where_lines_end() -> None:
    app = Stage(history())
    async with app.run_test(size=SMALL):
        for _ in range(5):
            app.view.scroll_page_up()
        assert app.lines[0] == "line 0"
        for _ in range(5):
            app.view.scroll_page_down()
        assert app.lines[4] == "line 11"
        assert app.view.viewport.live


async def test_the_alternate_screen_has_nothing_above_it() -> None:
    app = Stage(session := history())
    session.emulator.modes = replace(session.emulator.modes, alternate_screen=True)
    async with app.run_test(size=SMALL):
        app.view.scroll_page_up()
        assert app.view.viewport.live


async def test_the_remote_is_told_the_settled_size_once() -> None:
    app = Stage(session := DrawnSession())
    async with app.run_test(size=SMALL) as pilot:
        assert session.sizes == [Size(20, 5)]
        await pilot.resize_terminal(59, 10)
        for _ in range(100):
            app.view.on_resize(events.Resize(app.view.size, app.view.size))
        await eventually(lambda: len(session.sizes) > 1, "the size is told")
        await pilot.pause(2 * SETTLED)
        assert session.sizes == [Size(20, 5), Size(59, 10)]


async def test_focus_is_told_when_the_program_asked() -> None:
    app = Stage(session := DrawnSession())
    session.emulator.modes = replace(session.emulator.modes, focus_events=True)
    async with app.run_test(size=SMALL) as pilot:
        app.query_one(Button).display = True
        app.query_one(Button).focus()
        await pilot.pause()
        app.view.focus()
        await pilot.pause()
        assert session.sent == b"\x1b[I\x1b[O\x1b[I"


async def test_one_line_is_pasted_at_once() -> None:
    app = Stage(session := DrawnSession(), prompter=ScriptedPrompter())
    async with app.run_test(size=SMALL):
        app.view.on_paste(events.Paste("ls -l"))
        assert session.sent == b"ls -l"


async def test_several_lines_are_shown_before_they_are_pasted() -> None:
    prompter = ScriptedPrompter(True, None)
    app = Stage(session := DrawnSession(), prompter=prompter)
    async with app.run_test(size=SMALL):
        app.view.on_paste(events.Paste("one\ntwo\x1b\n"))
        await eventually(lambda: session.sent, "the paste is sent")
        assert session.sent == b"one\rtwo\r"
        assert prompter.questions == [ConfirmPaste("drawn", "one\ntwo\x1b\n")]
        app.view.on_paste(events.Paste("three\n"))
        await eventually(lambda: len(prompter.questions) == 2, "the person is asked")
        await app.workers.wait_for_complete()
        assert session.sent == b"one\rtwo\r"


async def test_a_program_that_holds_painting_is_waited_for_but_not_for_ever() -> None:
    session = EmulatedSession(Size(*SMALL))
    app = Stage(session)
    async with app.run_test(size=SMALL) as pilot:
        session.write(b"old")
        await eventually(lambda: app.painted[0] == "old", "it is painted")
        session.write(b"\x1b[?2026h\rnew")
        await pilot.pause()
        assert app.painted[0] == "old"
        await eventually(lambda: app.painted[0] == "new", "the hold is over", 2)
        session.write(b"\rend\x1b[?2026l")
        await eventually(lambda: app.painted[0] == "end", "it is painted")


async def test_a_program_may_set_the_clipboard_only_after_a_yes_for_the_tab() -> None:
    prompter = ScriptedPrompter(True)
    session = EmulatedSession(Size(*SMALL))
    app = Stage(session, prompter=prompter)
    async with app.run_test(size=SMALL):
        session.offer("first")
        session.offer("second")
        await eventually(lambda: app.clipboard, "the answer")
        assert app.clipboard == "second"
        session.offer("third")
        assert app.clipboard == "third"
        assert len(prompter.questions) == 1


async def test_a_no_to_the_clipboard_is_not_asked_again() -> None:
    prompter = ScriptedPrompter(None)
    session = EmulatedSession(Size(*SMALL))
    app = Stage(session, prompter=prompter)
    async with app.run_test(size=SMALL):
        session.offer("first")
        await app.workers.wait_for_complete()
        session.offer("second")
        await app.workers.wait_for_complete()
        assert app.clipboard == ""
        assert len(prompter.questions) == 1


async def test_a_bell_leaves_a_mark_for_a_moment() -> None:
    app = Stage(session := DrawnSession("text"))
    async with app.run_test(size=SMALL):
        session.tell(Noticed(Bell()))
        assert app.lines[0].endswith("♪")
        await eventually(lambda: app.lines[0] == "text", "the mark goes", 3)


async def test_keystrokes_that_type_nothing_are_not_sent() -> None:
    app = Stage(session := DrawnSession())
    async with app.run_test(size=SMALL):
        app.view.session.press(Keystroke("caps_lock"))
        assert session.sent == b""

"""The mouse over a terminal: the program's when it asked, ours otherwise, and ours always with Shift."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sshtui.model.questions import Confirm
from sshtui.terminal.cells import Style
from sshtui.terminal.modes import MouseEncoding, MouseTracking
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.terminal import DrawnSession
from tests.ui.terminal_stage import Stage
from tests.waiting import eventually

SMALL = (20, 5)
WORDS = ("alpha beta gamma", "a long line that bre↩", "aks", "", "end")


def asking(tracking: MouseTracking) -> DrawnSession:
    session = DrawnSession(*WORDS)
    session.emulator.modes = replace(session.emulator.modes, mouse_tracking=tracking, mouse_encoding=MouseEncoding.SGR)
    return session


async def drag(pilot: Pilot[Any], start: tuple[int, int], end: tuple[int, int], **options: Any) -> None:
    await pilot.mouse_down(offset=start, **options)
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end, **options)


async def test_a_drag_marks_and_copies_on_release() -> None:
    app = Stage(session := DrawnSession(*WORDS))
    async with app.run_test(size=SMALL) as pilot:
        await drag(pilot, (6, 0), (9, 0))
        assert app.clipboard == "beta"
        assert app.look(0, 7)[1] == "#4d4d4d"
        assert session.sent == b""
        await pilot.press("x")
        assert app.look(0, 7)[1] == "#000000"


async def test_two_clicks_take_a_word_and_three_a_whole_line() -> None:
    app = Stage(DrawnSession(*WORDS))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click(offset=(7, 0), times=2)
        assert app.clipboard == "beta"
        await pilot.click(offset=(4, 2), times=3)
        assert app.clipboard == "a long line that breaks"


async def test_a_mere_click_copies_nothing() -> None:
    app = Stage(DrawnSession(*WORDS))
    async with app.run_test(size=SMALL) as pilot:
        app.copy_to_clipboard("before")
        await pilot.click(offset=(7, 0))
        assert app.clipboard == "before"
        assert app.view.mouse.marking.selection is None


@pytest.mark.parametrize(("tracking", "sent"), [
    (MouseTracking.BUTTONS, b"\x1b[<0;7;1M\x1b[<0;10;1m"),
    (MouseTracking.DRAG, b"\x1b[<0;7;1M\x1b[<32;10;1M\x1b[<0;10;1m"),
    (MouseTracking.X10, b"\x1b[<0;7;1M"),
])  # fmt: skip
async def test_a_program_that_asked_gets_the_mouse(tracking: MouseTracking, sent: bytes) -> None:
    app = Stage(session := asking(tracking))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.mouse_down(offset=(6, 0))
        await pilot._post_mouse_events([events.MouseMove], offset=(9, 0), button=1)
        await pilot.mouse_up(offset=(9, 0))
        assert session.sent == sent
        assert app.clipboard == ""


async def test_shift_means_ours() -> None:
    app = Stage(session := asking(MouseTracking.MOTION))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.mouse_down(offset=(0, 0), shift=True)
        await pilot._post_mouse_events([events.MouseMove], offset=(4, 0), button=1, shift=True)
        await pilot.mouse_up(offset=(4, 0), shift=True)
        assert app.clipboard == "alpha"
        assert b"<0;" not in session.sent


def wheel(app: Stage, *, up: bool, shift: bool = False) -> None:
    if up:
        app.view.on_mouse_scroll_up(events.MouseScrollUp(app.view, 1, 1, 0, 0, 0, shift, False, False, 1, 1))
    else:
        app.view.on_mouse_scroll_down(events.MouseScrollDown(app.view, 1, 1, 0, 0, 0, shift, False, False, 1, 1))


async def test_the_wheel_scrolls_our_scrollback_and_never_the_shells_history() -> None:
    app = Stage(session := DrawnSession(*(f"line {number}" for number in range(20))))
    async with app.run_test(size=SMALL):
        wheel(app, up=True)
        assert app.lines[0] == "line 12"
        wheel(app, up=False)
        assert app.view.viewport.live
        assert session.sent == b""


async def test_in_the_alternate_screen_the_wheel_is_arrows_only_when_asked() -> None:
    app = Stage(session := DrawnSession())
    async with app.run_test(size=SMALL):
        session.emulator.modes = replace(session.emulator.modes, alternate_screen=True)
        wheel(app, up=True)
        assert session.sent == b""
        session.emulator.modes = replace(session.emulator.modes, alternate_scroll=True)
        wheel(app, up=True)
        assert session.sent == b"\x1b[A\x1b[A\x1b[A"


async def test_a_program_gets_the_wheel_and_with_shift_we_do() -> None:
    session = asking(MouseTracking.BUTTONS)
    session.emulator.draw([f"line {number}" for number in range(20)])
    app = Stage(session)
    async with app.run_test(size=SMALL):
        wheel(app, up=True)
        assert session.sent == b"\x1b[<64;2;2M"
        wheel(app, up=True, shift=True)
        assert not app.view.viewport.live
        assert session.sent == b"\x1b[<64;2;2M"


async def test_a_drag_beyond_the_edge_scrolls_on() -> None:
    app = Stage(DrawnSession(*(f"line {number}" for number in range(30))))
    async with app.run_test(size=SMALL):
        marking = app.view.mouse
        marking.down(events.MouseDown(app.view, 0, 4, 0, 0, 1, False, False, False, 0, 4))
        marking.move(events.MouseMove(app.view, 0, -1, 0, 0, 1, False, False, False, 0, -1))
        await eventually(lambda: app.view.viewport.back > 3, "it scrolled")
        marking.up(events.MouseUp(app.view, 0, -1, 0, 0, 1, False, False, False, 0, -1))
        back = app.view.viewport.back
        copied = app.clipboard.splitlines()
        assert copied[0] == f"line {25 - back}"
        assert copied[-1] == "l"


async def test_right_click_pastes_what_was_copied() -> None:
    app = Stage(session := DrawnSession(*WORDS), prompter=ScriptedPrompter())
    async with app.run_test(size=SMALL) as pilot:
        app.copy_to_clipboard("text")
        await pilot.mouse_down(offset=(1, 1), button=3)
        await eventually(lambda: session.sent, "it is pasted")
        assert session.sent == b"text"


async def test_an_empty_clipboard_says_how_to_paste() -> None:
    prompter = ScriptedPrompter()
    app = Stage(session := DrawnSession(*WORDS), prompter=prompter)
    async with app.run_test(size=SMALL):
        app.view.paste_clipboard()
        await eventually(lambda: prompter.notices, "it says so")
        assert session.sent == b""


async def test_a_link_opens_after_its_target_was_shown() -> None:
    prompter = ScriptedPrompter(True, None)
    session = DrawnSession()
    session.emulator.draw(["see http://a.b/c.", "docs", "file"], {
        1: (Style(link="https://real.example/x"),) * 4,
        2: (Style(link="file:///etc/passwd"),) * 4,
    })  # fmt: skip
    app = Stage(session, prompter=prompter)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.mouse_down(offset=(6, 0), control=True)
        await eventually(lambda: app.opened, "it opened")
        assert app.opened == ["http://a.b/c"]
        await pilot.mouse_down(offset=(1, 1), control=True)
        await eventually(lambda: len(prompter.questions) == 2, "the target is shown")
        assert [question.text for question in prompter.questions if isinstance(question, Confirm)] == [
            "http://a.b/c", "https://real.example/x",
        ]  # fmt: skip
        await pilot.mouse_down(offset=(1, 2), control=True)
        await pilot.mouse_up(offset=(1, 2), control=True)
        await app.workers.wait_for_complete()
        assert app.opened == ["http://a.b/c"]
        assert len(prompter.questions) == 2, "only http and https are links"

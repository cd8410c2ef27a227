"""Hostile output, random hands and sizes from 1×1 up: the view stands, and every line is exactly as wide as it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sshtui.model.geometry import Size
from sshtui.model.questions import Question
from sshtui.terminal.emulator import Emulator
from tests.fakes.prompting import A, ScriptedPrompter
from tests.ui.terminal_stage import EmulatedSession, Stage

STEPS = 80

OUTPUT = (
    b"text words ", "漢字👍🏽".encode(), b"\r\n", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?1003h\x1b[?1006h",
    b"\x1b[?1003l",
    b"\x1b[3J", b"\x1b[2J", b"\x1b[?2026h", b"\x1b[?2026l", b"\x1b[?5h", b"\x1b[?5l", b"\x1b[4 q", b"\x1b[7;38;5;9m",
    b"\x1b]4;1;#123456\x07", b"\x07", b"\x1bc", b"\x1b[?40h\x1b[?3h", b"\x1b]8;;http://x.y/\x07link\x1b]8;;\x07",
    b"\x1b[5;20r", b"\x1bM\x1bM\x1bM", b"\x1b[30;50H", b"\x1b[H",
)  # fmt: skip
TYPED = ("a", "escape", "enter", "up", "ctrl+c", "alt+x", "f5", "ö", "space")
COPYING = ("h", "j", "k", "g", "G", "v", "V", "ctrl+v", "y", "slash", "enter", "n", "N", "w", "b", "q", "o", "pageup")
SIDES = (1, 2, 5, 40, 120)


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_breaks_the_view(seed: int) -> None:
    chance = random.Random(seed)
    session = EmulatedSession(Size(40, 10))
    app = Stage(session, prompter=Careless())
    async with app.run_test(size=(40, 10)) as pilot:
        for _ in range(STEPS):
            await step(chance, session, app, pilot)
            assert {strip.cell_length for strip in app.view.looked_at()} <= {app.view.size.width}


class Careless(ScriptedPrompter):
    """Declines everything."""

    async def ask(self, question: Question[A]) -> A | None:
        """No."""
        return None


async def step(chance: random.Random, session: EmulatedSession, app: Stage, pilot: Pilot[Any]) -> None:
    view = app.view
    match chance.randrange(8):
        case 0 | 1 | 2:
            session.write(b"".join(chance.choices(OUTPUT, k=20)) + chance.randbytes(5))
        case 3:
            await pilot.press(*chance.choices(TYPED, k=3))
        case 4:
            chance.choice((view.start_copy_mode, view.start_search, view.scroll_page_up, view.scroll_page_down))()
            await pilot.press(*chance.choices(COPYING, k=4))
        case 5:
            await pilot.resize_terminal(chance.choice(SIDES), chance.choice(SIDES))
            session.emulator.resize(Size(chance.choice(SIDES), chance.choice(SIDES)))
        case 6 if all(view.size):
            drag(chance, app)
        case _:
            await pilot.pause()


def drag(chance: random.Random, app: Stage) -> None:
    view, mouse = app.view, app.view.mouse
    held = (chance.choice((1, 1, 1, 2, 3)), chance.random() < 0.3, False, chance.random() < 0.3)
    x, y = chance.randrange(view.size.width), chance.randrange(view.size.height)
    mouse.down(events.MouseDown(view, x, y, 0, 0, *held, x, y))
    x, y = chance.randrange(-2, view.size.width + 2), chance.randrange(-2, view.size.height + 2)
    mouse.move(events.MouseMove(view, x, y, 0, 0, *held, x, y))
    mouse.up(events.MouseUp(view, x, y, 0, 0, *held, x, y))


async def test_a_hidden_view_is_not_painted_and_is_whole_when_it_is_shown() -> None:
    session = EmulatedSession(Size(40, 10))
    assert isinstance(session.emulator, Emulator)
    app = Stage(session)
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.display = False
        await pilot.pause()
        app.view.painted.clear()
        session.write(b"written behind the curtain")
        await pilot.pause()
        assert app.view.painted == {}
        app.view.display = True
        await pilot.pause()
        assert app.painted[0] == "written behind the curtain"

"""The short way of rows to the outer terminal: the picture is the one that Textual would paint, and nothing waits."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from rich.color import ColorSystem
from textual.containers import Container
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from sshtui.model.geometry import Size
from sshtui.ui.terminal.frames import BURST
from tests.ui.outer_terminal import OuterTerminal, outer, repainted
from tests.ui.terminal_stage import EmulatedSession, Stage
from tests.waiting import eventually

SIZE = Size(40, 10)

WORDS = (
    *("plain ", "καφές ", "漢字", "🚀", "e\u0301", "\t", "\r\n", "\r\n\r\n", "\r", "\b"),
    *("\x1b[31m", "\x1b[1;44m", "\x1b[38;2;9;200;7m", "\x1b[7m", "\x1b[m", "\x1b[4m", "\x1b[3;9m"),
    *(
        "\x1b[K",
        "\x1b[2J",
        "\x1b[3;7H",
        "\x1b[H",
        "\x1b[A",
        "\x1b[L",
        "\x1b[M",
        "\x1b[2P",
        "\x1b[@",
        "\x1bM",
        "\x1b[3S",
    ),
    *(
        "\x1b[?25l",
        "\x1b[?25h",
        "\x1b[5 q",
        "\x1b[3 q",
        "\x1b[1 q",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[?5h",
        "\x1b[?5l",
    ),
    *("\x1b]4;1;#123456\x07", "\x1b[2;8r", "\x1b[r", "\x07"),
)


@asynccontextmanager
async def shown(prepare: Callable[[Stage], None] = lambda _app: None) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    """A view that fills the terminal, with a session that prints nothing yet."""
    app = Stage(EmulatedSession(SIZE))
    app.driver_class = OuterTerminal
    async with app.run_test(headless=False, size=SIZE, notifications=True) as pilot:
        prepare(app)
        await settled(app, pilot)
        yield app, pilot


def printing(app: Stage) -> Callable[[bytes], bytes]:
    session = app.view.session
    assert isinstance(session, EmulatedSession)
    return session.write


async def settled(app: Stage, pilot: Pilot[None]) -> None:
    """Return when the outer terminal shows what a repaint would; fails when that never comes."""
    await pilot.pause()
    await eventually(lambda: outer(app).picture == repainted(app), "the same picture")
    app.view.painted.clear()


def text(app: Stage) -> str:
    """What the outer terminal shows, without colours."""
    return "\n".join("".join(run.text for run in row) for row in outer(app).picture)


async def quiet(pilot: Pilot[None]) -> None:
    """Let the frames of the past second be past."""
    await pilot.pause(0.15)


async def test_an_echo_stands_in_the_terminal_before_anybody_else_has_a_turn() -> None:
    async with shown() as (app, pilot):
        await quiet(pilot)
        printing(app)(b"$ ls \xce\xb1")
        assert outer(app).picture[0][0].text.startswith("$ ls α")
        assert app.view.painted == {}, "Textual painted nothing"
        assert outer(app).picture == repainted(app)


async def test_an_echo_writes_the_row_it_stands_in_and_no_other() -> None:
    async with shown() as (app, pilot):
        printing(app)(b"one\r\ntwo\r\nthree")
        await settled(app, pilot)
        await quiet(pilot)
        outer(app).writes.clear()
        printing(app)(b"!")
        (written,) = outer(app).writes
        assert "three!" in written
        assert "one" not in written
        assert "two" not in written


@pytest.mark.parametrize("seed", range(6))
async def test_any_output_looks_as_when_textual_paints_it(seed: int) -> None:
    rng = random.Random(seed)
    async with shown() as (app, pilot):
        for _ in range(60):
            printing(app)("".join(rng.choices(WORDS, k=rng.randint(1, 12))).encode())
            if rng.random() < 0.2:
                await settled(app, pilot)
        await settled(app, pilot)


async def test_a_large_frame_is_shown_at_once_where_the_terminal_can_do_that() -> None:
    async with shown() as (app, pilot):
        app._sync_available = True
        await quiet(pilot)
        outer(app).writes.clear()
        printing(app)(b"\x1b[H" + b"\r\n".join(b"row" for _ in range(8)))
        first, *_frame, last = outer(app).writes
        assert (first, last) == ("\x1b[?2026h", "\x1b[?2026l")


async def test_the_input_method_stands_where_the_cursor_is() -> None:
    async with shown() as (app, pilot):
        await quiet(pilot)
        printing(app)(b"\x1b[4;6H")
        assert outer(app).writes[-1].endswith("\x1b[4;6H")
        assert app.cursor_position == (5, 3)


async def scrolled_back(app: Stage, pilot: Pilot[None]) -> None:
    printing(app)(b"".join(b"line %d\r\n" % number for number in range(40)))
    app.view.scroll_lines(-12)
    await pilot.pause()
    assert not app.view.viewport.live


async def selected(app: Stage, pilot: Pilot[None]) -> None:
    printing(app)(b"some words to mark")
    await pilot.mouse_down(app.view, offset=(2, 0))
    await pilot.hover(app.view, offset=(9, 0))
    await pilot.mouse_up(app.view, offset=(9, 0))
    assert app.view.mouse.marking.selection is not None


async def copying(app: Stage, pilot: Pilot[None]) -> None:
    printing(app)(b"".join(b"line %d\r\n" % number for number in range(40)))
    app.view.start_search()
    await pilot.press("l", "i", "enter")
    assert app.view.copying is not None


async def elsewhere(app: Stage, pilot: Pilot[None]) -> None:
    app.set_focus(None)
    await pilot.pause()


async def resized(_app: Stage, pilot: Pilot[None]) -> None:
    await pilot.resize_terminal(33, 7)
    await pilot.pause(0.2)


async def ringing(app: Stage, pilot: Pilot[None]) -> None:
    printing(app)(b"\x07")
    await pilot.pause()


async def with_16_colours(app: Stage, _pilot: Pilot[None]) -> None:
    app.console._color_system = ColorSystem.STANDARD
    app.view.recolour()


@pytest.mark.parametrize("prepare", [scrolled_back, selected, copying, elsewhere, resized, ringing, with_16_colours])
async def test_output_looks_as_when_textual_paints_it(
    prepare: Callable[[Stage, Pilot[None]], Awaitable[None]],
) -> None:
    async with shown() as (app, pilot):
        await prepare(app, pilot)
        await quiet(pilot)
        for number in range(30):
            printing(app)(
                b"\x1b[3%dm%d more \xe6\xbc\xa2\x1b[0m%s" % (number % 8, number, b"\r\n" if number % 3 else b"")
            )
        await settled(app, pilot)


async def test_without_colours_no_colour_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown() as (app, pilot):
        await quiet(pilot)
        outer(app).writes.clear()
        printing(app)(b"\x1b[31mred \x1b[7mturned\x1b[0m")
        assert app.view.painted == {}
        assert outer(app).picture == repainted(app)
        styles = [run.style for row in outer(app).picture for run in row]
        assert {(style.foreground, style.background) for style in styles} == {(-1, -1)}


async def toasted(app: Stage, pilot: Pilot[None]) -> None:
    app.notify("something happened", timeout=60)
    await eventually(lambda: app.screen.query("Toast"), "the notice")
    await pilot.pause(0.1)


async def covered(app: Stage, pilot: Pilot[None]) -> None:
    cover = Static("over it", id="cover")
    app.screen.set_styles("layers: below above;")
    cover.styles.layer = "above"
    cover.styles.width, cover.styles.height = 12, 3
    await app.mount(Container(cover))
    cover.parent.styles.layer = "above"  # type: ignore[union-attr]  # it was mounted a line ago
    await pilot.pause()


async def asked(app: Stage, pilot: Pilot[None]) -> None:
    await app.push_screen(ModalScreen())
    await app.screen.mount(Static("a question"))
    await pilot.pause()


@pytest.mark.parametrize("prepare", [toasted, covered, asked])
async def test_what_lies_over_the_terminal_stays_there(
    prepare: Callable[[Stage, Pilot[None]], Awaitable[None]],
) -> None:
    async with shown() as (app, pilot):
        await prepare(app, pilot)
        await settled(app, pilot)
        await quiet(pilot)
        over = [words for words in ("happened", "over it", "question") if words in text(app)]
        assert over, text(app)
        for number in range(30):
            printing(app)(b"\x1b[3%dmoutput %d\x1b[0m of some length\r\n" % (number % 8, number))
            assert over[0] in text(app)
        await settled(app, pilot)


async def test_what_is_written_before_a_new_layout_stands_in_the_right_place_after_it() -> None:
    async with shown() as (app, pilot):
        await quiet(pilot)
        app.view.styles.offset = (3, 1)
        app.screen._layout_required = True
        printing(app)(b"moved")
        await settled(app, pilot)
        assert "".join(run.text for run in outer(app).picture[1]).startswith("   moved")


async def test_a_hidden_terminal_writes_nothing() -> None:
    async with shown() as (app, pilot):
        app.view.display = False
        await settled(app, pilot)
        await quiet(pilot)
        outer(app).writes.clear()
        printing(app)(b"secret")
        await pilot.pause(0.1)
        assert outer(app).writes == []


async def test_what_came_too_fast_to_be_painted_is_painted_in_the_end() -> None:
    async with shown() as (app, pilot):
        for number in range(3 * BURST):
            printing(app)(b"\x1b[1;1H%d" % number)
        await settled(app, pilot)
        assert outer(app).picture[0][0].text.startswith(str(3 * BURST - 1))


async def test_a_view_without_a_terminal_leaves_all_to_textual() -> None:
    app = Stage(EmulatedSession(SIZE))
    async with app.run_test(size=SIZE) as pilot:
        app.view.painted.clear()
        printing(app)(b"hello")
        await eventually(lambda: app.view.painted.get(0) == "hello", "it is painted")
        await pilot.pause()
        assert app.view.render_lines(Region(0, 0, 5, 1))[0].text == "hello"

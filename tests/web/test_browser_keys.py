"""Keystrokes, an input method and a touch screen reach the remote as in a terminal."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.waiting import eventually
from tests.web.browsing import Visitor, served, visitor

RECORD = """import os, pathlib, sys, tty
tty.setraw(0)
os.write(1, b"\\x1b[?2004lready\\r\\n")
taken = b""
while not taken.endswith(b"."):
    taken += os.read(0, 4096)
pathlib.Path(sys.argv[1] + ".part").write_bytes(taken)
os.rename(sys.argv[1] + ".part", sys.argv[1])
os.system("stty sane")
"""
"""Keeps what arrives up to a full stop."""

TURN = "new Promise(turn => setTimeout(turn))"
"""Resolves after what the page had put off until its next turn."""

# As xterm sends them with its defaults (xterm ctlseqs, "PC-Style Function Keys"; ECMA-48 5.4).
STROKES = {
    "Escape": b"\x1b",
    "Tab": b"\t",
    "Shift+Tab": b"\x1b[Z",
    "Enter": b"\r",
    "Shift+Enter": b"\r",
    "Backspace": b"\x7f",
    "ArrowUp": b"\x1b[A",
    "Control+ArrowRight": b"\x1b[1;5C",
    "Shift+ArrowLeft": b"\x1b[1;2D",
    "Home": b"\x1b[H",
    "End": b"\x1b[F",
    "PageUp": b"\x1b[5~",
    "Delete": b"\x1b[3~",
    "F1": b"\x1bOP",
    "F5": b"\x1b[15~",
    "Shift+F1": b"\x1b[1;2P",
    "F12": b"\x1b[24~",
    "Control+c": b"\x03",
    "Control+Space": b"\x00",
    "Control+v": b"\x16",
    "Control+Shift+a": b"\x01",
    "Alt+x": b"\x1bx",
}


@pytest.fixture
async def person(tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str) -> AsyncIterator[Visitor]:
    """Someone with a shell in a tab."""
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as sitting:
        await sitting.sign_in()
        await sitting.connect("box")
        yield sitting


async def recorded(person: Visitor, directory: Path) -> Path:
    """Where a running recorder will leave what it gets."""
    program, target = directory / "record.py", directory / "recorded"
    program.write_text(RECORD)
    target.unlink(missing_ok=True)
    await person.runs(f"clear; {sys.executable} {program} {target}", "^ready")
    return target


async def test_keystrokes_arrive_as_xterm_sends_them(person: Visitor, tmp_path: Path) -> None:
    target = await recorded(person, tmp_path)
    for stroke in STROKES:
        await person.press(stroke)
        await person.type("|")
    await person.type(".")
    await eventually(target.exists, "recording")
    arrived = target.read_bytes().removesuffix(b".").split(b"|")
    assert dict(zip(STROKES, arrived, strict=False)) == STROKES


async def test_an_input_method_and_a_screen_keyboard_type_what_they_show(person: Visitor, tmp_path: Path) -> None:
    target = await recorded(person, tmp_path)
    devtools = await person.page.context.new_cdp_session(person.page)
    for event, text in (("imeSetComposition", "に"), ("imeSetComposition", "にほん"), ("insertText", "日本")):
        place = {"selectionStart": len(text), "selectionEnd": len(text)} if event == "imeSetComposition" else {}
        await devtools.send(f"Input.{event}", {"text": text, **place})
        # xterm.js looks at what was composed in the next turn of the page; a person is slower than that.
        await person.page.evaluate(TURN)
    await person.type(".")
    await eventually(target.exists, "recording")
    assert target.read_bytes().decode() == "日本."


async def test_the_key_bar_types_what_a_touch_screen_has_not(person: Visitor, tmp_path: Path) -> None:
    target = await recorded(person, tmp_path)
    page = person.page
    await page.click("#toggle-keys")
    for button in ("Esc", "Tab", "Up", "Left"):
        await page.get_by_role("button", name=button, exact=True).click()
    await page.get_by_role("button", name="Ctrl", exact=True).click()
    await person.type("c")
    await page.get_by_role("button", name="Alt", exact=True).click()
    await person.type("x")
    await person.type(".")
    await eventually(target.exists, "recording")
    assert target.read_bytes() == b"\x1b\t\x1b[A\x1b[D\x03\x1bx."
    await page.get_by_role("button", name="Menu", exact=True).click()
    await person.sees("palette")


FOCUSED = "document.activeElement.id || document.activeElement.textContent || document.activeElement.className"


async def test_the_buttons_of_the_page_are_reached_and_left_by_keys_alone(
    tmp_path: Path, surroundings: Path, browser: Browser
) -> None:
    async with served(tmp_path, surroundings) as console, visitor(browser, console) as person:
        await person.sign_in()
        await person.press("Control+Shift+Period")
        assert await person.page.evaluate(FOCUSED) == "files"
        await person.press("Enter")
        await person.page.get_by_role("dialog", name="Files").wait_for()
        await person.press("Escape")
        await person.press("Control+Shift+Period", "Escape", "?")
        await person.sees("Esc closes")
        await person.press("Control+Shift+Period", "Tab", "Tab")
        assert await person.page.evaluate(FOCUSED) == "Sign out"
        await person.press("Enter")
        await person.page.wait_for_selector("#password")


PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


async def test_on_a_phone_every_key_of_the_bar_is_large_enough_and_types_at_a_tap(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str
) -> None:
    async with (
        served(tmp_path, surroundings, hosts=saved_host) as console,
        visitor(browser, console, **PHONE) as person,
    ):
        await person.sign_in()
        page = person.page
        await person.type("/box")
        await person.press("Enter")
        await person.sees("Unknown host key")
        await person.read()
        await person.press("Tab", "Enter")
        await person.sees(r"^\S*[$#] *$")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        assert await page.evaluate(GROUND_BELOW_THE_ROWS) == await page.evaluate(GROUND_OF_THE_PAGE)
        # WCAG 2.2, 2.5.8 asks for 24; Apple and Google for 44 and 48 with what lies between.
        assert await page.evaluate(SMALLEST_BUTTON) >= 40

        target = await recorded(person, tmp_path)
        for name in ("Esc", "Tab", "Left", "Down", "Up", "Right"):
            await page.get_by_role("button", name=name, exact=True).tap()
        ctrl = page.get_by_role("button", name="Ctrl", exact=True)
        await ctrl.tap()
        assert await ctrl.get_attribute("aria-pressed") == "true"
        await person.type("c")
        assert await ctrl.get_attribute("aria-pressed") == "false"
        await page.get_by_role("button", name="Alt", exact=True).tap()
        await person.type("x")
        await ctrl.tap()
        await page.get_by_role("button", name="Right", exact=True).tap()
        # The screen keyboard stays: the terminal has kept the focus all the while.
        assert await page.evaluate("document.activeElement.className") == "xterm-helper-textarea"
        await person.type(".")
        await eventually(target.exists, "recording")
        assert target.read_bytes() == b"\x1b\t\x1b[D\x1b[B\x1b[A\x1b[C\x03\x1bx\x1b[1;5C."
        assert person.complaints == []


GROUND_OF_THE_PAGE = "getComputedStyle(document.body).backgroundColor"
GROUND_BELOW_THE_ROWS = """(() => {
    const place = document.getElementById("terminal").getBoundingClientRect();
    return document.elementsFromPoint(place.right - 1, place.bottom - 1)
        .map(element => getComputedStyle(element).backgroundColor).find(colour => colour !== "rgba(0, 0, 0, 0)");
})()"""

SMALLEST_BUTTON = """Math.min(...[...document.querySelectorAll("footer button")]
    .filter(button => button.offsetWidth).map(button => Math.min(button.offsetWidth, button.offsetHeight)))"""


async def test_a_finger_that_moves_over_the_terminal_scrolls_it(
    tmp_path: Path, surroundings: Path, browser: Browser
) -> None:
    hosts = "version = 1\n" + "".join(f'[[hosts]]\nname = "host{number:02}"\naddress = "a"\n' for number in range(60))
    async with served(tmp_path, surroundings, hosts=hosts) as console, visitor(browser, console, **PHONE) as person:
        await person.sign_in()
        await person.sees(" ○ host00")
        devtools = await person.page.context.new_cdp_session(person.page)

        async def touch(kind: str, *points: dict[str, int]) -> None:
            await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        async def swipe(rows: range) -> None:
            await touch("touchStart", {"x": 100, "y": rows[0]})
            for y in rows[1:]:
                await touch("touchMove", {"x": 100, "y": y})
            await touch("touchEnd")

        for _ in range(3):
            await swipe(range(250, 20, -10))
        await person.sees(lambda screen: " ○ host00" not in screen)
        for _ in range(4):
            await swipe(range(20, 250, 10))
        await person.sees("^ ○ host00")

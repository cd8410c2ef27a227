"""What crosses between the browser's clipboard and the remote: pastes whole and harmless, copies outwards only."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.waiting import eventually
from tests.web.browsing import Visitor, served, visitor

CLIPBOARD = ["clipboard-read", "clipboard-write"]
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.querySelector(".xterm-helper-textarea").dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
"""The browser's own event, as if Ctrl+Shift+V were pressed, without the clipboard's limits on headless pages."""

TAKE = """import os, pathlib, sys, tty
tty.setraw(0)
os.write(1, b"\\x1b[?2004hready\\r\\n")
taken = b""
while not taken.endswith(b"three\\x1b[201~"):
    taken += os.read(0, 4096)
pathlib.Path({target!r}).with_suffix(".part").write_bytes(taken)
pathlib.Path({target!r}).with_suffix(".part").rename({target!r})
os.write(1, b"\\x1b[?2004l")
os.system("stty sane")
"""
"""Asks for bracketed pastes and keeps one."""


@pytest.fixture
async def person(tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str) -> AsyncIterator[Visitor]:
    """Someone with a shell in a tab, whose browser lets pages use the clipboard."""
    async with (
        served(tmp_path, surroundings, hosts=saved_host) as console,
        visitor(browser, console, permissions=CLIPBOARD) as sitting,
    ):
        await sitting.sign_in()
        await sitting.connect("box")
        yield sitting


async def test_ten_megabytes_are_pasted_whole(person: Visitor, tmp_path: Path) -> None:
    lines = "".join(f"{number:07d} {'x' * 91}\n" for number in range(100_000))
    target = tmp_path / "pasted"
    # Raw: a terminal that puts lines together ends a reader early now and then when it is given so much.
    await person.runs(f"stty raw -echo; echo ready; head -c {len(lines)} > {target}; stty sane", "^ready")
    await person.page.evaluate(PASTE, lines)
    await person.sees("100000 lines")
    await person.answers("100000 lines", "Enter")
    await eventually(lambda: target.stat().st_size >= len(lines), "whole paste", 100)
    await person.sees(r"[$#] *$")
    # As xterm pastes them, line ends are carriage returns.
    pasted = lines.replace("\n", "\r").encode()
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(pasted).digest()


async def test_a_paste_never_leaves_its_brackets(person: Visitor, tmp_path: Path) -> None:
    taken, program = tmp_path / "taken", tmp_path / "take.py"
    program.write_text(TAKE.format(target=str(taken)))
    await person.runs(f"{sys.executable} {program}", "^ready")
    await person.page.evaluate(PASTE, "one\x1b[201~two\x9b201~\x07\x1b\x1b[201~[201~three")
    await eventually(taken.exists, "pasted text")
    assert taken.read_bytes() == b"\x1b[200~one[201~two201~[201~[201~three\x1b[201~"


async def test_a_copy_reaches_the_clipboard_and_a_question_is_not_answered(person: Visitor) -> None:
    await person.page.evaluate("navigator.clipboard.writeText('private')")
    await person.runs("printf '\\033]52;c;?\\007'; printf '\\033]52;c;Y29waWVk\\007'; echo told", "^told")
    await person.sees("May box set your clipboard")
    await person.answers("May box set your clipboard", "Enter")
    clipboard = ""
    async with asyncio.timeout(20):
        while clipboard != "copied":
            clipboard = await person.page.evaluate("navigator.clipboard.readText()")
    assert "private" not in await person.screen()

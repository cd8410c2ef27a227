"""A day at the console in a real browser: both factors, a real sshd, vim, another size, a reload, two viewers."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser

from tests.web.browsing import served, visitor


async def test_a_day_in_the_browser(
    tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str, need: object
) -> None:
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as person:
        await person.sign_in()
        await person.connect("box")
        note = tmp_path / "note.txt"
        await person.type(f"vim -u NONE {note}")
        await person.press("Enter")
        await person.sees("^~")
        await person.type("iwritten in the browser: äöü 漢字")
        await person.press("Escape")
        await person.type(":wq")
        await person.press("Enter")
        await person.sees(r"[$#] *$")
        assert note.read_text() == "written in the browser: äöü 漢字\n"

        await person.page.set_viewport_size({"width": 700, "height": 500})
        # The shell waits until it is told: the window settles, the app, sshd and the pty follow.
        await person.type("until [ $(stty size | cut -d' ' -f2) -lt 90 ]; do sleep 0.1; done; clear; stty size")
        await person.press("Enter")
        screen = await person.sees(r"^\s*\d+ \d+\s*$")
        rows, columns = (int(word) for word in re.search(r"^\s*(\d+) (\d+)\s*$", screen, re.M).groups())  # type: ignore[union-attr]  # just seen
        assert rows < 30
        assert columns < 90

        await person.runs("echo before-the-reload", "^before-the-reload")
        await person.page.reload()
        await person.sees("^before-the-reload")
        await person.runs("echo and-after", "^and-after")
        assert len(person.requests) > 5
        assert {url.split("/")[2] for url in person.requests} == {f"127.0.0.1:{console.port}"}
        assert person.complaints == []

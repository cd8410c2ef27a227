"""A terminal that keeps what it is handed, and the measure of what does not belong there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot

HOSTILE = [
    "\x1b]0;PWN\x07",
    "\x1b]52;c;UFdO\x07",
    "\x9d0;PWN\x9c\x9b31m",
    "x\u202etxt.exe\u2066\u200f",
    "[@click=app.quit]x[/]",
    "a[/nope]b[0][/",
    "\x1b[2J\x1b[?1049l\x0e",
    "\ud800\udfff",
]
EVERYTHING = " ".join(HOSTILE)

# What is painted with: CSI sequences, private modes included, pointer shapes (OSC 22), hyperlinks to the web (OSC 8).
_PAINT = re.compile(
    r"\x1b\[[0-9;?]*[Hmhlsu]|\x1b\[[0-9;?$]*p|\x1b\]22;[a-z-]*(?:\x1b\\|\x07)"
    r"|\x1b\]8;(?:id=[0-9]+-?[0-9]*)?;(?:https?://[!-~]+)?\x1b\\"
)
_LEAK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORGED = re.compile(r"\x1b\[\?1049l|\x1b\[2J")


BELL = "\x07"


class RecordingDriver(Driver):
    """Stands for a terminal of 100 by 50; keeps what it is handed."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.written: list[str] = []

    def write(self, data: str) -> None:
        self.written.append(data)

    def start_application_mode(self) -> None:
        size = Size(100, 50)
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


def written(app: App[Any]) -> str:
    """All that the driver was handed, but the bells that a remote may ring."""
    driver = app._driver
    assert isinstance(driver, RecordingDriver)
    return "".join(piece for piece in driver.written if piece != BELL)


def leaks(app: App[Any]) -> list[str]:
    """What was written and is neither text nor paint."""
    text = written(app)
    assert text, "nothing was painted"
    return _FORGED.findall(text) + _LEAK.findall(_PAINT.sub("", text))


def actions(app: App[Any]) -> list[object]:
    """Actions that lie armed in the painted cells."""
    strips = app.screen._compositor.render_strips()
    return [
        segment.style.meta["@click"]
        for strip in strips
        for segment in strip
        if segment.style and "@click" in segment.style.meta
    ]


async def play(app: App[Any], scene: Callable[[Pilot[Any]], Awaitable[None]]) -> None:
    """Run `app` on a recording driver while `scene` plays; its failure is the test's."""
    failure: list[BaseException] = []

    async def guarded(pilot: Pilot[Any]) -> None:
        try:
            await asyncio.wait_for(scene(pilot), 30)
        except BaseException as error:  # noqa: BLE001  # carried out of the app to the test
            failure.append(error)
        app.exit()

    app.driver_class = RecordingDriver
    await app.run_async(auto_pilot=guarded)
    if failure:
        raise failure[0]
    assert app.return_code == 0

"""The main screen as pictures of text, at 80×24 and 120×40: what stands where.

`SSHTUI_DRAW=1 pytest tests/ui/test_app_pictures.py` draws them again; look at the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.errors import Refused
from sshtui.model.connection import ChannelEnd
from sshtui.model.hosts import Host
from tests.ui.shell_stage import HOSTS, Stage

PICTURES = Path(__file__).parent.parent / "snapshots" / "main"
DRAW = os.environ.get("SSHTUI_DRAW") == "1"

FROM_CONFIG = Host("bastion", "bastion.example.org", user="ada", origin="~/.ssh/config:12")

SCENES: dict[str, tuple[list[str], str]] = {
    "hosts": (["end"], "bastion ○ not open"),
    "filter": (["slash", "w", "1"], "production"),
    "no match": (["slash", "z"], "No host matches."),
    "edit": (["home", *["down"] * 4, "e", "tab", *"x_"], "edit db"),
    "wrong": (["home", *["down"] * 4, "e", "tab", "tab", *"99"], "A number from"),
    "terminal": (["home", *["down"] * 4, "enter", "SAY"], "total 12"),
    "drawer": (["home", *["down"] * 4, "enter", "SAY", "alt+0"], "folder"),
    "menu": (["home", *["down"] * 4, "enter", "SAY", "ctrl+backslash"], "quick connect"),
    "lost": (["home", *["down"] * 4, "enter", "SAY", "LOSE"], "connection lost"),
    "failed": (["FAIL", "home", *["down"] * 4, "enter"], "Is the port right?"),
    "help": (["question_mark"], "Connect in another tab"),
    "palette": (["colon", *"ta"], "Detach: leave"),
    "quick connect": (["C", *"ada@"], "connect to"),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_the_main_screen_looks_as_drawn(stage: Callable[..., Stage], scene: str, size: tuple[int, int]) -> None:
    shell = stage(hosts=HOSTS, config_hosts=lambda: (FROM_CONFIG,))
    keystrokes, awaited = SCENES[scene]
    async with shell.app.run_test(size=size) as pilot:
        await shell.shows(pilot, "○ bastion")
        for name in keystrokes:
            match name:
                case "SAY":
                    await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
                    shell.channel.say(b"~# ls -l\r\ntotal 12\r\n~# ")
                    await shell.shows(pilot, "total 12")
                    await shell.shows(pilot, "12 ms")
                case "LOSE":
                    shell.channel.finish(ChannelEnd("lost", reason="Connection reset by peer."))
                case "FAIL":
                    shell.dialer.error = Refused("db refused the connection.", hint="Is the port right?")
                case _:
                    await pilot.press(name)
        await shell.shows(pilot, awaited)
        await pilot.pause()
        picture = "\n".join(line.rstrip() for line in shell.picture().splitlines()) + "\n"
    drawn = PICTURES / f"{scene.replace(' ', '-')}-{size[0]}x{size[1]}.txt"
    if DRAW:
        drawn.parent.mkdir(parents=True, exist_ok=True)
        drawn.write_text(picture)
    assert picture == drawn.read_text()

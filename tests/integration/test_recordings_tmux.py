"""Recordings of real programs, shown by tmux: a second judge beside the xterm that gave the expected screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from tests.e2e.outer import Outer

RECORDINGS = Path(__file__).parents[1] / "unit" / "terminal" / "cases" / "recordings"


def shown(data: bytes) -> list[str]:
    emulator = Emulator(Size(80, 24))
    emulator.feed(data)
    return [emulator.row(at).text.rstrip() for at in range(24)]


def in_tmux(outer: Outer) -> list[str]:
    rows = [row.rstrip() for row in outer.screen().split("\n")]
    return (rows + [""] * 24)[:24]


@pytest.mark.parametrize(
    "name",
    ["apt", "btop", "emacs", "fzf", "git-log", "htop", "less", "mc", "nano", "tmux", "top", "vim-edit"],
)
def test_a_recording_gives_the_screen_that_tmux_shows(name: str, need: Callable[[str], str], tmp_path: Path) -> None:
    recording = RECORDINGS / f"{name}.raw"
    expected = shown(recording.read_bytes())
    outer = Outer(tmp_path, need("tmux"))
    size = 'until [ "$(stty size)" = "24 80" ]; do sleep 0.05; done'
    play = f"{size}; stty raw -echo; cat '{recording}'; exec sleep 600"
    try:
        outer.start(["sh", "-c", play], {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "screen-256color"})
        outer.wait_for(lambda _screen: in_tmux(outer) == expected)
    finally:
        outer.end()

"""What real programs sent to an 80×24 terminal, and the screen that xterm (379) showed after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator

RECORDINGS = sorted((Path(__file__).parent / "cases" / "recordings").glob("*.raw"))


@pytest.mark.parametrize("piece", [1, 100, 1 << 20])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: str(path.stem))
def test_a_recording_gives_the_screen_that_xterm_shows(path: Path, piece: int) -> None:
    emulator = Emulator(Size(80, 24))
    data = path.read_bytes()
    for at in range(0, len(data), piece):
        emulator.feed(data[at : at + piece])
    place, *rows = path.with_suffix(".screen").read_text("utf-8").splitlines()
    assert [emulator.row(at).text.rstrip() for at in range(24)] == rows
    assert place == f"cursor {emulator.cursor.point.row},{emulator.cursor.point.column}"

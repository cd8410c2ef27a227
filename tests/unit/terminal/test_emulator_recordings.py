"""What real programs sent to an 80×24 terminal, and the screens that xterm (379) showed on the way.

`NAME.raw` is what came, `NAME.screen` has a section for each moment: `at BYTES`, `cursor ROW,COLUMN`, and the
rows after a `|`, without trailing blanks and without the empty ones at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator

RECORDINGS = sorted((Path(__file__).parent / "cases" / "recordings").glob("*.raw"))


def moments(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """How many bytes had come, where the cursor stood, and the rows."""
    sections = re.split(r"^at ([0-9]+)\n", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
    for offset, section in zip(sections[::2], sections[1::2], strict=True):
        cursor, *rows = section.split("\n")
        yield int(offset), cursor, [row[1:] for row in rows if row]


def place_of(emulator: Emulator) -> str:
    """Row and column as the terminal reports them: on a line of double width a column counts once."""
    found = re.fullmatch(rb"\x1b\[([0-9]+);([0-9]+)R", emulator.feed(b"\x1b[6n").reply)
    assert found is not None
    return f"{int(found[1]) - 1},{int(found[2]) - 1}"


@pytest.mark.parametrize("piece", [1, 1 << 20], ids=["bytewise", "whole"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: str(path.stem))
def test_a_recording_gives_the_screens_that_xterm_shows(path: Path, piece: int) -> None:
    emulator = Emulator(Size(80, 24))
    data = path.read_bytes()
    fed = 0
    for offset, cursor, rows in moments(path.with_suffix(".screen")):
        for at in range(fed, offset, piece):
            emulator.feed(data[at : min(at + piece, offset)])
        fed = offset
        shown = [emulator.row(at).text.rstrip() for at in range(24)]
        while shown and not shown[-1]:
            shown.pop()
        assert shown == rows, offset
        assert cursor == f"cursor {place_of(emulator)}"

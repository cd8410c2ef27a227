"""What a fuzzer asks of the emulator, and the way in for atheris: `python -m tests.fuzz.emulator CORPUS [-runs=N]`.

An input is a byte for the first size, a byte for how it is cut, and what the remote sends; 0xFF and a byte for a size
is a resize. `corpus.hex` keeps one input a line; `python -m tests.fuzz.emulator --keep CORPUS` writes it anew.
"""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.rows import BLANK

CORPUS = Path(__file__).parent / "corpus.hex"
SIZES = ((1, 1), (2, 2), (3, 1), (1, 5), (10, 4), (20, 3), (80, 24), (7, 7))
LONGEST = 2000
"""Bytes of an input that are looked at."""


def inputs() -> list[bytes]:
    """The kept corpus."""
    return [bytes.fromhex(line) for line in CORPUS.read_text("ascii").split()]


def same_screen(one: Emulator, other: Emulator) -> None:
    assert one.size == other.size
    assert one.cursor == other.cursor
    assert one.modes == other.modes
    assert one.scrollback_rows == other.scrollback_rows
    for index in range(-one.scrollback_rows, one.size.rows):
        assert one.row(index).cells() == other.row(index).cells(), index
        assert one.row(index).runs() == other.row(index).runs(), index
        assert one.row(index).wrapped == other.row(index).wrapped, index


def whole_grid(emulator: Emulator) -> None:
    columns, rows = emulator.size
    terminal = emulator._terminal
    for line in (*terminal.rows, *terminal.other_rows):
        # What is known to be erased is taken for it without a look.
        if line.revision < 0:
            assert line.chars == [BLANK] * columns
            assert line.pens == line.pens[:1] * columns
            assert (line.wrapped, line.stored) == (False, None)
    assert 0 <= emulator.cursor.point.row < rows
    assert 0 <= emulator.cursor.point.column < columns
    for index in range(-emulator.scrollback_rows, rows):
        row = emulator.row(index)
        cells = row.cells()
        assert len(cells) == columns
        assert sum(run.columns for run in row.runs()) == columns
        assert all(len(cell) <= 16 for cell in cells)


def judge(data: bytes) -> None:
    """Raise AssertionError, or whatever the emulator raises, where an input breaks a promise.

    It never raises, keeps its grid whole, and cut anywhere it shows and answers the same.
    """
    size, cut, rest = data[:1], data[1:2], data[2:LONGEST]
    if not cut:
        return
    rng = random.Random(cut[0])
    start = Size(*SIZES[size[0] % len(SIZES)])
    whole, pieces = Emulator(start, scrollback=40), Emulator(start, scrollback=40)
    first, *resized = rest.split(b"\xff")
    for at, part in enumerate([first, *resized]):
        replies = [b"", b""]
        if at:
            wanted = Size(*SIZES[part[0] % len(SIZES)]) if part else start
            replies = [whole.resize(wanted).reply, pieces.resize(wanted).reply]
            part = part[1:]
        replies[0] += whole.feed(part).reply
        while part:
            step = rng.randint(1, 9)
            replies[1] += pieces.feed(part[:step]).reply
            part = part[step:]
        assert replies[0] == replies[1], replies
        whole_grid(whole)
        same_screen(whole, pieces)


def main(arguments: list[str]) -> None:
    """Let atheris look for an input that `judge` objects to."""
    if arguments[1:2] == ["--keep"]:
        found = sorted({path.read_bytes() for path in Path(arguments[2]).iterdir()}, key=lambda data: (len(data), data))
        CORPUS.write_text("".join(f"{data.hex()}\n" for data in found if data), "ascii")
        return
    import atheris

    for name in [name for name in sys.modules if name.startswith("sshtui")]:
        # What was imported uninstrumented is imported again below.
        del sys.modules[name]
    with atheris.instrument_imports(include=["sshtui.terminal"], enable_loader_override=False):
        judging = importlib.import_module("tests.fuzz.emulator").judge
    atheris.Setup(arguments, judging)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)

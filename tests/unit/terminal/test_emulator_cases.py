"""Every case file, fed whole, byte by byte and at random splits."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal.cells import PLAIN
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.modes import CursorShape, Modes
from tests.unit.terminal.emulator_cases import Case, read_cases, unescape

Split = Callable[[bytes], list[bytes]]


def whole(data: bytes) -> list[bytes]:
    return [data]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def at_random(data: bytes) -> list[bytes]:
    rng = random.Random(len(data))
    cuts = sorted(rng.sample(range(len(data) + 1), min(len(data), 3)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.parametrize("split", [whole, bytewise, at_random], ids=lambda split: str(split.__name__))
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.place} {case.title}") for case in read_cases()])
def test_case(case: Case, split: Split) -> None:
    Run(split).play(case)


class Run:
    """An emulator under a case."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.emulator = Emulator(Size(80, 24))
        self.reply = b""
        self.events: list[str] = []

    def play(self, case: Case) -> None:
        for word, rest in case.steps:
            getattr(self, f"do_{word}")(rest)

    def do_size(self, rest: str) -> None:
        columns, rows = map(int, rest.split("x"))
        self.emulator = Emulator(Size(columns, rows))

    def do_feed(self, rest: str) -> None:
        for piece in self.split(unescape(rest)):
            update = self.emulator.feed(piece)
            self.reply += update.reply
            self.events += map(repr, update.events)

    def do_resize(self, rest: str) -> None:
        columns, rows = map(int, rest.split("x"))
        self.reply += self.emulator.resize(Size(columns, rows)).reply

    def do_cursor(self, rest: str) -> None:
        place, _, pending = rest.partition(" ")
        cursor = self.emulator.cursor
        assert f"{cursor.point.row},{cursor.point.column}" == place
        assert cursor.pending_wrap == (pending == "pending")

    def do_row(self, rest: str) -> None:
        index, _, text = rest.partition(" ")
        text = text.strip()
        row = self.emulator.row(int(index))
        if text.startswith('"'):
            assert row.text == text[1:-1]
        else:
            assert row.text.rstrip() == text
        assert "".join(run.text for run in row.runs()) == "".join(row.cells())

    def do_cells(self, rest: str) -> None:
        index, _, text = rest.partition(" ")
        shown = ("." if cell == " " else cell for cell in self.emulator.row(int(index)).cells())
        assert "|".join(shown) == text.strip()

    def do_style(self, rest: str) -> None:
        place, *fields = rest.split()
        row, column = map(int, place.split(","))
        at = 0
        for run in self.emulator.row(row).runs():
            at += run.columns
            if column < at:
                names = {name: value for name, _, value in (field.partition("=") for field in fields)}
                shown = {
                    name: str(value)
                    for name, value, plain in zip(run.style._fields, run.style, PLAIN, strict=True)
                    if value != plain
                }
                assert shown == names
                return
        raise AssertionError(f"there is no column {column}")

    def do_reply(self, rest: str) -> None:
        assert self.reply == unescape(rest)
        self.reply = b""

    def do_modes(self, rest: str) -> None:
        modes = self.emulator.modes
        fields = dict(field.split("=") for field in rest.split())
        shown = {
            name: str(getattr(modes, name))
            for name in Modes.__slots__
            if getattr(modes, name) != getattr(Modes(), name) or name in fields
        }
        assert shown == fields

    def do_title(self, rest: str) -> None:
        assert self.emulator.title == rest

    def do_scrollback(self, rest: str) -> None:
        assert self.emulator.scrollback_rows == int(rest)

    def do_hidden(self, rest: str) -> None:
        assert self.emulator.cursor.visible == (rest == "no")

    def do_shape(self, rest: str) -> None:
        name, *blinking = rest.split()
        assert self.emulator.cursor.shape is CursorShape(name)
        assert self.emulator.cursor.blinking == bool(blinking)

    def do_event(self, rest: str) -> None:
        assert rest in self.events

    def do_events(self, rest: str) -> None:
        assert len(self.events) == int(rest)

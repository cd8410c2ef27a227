"""Any bytes, any split, any size: never an exception, always a whole grid, and the same one."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from tests.fuzz.emulator import inputs, judge, same_screen, whole_grid

PIECES = [
    "\x1b[", "?", ";", ":", "0", "1", "2", "5", "9", "69", "1049", "1047", "47", "2004", "2026", "2027", "1000", "1006",
    "h", "l", "H", "r", "s", "u", "m", "A", "B", "C", "D", "J", "K", "L", "M", "P", "@", "X", "S", "T", "b", "Z", "I",
    "$x", "$v", "$z", "${", "$r", "$t", "*y", "'}", "'~", '"q', " q", " @", " A", "!p", "$p", "c", "n", "t", "\x1b7",
    "\x1b8", "\x1bc", "\x1bM", "\x1bD", "\x1bE", "\x1b6", "\x1b9", "\x1b#8", "\x1b(0", "\x1b(B", "\x0e", "\x0f",
    "\x1bN", "\x1b]0;", "\x1b]8;;http://x/", "\x1b]52;c;", "\x1bP$q", "\x1b_", "\x07", "\x1b\\", "\x18", "\r\n", "\n",
    "\r", "\t", "\b", "漢", "字漢", "👩\u200d🚀", "e\u0301", "\u0301", "\ufe0f", "❤", "\u200b", "🇩", "한", "\u1100",
    "\u1161", "क्ष", "abc", "the quick brown fox", "\x1b[1;31m", "\x1b[48;5;20m", "\x1b[m", "\x1b[4h", "\x1b[?7l",
    "\x1b[?45h", "\x1b[?6h", "\x1b[2;4r", "\x1b[?69h\x1b[3;7s", "\x1b#6", "\x1b#3", "\x1b#5", "\x1b[?2l", "\x1bY!!",
    "\x1b[2;3H\x1b[42mup\x1b[K", "\x1b[3;1Hdown\x1b[K", "\x1b[1;2Hx", "\x1b[2;2H\x1b[K",
    "\x1bY", "\x1b<", "\x1b G", "\x1b[#P", "\x1b[#Q", "\x1b[8;3;7t", "\x1b[8;9;30t", "\x1b[30t", "\x1b[9;1t",
    "\x1b[9;0t",
    "\x1b[132$|", "\x1b[?40h\x1b[?3h", "\x1b[?3l", "\x1b%@", "\x1b%G", "\x1b[22;1t", "\x1b[23t", "#|", "#y",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 90), st.integers(1, 30))
def test_any_bytes_leave_a_whole_grid(data: bytes, columns: int, rows: int) -> None:
    emulator = Emulator(Size(columns, rows), scrollback=50)
    emulator.feed(data)
    whole_grid(emulator)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=60),
    st.sampled_from([(1, 1), (2, 2), (3, 1), (1, 5), (10, 4), (80, 24)]),
    st.randoms(use_true_random=False),
)
def test_any_split_gives_the_same_screen(pieces: list[str], size: tuple[int, int], rng: random.Random) -> None:
    data = "".join(pieces).encode()
    one, other = Emulator(Size(*size), scrollback=50), Emulator(Size(*size), scrollback=50)
    replies = one.feed(data).reply
    split_replies = b""
    at = 0
    while at < len(data):
        step = rng.randint(1, 7)
        split_replies += other.feed(data[at : at + step]).reply
        at += step
    assert replies == split_replies
    whole_grid(one)
    same_screen(one, other)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*PIECES, "\r\n" * 300, "漢字" * 200, "over\r\n" * 300]), max_size=60),
    st.sampled_from([(1, 1), (2, 2), (3, 1), (1, 5), (10, 4), (80, 24)]),
    st.randoms(use_true_random=False),
)
def test_what_is_stopped_and_goes_on_gives_the_same_screen(
    pieces: list[str], size: tuple[int, int], rng: random.Random
) -> None:
    data = "".join(pieces).encode()
    one, other = Emulator(Size(*size), scrollback=50), Emulator(Size(*size), scrollback=50)
    replies = one.feed(data).reply
    turns = [other.feed(data, lambda: rng.random() < 0.7)]
    while other.behind:
        turns.append(other.feed(b"", lambda: rng.random() < 0.7))
    assert replies == b"".join(turn.reply for turn in turns)
    same_screen(one, other)


@pytest.mark.parametrize("flood", [
    b"x\x1bc", b"\x1b[2J", b"\n", b"\x1b6", b"\x1b[\n", "\u0301".encode(), b"\x1bVx\x1b[J", b"\x1b[?2l\x1bJ",
    b"\x1b[?6h\x1b[H\x1b[K",
    b"x\x1b[999b", b"\x1b[5n",
])  # fmt: skip
def test_a_flood_of_anything_slow_is_stopped_soon_and_loses_nothing(flood: bytes) -> None:
    emulator = Emulator(Size(40, 10), scrollback=20)
    data = flood * (32_768 // len(flood)) + b"\x1b<\x18\x1b\\\x1bcend"
    emulator.feed(data, lambda: True)
    turns = 1
    while emulator.behind:
        emulator.feed(b"", lambda: True)
        turns += 1
    assert turns > 6
    assert emulator.row(0).text == "end"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.lists(st.tuples(st.integers(1, 60), st.integers(1, 20))))
def test_resizing_keeps_the_grid_whole(pieces: list[str], sizes: list[tuple[int, int]]) -> None:
    emulator = Emulator(Size(20, 5), scrollback=50)
    for at, size in enumerate([*sizes, (20, 5)]):
        emulator.feed("".join(pieces[at::2]).encode())
        emulator.resize(Size(*size))
        whole_grid(emulator)


LINES = [
    "plain text", "", "x" * 9, "y" * 10, "z" * 11, "w" * 35, "\x1b[31mred\x1b[0m tail", "\x1b[1;44mblue ground",
    "\x1b[38;2;1;2;3mtrue\x1b[K", "\x1b[m", "a\tb", "\t\tfar", "漢字", "漢字漢字漢", "漢字漢字漢字", "a漢字漢字漢",
    "🚀🌍", "привет",
    "e\u0301clair", "👩\u200d🚀 x", "\x1b[42m\x1b[K", "12345\x1b[7m67890\x1b[27m12345", "\x1b]0;t\x07x", "\x1b[2Cgap",
    "one\rtwo", "\x1b[4mlink\x1b[24m", "한국어", "☎\ufe0f!", "한\u11a8", "-" * 20,
    "\x1b[3\x1b[0m1mcut", "cut\x1b[", "cut\x1b[1;3", "\x1b[1Kleft", "\x1b[?25mno", "bell\x07", "\x1b[mm",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=30),
    st.sampled_from([(10, 4), (10, 1), (40, 6), (1, 3), (2, 2), (80, 24)]),
    st.booleans(),
    st.booleans(),
)
def test_a_flood_gives_what_drawing_gives(lines: list[str], size: tuple[int, int], alternate: bool, amid: bool) -> None:
    start = "\x1b[?1049h" if alternate else "\r\n" * size[1]
    before = "\r\n" * size[1] + "\x1b[32mover\r\n" * 300 if amid else ""
    text = start + "\r\n".join(lines * 20) + "\x1b[6n"
    at_once, slowly = Emulator(Size(*size), scrollback=200), Emulator(Size(*size), scrollback=200)
    at_once.feed(before.encode())
    reply = at_once.feed(text.encode()).reply
    data = (before + text).encode()
    slow_reply = b"".join(slowly.feed(data[at : at + 40]).reply for at in range(0, len(data), 40))
    assert reply == slow_reply
    same_screen(at_once, slowly)


BEFORE = [
    "", "漢字漢字漢\r\n" * 4, "\x1b[2;2H\x1b#6", "\x1b[?69h\x1b[3;7s", "\x1b[2;3r", "\x1b[?6h\x1b[2;3r", "\x1b[4h",
    "\x1b(0", "\x1b[?7l", "\x1bVheld\x1bW", '\x1b[1"qkept\x1b[0"q', "e\u0301", "👩\u200d", "\x1bN", "over\r\n" * 300,
    "\x1b[44m", "0123456789" * 3,
]  # fmt: skip
RUN = [
    "\x1b[H", "\x1b[2;3H", "\x1b[1;1H", "\x1b[3;10H", "\x1b[9;99H", "\x1b[;4H", "\x1b[007;2H", "\x1b[2;3;4H",
    "\x1b[70000;1H", "\x1b[2;4H", "\x1b[m", "\x1b[0m", "\x1b[31m", "\x1b[1;44m", "\x1b[38:5:9m", "\x1b[9999m",
    "\x1b[K", "\x1b[K", "some", "H", "Kmm;H", "m", "x", "\x1b[H\x1b[K", "\x1b[1;3H\x1b[44m\x1b[K", "0123456789", " ",
    "\x1b[2;9Hab", "\x1b[2;9Habc", "\x1b[42mup\x1b[K", "\x1b[3b",
]  # fmt: skip


@pytest.mark.parametrize("before", BEFORE)
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(RUN), min_size=2, max_size=40),
    st.sampled_from([(10, 4), (10, 1), (1, 3), (2, 2), (80, 24)]),
)
def test_a_run_of_updates_gives_what_its_characters_give(before: str, run: list[str], size: tuple[int, int]) -> None:
    at_once, slowly = Emulator(Size(*size), scrollback=50), Emulator(Size(*size), scrollback=50)
    for emulator in (at_once, slowly):
        emulator.feed(before.encode())
    text = "".join(run)
    rows = at_once.feed(text.encode()).rows
    each = [slowly.feed(character.encode()).rows for character in text]
    assert rows == (None if None in each else frozenset().union(*filter(None, each)))
    # Whatever the last character was, a repetition and a mark find the same.
    for emulator in (at_once, slowly):
        emulator.feed("\x1b[2b\u0301".encode())
    same_screen(at_once, slowly)


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_end_with_a_reset(seed: int) -> None:
    emulator = Emulator(Size(80, 24), scrollback=100)
    emulator.feed(random.Random(seed).randbytes(100_000))
    whole_grid(emulator)
    emulator.feed(b"\x18\x1b\\\x1bcfine")
    assert emulator.row(0).text == "fine"


def test_what_fuzzing_once_found_still_passes() -> None:
    assert len(inputs()) > 100
    for data in inputs():
        judge(data)


def test_fuzzing_led_by_coverage_finds_nothing(tmp_path: Path) -> None:
    """A short run of atheris from the kept corpus; `python -m tests.fuzz.emulator DIRECTORY` runs for ever."""
    if not os.environ.get("CI"):
        pytest.importorskip("atheris")
    for number, data in enumerate(inputs()):
        (tmp_path / str(number)).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.emulator", str(tmp_path), "-runs=1500", "-seed=1", "-timeout=20"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "tui"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Done 1500 runs" in done.stderr

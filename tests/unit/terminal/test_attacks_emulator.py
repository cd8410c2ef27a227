"""What hostile output must not do: no answer of the server's choosing, no exception, bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from sshtui.model.geometry import Size
from sshtui.terminal import limits
from sshtui.terminal.emulator import Emulator
from sshtui.terminal.events import ClipboardOffered

SILENT = {
    "title stays inside": b"\x1b]0;;id;\x07",
    "DECRQSS with a command": b"\x1bP$q\nid\n\x1b\\",
    "kitty colour control": b"\x1b]21;$(id)=?\x1b\\",
    "font query": b"\x1b]50;?\x07\x1b]50;i$(id)\x07",
    "rxvt graphics": b"\x1bGQ",
    "answerback": b"\x05",
    "clipboard read": b"\x1b]52;c;?\x07",
    "notifications": b"\x1b]9;x\x07\x1b]777;notify;a;b\x07\x1b]9;7;calc\x07",
    "window operations": b"\x1b[8;5000;5000t\x1b[8;0;-1t\x1b[3;0;0t\x1b[2t",
    "passthrough": b"\x1bPtmux;\x1b\x1b]52;c;?\x07\x1b\\",
}


@pytest.mark.parametrize("data", SILENT.values(), ids=SILENT)
def test_nothing_the_server_chose_comes_back(data: bytes) -> None:
    reply = Emulator(Size(80, 24)).feed(data).reply
    assert reply in (b"", b"\x1bP0$r\x1b\\")


def test_a_reported_title_is_empty() -> None:
    assert Emulator(Size(80, 24)).feed(b"\x1b]0;;id;\x07\x1b[21t\x1b[20t").reply == b"\x1b]l\x1b\\\x1b]L\x1b\\"


def test_an_unknown_capability_is_refused_without_its_name() -> None:
    assert Emulator(Size(80, 24)).feed(b"\x1bP+q6964\x1b\\").reply == b"\x1bP0+r\x1b\\"


def test_replies_to_one_feed_are_bounded() -> None:
    assert len(Emulator(Size(80, 24)).feed(b"\x1b[c" * 100_000).reply) <= limits.REPLY


def test_a_clipboard_offer_is_bounded() -> None:
    assert not Emulator(Size(80, 24)).feed(b"\x1b]52;c;" + b"QUFB" * 500_000 + b"\x07").events
    offered = Emulator(Size(80, 24)).feed(b"\x1b]52;c;aWQK\x07").events
    assert offered == (ClipboardOffered("id\n"),)


def test_a_title_has_no_controls_and_a_length() -> None:
    emulator = Emulator(Size(80, 24))
    emulator.feed(b"\x1b]2;a\nb\x08c" + b"d" * 5000 + b"\x07")
    assert len(emulator.title) <= limits.TITLE
    assert emulator.title.isprintable()


ODD = [
    b"\x1b[1;1A", b"\x1b[?1m", b"\x1b[?6n", b"\x1b[3;24g", b"\x1b[5;2;80'Q", b"\x1b[38:2::1:2:3mX", b"\x1b[=5;1u",
    b"\x1b[!p",
    b"\xc2\x9b31m", b"\x9b31m", b"\xc2\x9d0;x\xc2\x9c", b"\xff\xfe\xc0\xaf\xed\xa0\x80", b"\x1b[:::::m", b"\x1b[;;;;H",
    b"\x1b[2147483647;2147483647r", b"\x1b[?2147483647h", b"\x1b]4;99999;?\x07", b"\x1b]4;x;y;z\x07", b"\x1bP1$t\x1b\\",
    b"\x1bP1$tx;y;z;;;;;;;\x1b\\", b"\x1bP2$t////\x1b\\", b"\x1b]8;\x07", b"\x1b]7;file://[\x07", b"\x1b]133;D;x\x07",
    b"\x1b]10;rgb:/\x07", b"\x1b[9999b", b"\x1b[0;0;0;0;0;0;0;0$v", b"\x1b[;;;;99;99$v", b"\x1b]52;c;A\x07",
]  # fmt: skip


@pytest.mark.parametrize("data", ODD, ids=repr)
def test_odd_sequences_change_nothing_that_follows(data: bytes) -> None:
    for size in (Size(80, 24), Size(1, 1), Size(2, 3)):
        emulator = Emulator(size)
        emulator.feed(data)
        emulator.feed(b"\x1bcX")
        assert emulator.row(0).text == "X"


SLOW = {
    "huge counts": b"".join(b"A\x1b[2147483647" + final for final in b"S T L M @ P X b C B".split()),
    "huge digits": b"\x1b[" + b"9" * 5_000_000 + b";1H",
    "many parameters": b"\x1b[" + b"1;" * 1_000_000 + b"m",
    "combining flood": b"a" + "\u0301".encode() * 100_000,
    "joiner flood": "👩\u200d".encode() * 20_000,
    "alignment flood": b"\x1b#8" * 500,
    "column mode flood": b"\x1b[?3h\x1b[?3l" * 500,
    "screen flood": b"\x1b[?1049h\x1b[?1049l" * 2_000,
    "saved cursors": b"\x1b7" * 100_000,
    "bells": b"\x07" * 300_000,
    "NULs": b"\0" * 300_000,
    "titles pushed": b"\x1b[22t" * 50_000,
    "renditions pushed": b"\x1b[#{" * 50_000,
    "flags pushed": b"\x1b[>1u" * 50_000,
    "repeated screens": b"A\x1b[65535b" * 20,
    "tabs": b"\x1b[65535I\x1b[65535Z" * 500,
}


@pytest.mark.parametrize("data", SLOW.values(), ids=SLOW)
def test_floods_end_soon(data: bytes) -> None:
    emulator = Emulator(Size(80, 24), scrollback=1000)
    started = time.process_time()
    emulator.feed(data)
    assert time.process_time() - started < 2
    emulator.feed(b"\x1bc ok")
    assert emulator.row(0).text == " ok"


@pytest.mark.parametrize("introducer", [b"\x1b]0;", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX"], ids=repr)
@pytest.mark.parametrize("end", [b"\x18", b"\x1b[m", b"\x1b\\"], ids=repr)
def test_an_endless_string_is_swallowed_and_ends(introducer: bytes, end: bytes) -> None:
    emulator = Emulator(Size(80, 24))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    emulator.feed(introducer)
    for _ in range(40):
        emulator.feed(b"x" * 100_000)
    assert tracemalloc.get_traced_memory()[0] - before < 4_000_000
    tracemalloc.stop()
    assert emulator.title == ""
    emulator.feed(end + b"here")
    assert emulator.row(0).text == "here"
    assert emulator.title == ""


def test_every_visible_character_after_invisible_ones_is_there() -> None:
    emulator = Emulator(Size(40, 3))
    emulator.feed("echo ok\u200b; id \u202e<>\ufeff!\u2066.".encode())
    assert emulator.row(0).text == "echo ok; id <>!."


def test_a_million_colours_stay_bounded() -> None:
    emulator = Emulator(Size(80, 24), scrollback=10)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for red in range(0, 256, 64):
        emulator.feed(b"".join(b"\x1b[38;2;%d;%d;%dmx" % (red, at // 64, at % 64) for at in range(1500)))
    assert tracemalloc.get_traced_memory()[0] - before < 12_000_000
    tracemalloc.stop()


def test_ten_thousand_lines_of_history_cost_under_five_megabytes() -> None:
    emulator = Emulator(Size(120, 50), scrollback=10_000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for block in range(25):
        lines = (f"{block:4} {line:4} " + "x" * 100 + "\x1b[32mgreen\x1b[0m" for line in range(400))
        emulator.feed("".join(line + "\r\n" for line in lines).encode())
    emulator.feed(b"\r\n" * 50)
    assert emulator.scrollback_rows > 9_900
    assert tracemalloc.get_traced_memory()[0] - before < 5_000_000
    tracemalloc.stop()


def test_history_that_came_line_by_line_in_many_colours_is_kept_small() -> None:
    emulator = Emulator(Size(120, 50), scrollback=5_000)
    words = [f"\x1b[38;5;{colour}mword {colour:3}\x1b[0m" for colour in range(16, 28)]
    emulator.feed(b"\r\n" * 60)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(5_000):
        emulator.feed((" ".join(words) + "\r\n").encode())
    # A string of its own, a pen and a length for each of its 24 runs, and 250 bytes of objects around them.
    assert (tracemalloc.get_traced_memory()[0] - before) / 5_000 < 120 + 24 * (8 + 1) + 250
    tracemalloc.stop()


def test_a_disconnect_undoes_every_mode_and_keeps_the_text() -> None:
    emulator = Emulator(Size(20, 3))
    emulator.feed(b"one\r\ntwo\r\nthree\r\nfour\x1b[?1049h\x1b[?1003h\x1b[?25l\x1b[?2004h\x1b[2;3rvim\x1b]0;half")
    emulator.reset_modes()
    assert emulator.cursor.visible
    assert emulator.modes == Emulator(Size(1, 1)).modes
    assert [emulator.row(at).text for at in range(-1, 3)] == ["one", "two", "three", "four"]
    emulator.feed(b"!")
    assert emulator.row(2).text == "four!"

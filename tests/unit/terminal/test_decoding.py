"""Bytes become the same text however they are cut and however much of them is broken."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.terminal.decoding import WINDOW, Decoder

PIECES = [
    b"abc" * 200, "漢字🚀".encode() * 90, b"\xff", b"\xfe" * 300, b"\x80", b"\xbf" * 700, b"\xf0\x9f", b"\xf0\x9f\x9a",
    b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xfd\xbf", b"\xc0\xaf", b"\xc3", b"x" * (WINDOW - 1),
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_text_is_what_its_bytes_give_one_by_one(pieces: list[bytes]) -> None:
    data = b"".join(pieces) + b"."
    slowly = Decoder()
    assert Decoder().decode(data) == "".join(slowly.decode(data[at : at + 1]) for at in range(len(data)))


def test_bytes_that_begin_nothing_are_one_mark_each() -> None:
    assert Decoder().decode(b"a" + b"\x80\xff" * 500 + b"b") == "a" + "\ufffd" * 1000 + "b"

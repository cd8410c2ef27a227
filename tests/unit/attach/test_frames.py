"""The framing of the attach socket: any split gives the same frames, and nothing that comes in is unbounded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.attach.frames import (
    DATA,
    FACT_LIMIT,
    FRAME_LIMIT,
    META,
    PACKED,
    BadFrame,
    Frame,
    FrameReader,
    Hello,
    data,
    fact,
    frame,
    meta,
)
from sshtui.model.geometry import Size

FRAMES = st.lists(st.builds(Frame, st.sampled_from([DATA, META, PACKED]), st.binary(max_size=300)), max_size=10)


@given(FRAMES, st.data())
def test_any_split_of_the_bytes_gives_the_same_frames(frames: list[Frame], draw: st.DataObject) -> None:
    stream = b"".join(frame(each.kind, each.payload) for each in frames)
    reader, found = FrameReader(), []
    while stream:
        cut = draw.draw(st.integers(1, len(stream)))
        found += list(reader.feed(stream[:cut]))
        stream = stream[cut:]
    assert found == frames


def test_the_bytes_are_those_of_textuals_web_driver() -> None:
    assert frame(DATA, b"ls\r") == b"D\x00\x00\x00\x03ls\r"


@given(st.binary(max_size=2000))
def test_random_bytes_are_frames_or_a_refusal(noise: bytes) -> None:
    reader = FrameReader()
    try:
        for each in reader.feed(noise):
            if each.kind == META:
                Hello.read(fact(each.payload))
    except BadFrame as error:
        assert error.sentence  # noqa: PT017  # either way is fine, another exception is not


def test_a_frame_that_would_be_too_long_is_refused_before_it_comes() -> None:
    with pytest.raises(BadFrame):
        list(FrameReader().feed(b"D" + (FRAME_LIMIT + 1).to_bytes(4, "big")))


def test_a_long_picture_goes_in_several_frames() -> None:
    picture = bytes(range(256)) * 10_000
    pieces = list(FrameReader().feed(data(picture)))
    assert max(len(piece.payload) for piece in pieces) <= FRAME_LIMIT
    assert b"".join(piece.payload for piece in pieces) == picture


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"5",
        b"[]",
        b'["stdin"]',
        b"{notjson",
        b'{"type": 5}',
        b"\xff\xfe",
        b"[" * 16_000,
        b'{"type"' + b" " * 20_000,
    ],
    ids=lambda payload: repr(payload[:12]),
)
def test_a_fact_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(BadFrame):
        fact(payload, FACT_LIMIT)


@pytest.mark.parametrize(
    ("columns", "rows", "clamped"),
    [(80, 24, Size(80, 24)), (5000, 5000, Size(500, 200)), (0, -3, Size(2, 1)), (10**30, 1, Size(500, 1))],
)
def test_sizes_are_clamped(columns: int, rows: int, clamped: Size) -> None:
    assert fact(json.dumps({"type": "resize", "columns": columns, "rows": rows}).encode()).size() == clamped


@pytest.mark.parametrize("columns", ["80", None, True, 1.5, [80]])
def test_a_size_that_is_no_number_is_refused(columns: object) -> None:
    with pytest.raises(BadFrame):
        fact(json.dumps({"type": "resize", "columns": columns, "rows": 24}).encode()).size()


def test_hello_is_read_as_it_was_said() -> None:
    said = Hello(Size(100, 30), "browser", "linux", 256, False, "\x08")
    (heard,) = FrameReader().feed(said.encoded())
    assert Hello.read(fact(heard.payload)) == said


def test_another_version_is_refused_with_a_way_on() -> None:
    with pytest.raises(BadFrame) as refused:
        Hello.read(fact(meta("hello", version=2, columns=80, rows=24)[5:]))
    assert "quit the app" in refused.value.hint

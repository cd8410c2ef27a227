"""A large paste goes at the remote's pace, keeps its order and its brackets, and can be stopped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.model.geometry import Size
from sshtui.session.outbox import ANSWERS_BEHIND, PIECE, Outbox, Paste
from tests.fakes.wire import MemoryChannel
from tests.waiting import eventually

LARGE = "0123456789abcdef" * (8 * PIECE // 16)


def paste(text: str) -> Paste:
    return Paste(text, str.encode, b"<", b">")


@pytest.fixture
async def channel() -> MemoryChannel:
    return MemoryChannel(Size(80, 24))


async def test_what_is_typed_during_a_paste_comes_behind_it(channel: MemoryChannel) -> None:
    outbox = Outbox(channel, lambda: None)
    outbox.write(b"before ")
    outbox.paste(paste(LARGE))
    outbox.write(b" after")
    outbox.paste(paste("small"))
    await eventually(lambda: channel.written.endswith(b"<small>"), "all is sent")
    assert channel.written == f"before <{LARGE}> after<small>".encode()
    assert outbox.pasting is None


async def test_a_remote_that_does_not_read_gets_no_more_than_a_piece(channel: MemoryChannel) -> None:
    outbox = Outbox(channel, lambda: None)
    channel.stall()
    outbox.paste(paste(LARGE))
    await eventually(lambda: channel.written, "it has begun")
    channel.take_again()
    channel.stall()
    await eventually(lambda: len(channel.written) == PIECE + 1, "a piece is sent")
    sent = len(channel.written)
    outbox.write(b"typed")
    stopped = outbox.stop()
    assert stopped is not None
    assert (stopped.sent, stopped.total) == (sent - 1, len(LARGE))
    assert channel.written == b"<" + LARGE.encode()[: sent - 1] + b">typed"
    channel.take_again()
    outbox.write(b"!")
    assert channel.written.endswith(b">typed!")


async def test_answers_of_the_terminal_are_dropped_while_too_much_waits_and_typing_never_is(
    channel: MemoryChannel,
) -> None:
    outbox = Outbox(channel, lambda: None)
    outbox.answer(b"first")
    channel.stall()
    outbox.answer(b"second")
    outbox.write(b" typed ")
    channel.take_again()
    outbox.answer(b"third")
    assert channel.written == b"first typed third"


async def test_answers_that_come_during_a_paste_wait_behind_it_but_not_without_end(channel: MemoryChannel) -> None:
    outbox = Outbox(channel, lambda: None)
    channel.stall()
    outbox.paste(paste(LARGE))
    for _ in range(10 * ANSWERS_BEHIND):
        outbox.answer(b"?")
    outbox.write(b"typed")
    channel.take_again()
    await eventually(lambda: channel.written.endswith(b"typed"), "all is sent")
    assert 0 < channel.written.count(b"?") <= ANSWERS_BEHIND


async def test_stopping_takes_the_pastes_that_wait_too_and_leaves_no_bracket_of_theirs(channel: MemoryChannel) -> None:
    channel.stall()
    outbox = Outbox(channel, lambda: None)
    outbox.paste(paste(LARGE))
    outbox.paste(paste(LARGE))
    outbox.stop()
    assert outbox.pasting is None
    assert channel.written.count(b"<") == channel.written.count(b">") == len(channel.written) / 2


async def test_how_far_it_is_is_told_at_its_start_and_at_its_end(channel: MemoryChannel) -> None:
    seen: list[bool] = []
    outbox = Outbox(channel, lambda: seen.append(outbox.pasting is not None))
    outbox.paste(paste(LARGE))
    await eventually(lambda: outbox.pasting is None, "it is over")
    assert seen[0]
    assert not seen[-1]


@given(st.integers(-3, 3), st.integers(0, 3))
def test_no_cut_falls_into_a_line_end(shift: int, more: int) -> None:
    text = "x" * (PIECE + shift) + "\r\n" * (PIECE + more)
    whole = paste(text)
    pieces = list(iter(whole.next_piece, ""))
    assert "".join(pieces) == text
    assert not [piece for piece in pieces if piece.startswith("\n")]

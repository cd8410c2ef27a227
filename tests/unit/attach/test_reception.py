"""The app's side of the socket: callers are answered, viewers seated, and nobody makes the app wait."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from sshtui.attach.asking import ask, state_of
from sshtui.attach.frames import DATA, META, Fact, Frame, FrameReader, Hello, data, fact, meta
from sshtui.attach.places import Instance, Places
from sshtui.attach.reception import CALLERS, Reception, reception
from sshtui.attach.seat import BACKLOG, SILENCE, Seat
from sshtui.attach.viewer import Viewer, attached
from sshtui.errors import AttachError, UsageError
from sshtui.model.geometry import Size
from tests.waiting import eventually

HELLO = Hello(Size(80, 24))


class Visitor:
    """A viewer as the desk below knows it; notes what it is told."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.input = b""
        self.sizes = [seat.size]
        self.times_caught_up = 0
        self.gone = False

    async def typed(self, data: bytes) -> None:
        self.input += data

    def resized(self) -> None:
        self.sizes.append(self.seat.size)

    def caught_up(self) -> None:
        self.times_caught_up += 1

    def left(self) -> None:
        self.gone = True


class FrontDesk:
    """A desk that lets everyone in, and one that is `closed` nobody."""

    def __init__(self) -> None:
        self.visitors: list[Visitor] = []
        self.closed = False
        self.asked_to_quit = False

    def status(self) -> dict[str, object]:
        return {"detachable": True, "viewers": len(self.visitors)}

    def open(self, wish: Fact) -> dict[str, object]:
        if wish.text("destination") == "nowhere":
            raise UsageError("There is no host 'nowhere'.", hint="Did you mean somewhere?")
        return {"name": wish.text("destination")}

    def quit(self) -> None:
        self.asked_to_quit = True

    def sit(self, seat: Seat) -> Visitor:
        if self.closed:
            raise AttachError("This one runs on a terminal of its own.")
        self.visitors.append(Visitor(seat))
        return self.visitors[-1]


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
async def here(request: pytest.FixtureRequest, desk: FrontDesk, tmp_path: Path) -> AsyncIterator[Reception]:
    """A reception; its patience is the usual one, or the fixture's parameter in seconds."""
    instance, link = Places(tmp_path / "run").listen()
    async with reception(desk, instance, link, silence=getattr(request, "param", SILENCE)) as open_one:
        yield open_one


@pytest.fixture
def app(here: Reception) -> Instance:
    return here.instance


async def frames_of(viewer: Viewer, count: int) -> list[Frame]:
    found = []
    for _ in range(count):
        frame = await viewer.read()
        assert frame is not None
        found.append(frame)
    return found


async def facts_until(viewer: Viewer, type: str) -> Fact:
    while (frame := await viewer.read()) is not None:
        if frame.kind == META and (said := fact(frame.payload)).type == type:
            return said
    raise AssertionError(f"the app was gone before {type}")


async def test_a_viewer_is_welcomed_types_resizes_and_sees(app: Instance, desk: FrontDesk) -> None:
    async with attached(app.socket, HELLO) as viewer:
        assert (await facts_until(viewer, "welcome")).text("id") == "1"
        viewer.type(b"ls\r")
        viewer.resize(Size(100, 30))
        await eventually(lambda: desk.visitors[0].sizes[-1] == Size(100, 30), "the size came")
        assert desk.visitors[0].input == b"ls\r"
        desk.visitors[0].seat.show(b"\x1b[1;1Hpicture")
        assert await frames_of(viewer, 1) == [Frame(DATA, b"\x1b[1;1Hpicture")]
    await eventually(lambda: desk.visitors[0].gone, "the viewer left")


async def test_who_detaches_hears_goodbye(app: Instance, desk: FrontDesk) -> None:
    async with attached(app.socket, HELLO) as viewer:
        viewer.detach()
        assert (await facts_until(viewer, "bye")).text("reason") == "detached"
        assert await viewer.read() is None


async def test_who_is_let_go_counts_no_more_even_before_it_has_read_that(app: Instance, desk: FrontDesk) -> None:
    async with attached(app.socket, HELLO) as viewer:
        await facts_until(viewer, "welcome")
        visitor = desk.visitors[0]
        while not visitor.seat.behind:
            visitor.seat.show(b"x" * 4096)
        visitor.seat.let_go("detached")
        await eventually(lambda: visitor.gone, "it left")
        assert (await facts_until(viewer, "bye")).text("reason") == "detached"


async def test_when_the_app_ends_everyone_hears_how(app: Instance, here: Reception) -> None:
    async with attached(app.socket, HELLO) as one, attached(app.socket, HELLO) as other:
        await facts_until(one, "welcome")
        await facts_until(other, "welcome")
        ending = asyncio.create_task(here.see_off("ended", 143))
        assert (await facts_until(one, "bye")).number("code") == 143
        assert (await facts_until(other, "bye")).text("reason") == "ended"
        await ending


async def test_callers_ask_and_are_answered(app: Instance, desk: FrontDesk) -> None:
    state = await asyncio.to_thread(state_of, app.socket)
    assert (state["id"], state["pid"], state["detachable"]) == ("1", os.getpid(), True)
    answer = await asyncio.to_thread(ask, app.socket, "open", destination="web-1")
    assert (answer.type, answer.text("name")) == ("opened", "web-1")
    with pytest.raises(UsageError, match="nowhere") as refused:
        await asyncio.to_thread(ask, app.socket, "open", destination="nowhere")
    assert refused.value.hint == "Did you mean somewhere?"
    await asyncio.to_thread(ask, app.socket, "quit")
    assert desk.asked_to_quit


async def test_an_app_on_its_own_terminal_refuses_viewers_with_a_sentence(app: Instance, desk: FrontDesk) -> None:
    desk.closed = True
    async with attached(app.socket, HELLO) as viewer:
        assert "terminal of its own" in (await facts_until(viewer, "refused")).text("sentence")
        assert (await facts_until(viewer, "bye")).text("reason") == "refused"


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"D\xff\xff\xff\xff",
        data(b"typed before hello"),
        meta("hello", columns=[1]),
        b"M\0\0\0\x02[]",
    ],
    ids=["HTTP", "too long", "no hello", "odd hello", "no fact"],
)
async def test_who_does_not_speak_the_protocol_is_let_go_and_nobody_else(
    app: Instance, desk: FrontDesk, noise: bytes
) -> None:
    async with attached(app.socket, HELLO) as viewer:
        reader, writer = await asyncio.open_unix_connection(str(app.socket))
        writer.write(noise)
        said = [fact(frame.payload).type for frame in FrameReader().feed(await reader.read())]
        assert said[-2:] == ["refused", "bye"]
        writer.close()
        viewer.type(b"still here")
        await eventually(lambda: desk.visitors[0].input == b"still here", "the other viewer is heard")


async def test_a_viewer_that_does_not_read_misses_pictures_but_no_modes(app: Instance, desk: FrontDesk) -> None:
    async with attached(app.socket, HELLO) as viewer:
        await facts_until(viewer, "welcome")
        visitor = desk.visitors[0]
        # The kernel's buffer and ours are filled, then ten times as much is shown.
        while not visitor.seat.behind:
            visitor.seat.show(b"x" * 4096)
        for _ in range(1000):
            visitor.seat.show(b"missed" * 1000)
        visitor.seat.show_in_any_case(b"\x1b[?1000l")
        seen = b""
        while not seen.endswith(b"\x1b[?1000l"):
            frame = await viewer.read()
            assert frame is not None
            seen += frame.payload
        assert b"missed" not in seen
        assert len(seen) < 20 * BACKLOG
        await eventually(lambda: visitor.times_caught_up == 1, "it is told that it missed something")


@pytest.mark.parametrize("here", [0.2], indirect=True)
async def test_a_viewer_that_never_reads_is_let_go(app: Instance, desk: FrontDesk) -> None:
    _reader, writer = await asyncio.open_unix_connection(str(app.socket))
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Unix connection's transport can
    writer.write(HELLO.encoded())
    await eventually(lambda: desk.visitors, "it sits")
    while not desk.visitors[0].seat.behind:
        desk.visitors[0].seat.show(b"x" * 4096)
    await eventually(lambda: desk.visitors[0].gone, "it is let go")
    writer.close()


@pytest.mark.parametrize("here", [0.1], indirect=True)
async def test_who_says_nothing_is_let_go(app: Instance) -> None:
    reader, writer = await asyncio.open_unix_connection(str(app.socket))
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


async def test_there_is_room_for_a_number_of_callers_and_then_a_sentence(app: Instance) -> None:
    links = [await asyncio.open_unix_connection(str(app.socket)) for _ in range(CALLERS)]
    async with attached(app.socket, HELLO) as viewer:
        assert "others" in (await facts_until(viewer, "refused")).text("sentence")
    for _reader, writer in links:
        writer.close()


async def test_a_caller_without_room_may_say_hello_before_it_reads_that_there_is_none(app: Instance) -> None:
    links = [await asyncio.open_unix_connection(str(app.socket)) for _ in range(CALLERS)]
    with socket.socket(socket.AF_UNIX) as late:
        late.connect(str(app.socket))
        refused = await asyncio.to_thread(late.recv, 4096)
        late.send(HELLO.encoded())
        assert b"others" in refused
        assert late.recv(1) == b""
    for _reader, writer in links:
        writer.close()


async def test_random_frames_end_in_a_seat_or_a_refusal_and_the_app_goes_on(app: Instance, desk: FrontDesk) -> None:
    chance = random.Random(7)
    for _ in range(50):
        reader, writer = await asyncio.open_unix_connection(str(app.socket))
        writer.write(HELLO.encoded())
        for _ in range(20):
            payload = chance.randbytes(chance.randrange(40))
            said = meta(chance.choice(["resize", "fullscreen", "status"]), columns=chance.randrange(-9, 9**9), rows=1)
            writer.write(chance.choice([data(payload), said, b"P\0\0\0\x01x", payload]))
        writer.write_eof()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
    await eventually(lambda: all(visitor.gone for visitor in desk.visitors), "all of them are gone")
    async with attached(app.socket, HELLO) as viewer:
        await facts_until(viewer, "welcome")


async def test_a_call_that_comes_while_the_app_ends_is_closed_at_once(tmp_path: Path) -> None:
    gone: list[Seat] = []
    seat = Seat(FrontDesk(), Instance("1", tmp_path / "s"), SILENCE, gone.append)
    seat.let_go("quit")
    server = await asyncio.get_running_loop().create_unix_server(lambda: seat, tmp_path / "s")
    async with server:
        reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
        assert await reader.read() == b""
        writer.close()
        await eventually(lambda: gone == [seat], "end of the seat")

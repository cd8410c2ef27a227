"""The websocket: what goes over it, what does not, and when it ends."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

import aiohttp
import pytest

from sshtui.errors import ConfigError
from sshtui.model.geometry import Size
from sshtui.web import console as protocol
from sshtui.web.control import ask
from sshtui.web.sessions import Sessions
from tests.fakes.viewing import FakeApp
from tests.waiting import eventually
from tests.web.door import Clock, closed_with, door, enrol

HELLO = {"type": "hello", "page": "a", "columns": 80, "rows": 24}


async def test_sizes_are_clamped_and_reach_the_app(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            for columns, rows in ((5000, 5000), (0, -1), (100, 30)):
                await socket.send_str(json.dumps({"type": "resize", "columns": columns, "rows": rows}))
            (viewer,) = here.app.viewers
            await eventually(lambda: len(viewer.sizes) == 4, "every size arrived")
        assert viewer.sizes == [Size(80, 24), Size(500, 200), Size(2, 1), Size(100, 30)]


BAD_MESSAGES = (
    "{notjson", "5", "[]", '["stdin"]', "null", '{"type": "resize"}', '{"type": "unknown"}', "[" * 4000, '"\\ud800"',
    '{"type": "resize", "columns": "9", "rows": 9}', '{"type": "resize", "columns": 9.5, "rows": true}', "x" * 5000, "",
)  # fmt: skip


@pytest.mark.parametrize("frame", BAD_MESSAGES)
async def test_a_message_that_is_none_of_ours_closes_the_socket_and_not_the_session(tmp_path: Path, frame: str) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            await socket.send_str(frame)
            assert await closed_with(socket) == protocol.POLICY
        assert (await here.ask("GET", "/session")).status == 200
        await eventually(lambda: here.app.open == 0, "the app is free")


@pytest.mark.parametrize(
    "hello", [{}, {"type": "hello"}, {**HELLO, "page": ""}, {**HELLO, "page": "x" * 65}, {**HELLO, "columns": None}, []]
)
async def test_without_a_hello_the_app_is_not_touched(tmp_path: Path, hello: object) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.socket() as socket:
            await socket.send_str(json.dumps(hello))
            assert await closed_with(socket) == protocol.POLICY
        assert here.app.viewers == []


async def test_a_frame_beyond_the_limit_closes_the_socket(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            await socket.send_bytes(bytes(protocol.FRAME_LIMIT + 1))
            assert await closed_with(socket) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_ten_megabytes_arrive_whole(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        pasted = random.Random(4).randbytes(10_000_000)
        async with here.console_page() as socket:
            (viewer,) = here.app.viewers
            viewer.paint = lambda data: None  # type: ignore[method-assign]  # an echo of it all is not wanted here
            for at in range(0, len(pasted), 256 * 1024):
                await socket.send_bytes(pasted[at : at + 256 * 1024])
            await eventually(lambda: len(viewer.typed) == len(pasted), "all is typed", 30)
        assert viewer.typed == pasted


async def test_random_frames_leave_the_server_and_the_session_alive(tmp_path: Path) -> None:
    dice = random.Random(7)
    async with door(tmp_path) as here:
        await here.enter()
        for _ in range(100):
            async with here.console_page() as socket:
                for _ in range(50):
                    junk = dice.randbytes(dice.randrange(200))
                    if dice.random() < 0.5:
                        await socket.send_bytes(junk)
                    elif not socket.closed:
                        await socket.send_str(junk.decode("latin-1"))
                        break
        assert (await here.ask("GET", "/session")).status == 200


NO_LINKS = (
    "javascript:alert(1)", "file:///etc/passwd", "ssh://-oProxyCommand=x", "data:text/html,x", "https://a b/",
    "http:///\n", 5,
)  # fmt: skip


@pytest.mark.parametrize("url", NO_LINKS)
async def test_only_web_addresses_are_passed_to_the_page(tmp_path: Path, url: object) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            here.app.viewers[0].tell("open_url", url=url)
            here.app.viewers[0].tell("open_url", url="https://example.org/x")
            told = json.loads(await socket.receive_str(timeout=5))
            assert told == {"type": "open_url", "url": "https://example.org/x"}


async def test_the_ninth_page_is_turned_away_and_one_that_comes_back_takes_its_own_place(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        pages = [here.console_page(str(number)) for number in range(protocol.VIEWERS)]
        sockets = [await page.__aenter__() for page in pages]
        async with here.socket() as ninth:
            await ninth.send_str(json.dumps({**HELLO, "page": "ninth"}))
            assert await closed_with(ninth) == protocol.FULL
        async with here.console_page("0"):
            assert await closed_with(sockets[0]) == protocol.REPLACED
        for page in pages:
            await page.__aexit__(None, None, None)


async def test_an_app_that_says_goodbye_or_is_gone_ends_the_socket_for_good(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            here.app.viewers[-1].tell("bye", reason="quit")
            assert await closed_with(socket) == protocol.ENDED
        async with here.console_page() as socket:
            here.app.viewers[-1].frames.put_nowait(None)
            assert await closed_with(socket) == protocol.ENDED


async def test_an_app_that_does_not_start_says_why(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        here.app.broken = ConfigError("No room.", hint="Make some.")
        async with here.socket() as socket:
            await socket.send_str(json.dumps(HELLO))
            told = json.loads(await socket.receive_str(timeout=5))
            assert told == {"type": "failed", "sentence": "No room.", "hint": "Make some."}
            assert await closed_with(socket) == protocol.FAILED


async def test_a_browser_that_does_not_read_is_cut_off_and_the_app_is_free(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        here.console.consoles._send_time = 0.5
        await here.enter()
        async with here.console_page() as socket:
            transport = socket._response.connection.transport  # type: ignore[union-attr]  # a browser that stops
            assert transport is not None
            transport.pause_reading()
            (viewer,) = here.app.viewers
            for _ in range(200):
                viewer.paint(bytes(100_000))
            await eventually(lambda: here.app.open == 0, "the app is free")


async def test_an_app_that_takes_no_input_holds_the_browser_up_and_not_the_server(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            (viewer,) = here.app.viewers
            viewer.busy.clear()
            viewer.paint = lambda data: None  # type: ignore[method-assign]
            sending = asyncio.create_task(_send_much(socket))
            await eventually(lambda: viewer.typed, "something is typed")
            async with asyncio.timeout(2):
                assert (await here.ask("GET", "/session")).status == 200
            assert len(viewer.typed) <= 256 * 1024
            viewer.busy.set()
            await sending
            await eventually(lambda: len(viewer.typed) == 20 * 256 * 1024, "all is typed", 20)


async def _send_much(socket: aiohttp.ClientWebSocketResponse) -> None:
    for _ in range(20):
        await socket.send_bytes(bytes(256 * 1024))


async def test_signing_out_ends_every_socket_of_the_session(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page("a") as one, here.console_page("b") as two:
            assert (await here.ask("POST", "/logout")).status == 303
            assert await closed_with(one, 2) == protocol.SIGNED_OUT
            assert await closed_with(two, 2) == protocol.SIGNED_OUT
        await eventually(lambda: here.app.open == 0, "the app is free")


async def test_a_cookie_of_an_ended_session_opens_nothing(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        token = here.cookies["__Host-sshtui"]
        await here.ask("POST", "/logout")
        here.cookies["__Host-sshtui"] = token
        assert (await here.ask("GET", "/session")).status == 401


async def test_a_new_account_or_none_ends_every_session_within_two_seconds(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            enrol(here.console.files.enrolment, now=here.clock())
            assert await closed_with(socket, 2) == protocol.SIGNED_OUT
    (tmp_path / "2").mkdir()
    async with door(tmp_path / "2") as here:
        await here.enter()
        async with here.console_page() as socket:
            here.console.files.enrolment.unlink()
            assert await closed_with(socket, 2) == protocol.SIGNED_OUT


async def test_a_used_code_is_no_new_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        async with here.console_page() as socket:
            assert (await here.sign_in(code=here.owner.recovery[0], account="owner")).status == 303
            assert await closed_with(socket, 2) == protocol.SIGNED_OUT
        async with here.console_page() as socket:
            looks: list[str] = []
            look = here.console._generation

            def looking() -> str:
                looks.append(look())
                return looks[-1]

            monkeypatch.setattr(here.console, "_generation", looking)
            here.owner.file.use_recovery(here.owner.file.read().generation, here.owner.recovery[1])  # type: ignore[union-attr]
            await eventually(lambda: looks, "the server has looked at the changed file")
            await socket.send_bytes(b"x")
            assert await socket.receive_bytes(timeout=5) == b"x"


@pytest.mark.parametrize(("idle", "absolute"), [(900.0, 1e9), (1e9, 12 * 3600.0)])
async def test_a_session_ends_when_its_time_is_over(tmp_path: Path, idle: float, absolute: float) -> None:
    def sessions(clock: Clock) -> Sessions:
        return Sessions(idle=idle, absolute=absolute, clock=clock)

    async with door(tmp_path, sessions=sessions) as here:
        await here.enter()
        async with here.console_page() as socket:
            here.clock.now += min(idle, absolute) - 1
            (viewer,) = here.app.viewers
            viewer.paint(b"output is no input")
            await socket.send_str(json.dumps({"type": "resize", "columns": 9, "rows": 9}))
            await eventually(lambda: len(viewer.sizes) == 2, "the size arrived")
            here.clock.now += 1
            assert await closed_with(socket, 2) == protocol.SIGNED_OUT


async def test_input_keeps_a_session_alive(tmp_path: Path) -> None:
    async with door(tmp_path, sessions=lambda clock: Sessions(clock=clock)) as here:
        await here.enter()
        async with here.console_page() as socket:
            for _ in range(5):
                here.clock.now += 899
                await socket.send_bytes(b"x")
                assert await socket.receive_bytes(timeout=5) == b"x"


async def test_the_command_line_lists_ends_and_unlocks(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        control = here.console.files.control
        async with here.console_page() as socket:
            (listed,) = (await asyncio.to_thread(ask, control, "sessions"))["sessions"]
            assert (listed["account"], listed["address"], listed["viewers"]) == ("owner", "127.0.0.1", 1)
            assert (await asyncio.to_thread(ask, control, "end", session="nobody")) == {"ended": 0}
            assert (await asyncio.to_thread(ask, control, "end", session=listed["session"])) == {"ended": 1}
            assert await closed_with(socket, 2) == protocol.SIGNED_OUT
        here.cookies.clear()
        for _ in range(6):
            await here.sign_in(password="wrong")
        assert (await here.sign_in()).status == 429
        await asyncio.to_thread(ask, control, "unlock")
        assert (await here.sign_in(code=here.next_code())).status == 303
        assert control.stat().st_mode & 0o777 == 0o600
        assert control.parent.stat().st_mode & 0o777 == 0o700


async def test_a_stopping_server_lets_its_pages_go(tmp_path: Path) -> None:
    app: FakeApp
    async with door(tmp_path) as here:
        await here.enter()
        app = here.app
        page = here.console_page()
        await page.__aenter__()
    assert app.open == 0


async def test_connections_that_say_nothing_are_cut_off_and_one_address_has_only_so_many(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        here.console.guests._header_time = 0.3
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x")
        async with asyncio.timeout(3):
            assert await _rest(reader) == b""
        writer.close()
        here.console.guests._header_time = 10
        many = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(70)]
        cut = await asyncio.gather(*(_is_cut(reader) for reader, _ in many))
        assert 6 <= sum(cut) <= 8
        for _, writer in many:
            writer.close()


async def test_strangers_make_room_for_each_other_and_never_take_it_from_who_is_in(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        here.console.guests._most = 6
        await here.enter()
        async with here.console_page() as socket:
            strangers = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(20)]
            assert (await here.ask("GET", "/")).status == 200
            await socket.send_bytes(b"x")
            assert await socket.receive_bytes(timeout=5) == b"x"
            for _, writer in strangers:
                writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def _is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(1):
            return await reader.read(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False

"""The console behind a reverse proxy that does TLS: the outer name counts, and each client by its own address."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sshtui.web.doorplate import before_proxies
from sshtui.web.guests import FROM_ONE_ADDRESS
from tests.web.door import Door, door

OUTER = {"Host": "console.example", "Origin": "https://console.example"}
PLATE = before_proxies("https://console.example", ())


async def status(here: Door, client: str, *, password: str = "wrong") -> int:
    """What a login through the proxy comes back with."""
    form = {"account": "owner", "password": password, "code": here.code()}
    return (await here.ask("POST", "/login", data=form, **OUTER, X_Forwarded_For=client)).status


async def test_only_the_outer_name_and_origin_are_taken(tmp_path: Path) -> None:
    async with door(tmp_path, plate=PLATE) as here:
        assert (await here.ask("GET", "/")).status == 421
        answer = await here.ask("GET", "/", **OUTER)
        assert answer.status == 200
        assert " wss://console.example;" in answer.headers["Content-Security-Policy"]
        for origin in (here.origin, "http://console.example", "https://console.example:8022", "null"):
            assert (await here.ask("POST", "/login", Host="console.example", Origin=origin)).status == 403


async def test_the_console_works_through_it(tmp_path: Path) -> None:
    async with door(tmp_path, plate=PLATE) as here:
        assert await status(here, "203.0.113.5", password="tin wagon under rain") == 303
        async with here.socket(**OUTER) as socket:
            await socket.send_str('{"type": "hello", "page": "a", "columns": 80, "rows": 24}')
            assert await socket.receive_str(timeout=5) == '{"type": "attached"}'


async def test_each_client_waits_for_its_own_failures_whatever_it_says_of_itself(tmp_path: Path) -> None:
    async with door(tmp_path, plate=PLATE) as here:
        tries = [await status(here, f"198.51.100.{number}, 203.0.113.5") for number in range(6)]
        assert tries == [401] * 5 + [429]
        assert await status(here, "203.0.113.6") == 401
        addresses = {row["address"] for row in here.audit_rows() if row["event"].startswith("login")}
        assert addresses == {"203.0.113.5", "203.0.113.6"}


async def test_who_is_no_proxy_is_counted_by_the_address_it_has(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        form = {"account": "owner", "password": "wrong", "code": "000000"}
        tries = [
            (await here.ask("POST", "/login", data=form, X_Forwarded_For=f"203.0.113.{number}")).status
            for number in range(6)
        ]
        assert tries == [401] * 5 + [429]


async def test_a_proxy_may_have_more_connections_than_one_client(tmp_path: Path) -> None:
    async with door(tmp_path, plate=PLATE) as here:
        many = [await asyncio.open_connection("127.0.0.1", here.port) for _ in range(FROM_ONE_ADDRESS + 6)]
        assert (await here.ask("GET", "/", **OUTER)).status == 200
        for _, writer in many:
            writer.close()

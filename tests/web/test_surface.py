"""What a stranger meets: the login page, and nothing else; and what every answer carries."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from sshtui.web.pages import PUBLIC
from tests.web.door import Door, door

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
PUBLIC_PATHS = {"/", *(f"/static/{name}" for name in PUBLIC)}
ODD_PATHS = (
    "/static/", "/static", "/static/../console.json", "/static/%2e%2e/%2e%2e/pages.py", "//", "/.git/config", "/login/",
    "/console/", "/static/vendor/manifest.json", "/index.html", "/download", "/console.json", "/%00", "/favicon.ico",
)  # fmt: skip


def routes(here: Door) -> set[str]:
    return {route.resource.canonical for route in here.console.application().router.routes() if route.resource}


async def test_a_stranger_gets_the_login_page_its_style_and_font_and_nothing_else(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        for path in {*routes(here), *ODD_PATHS}:
            for method in METHODS:
                answer = await here.ask(method, path)
                if path in PUBLIC_PATHS and method in ("GET", "HEAD"):
                    assert answer.status == 200, (method, path)
                elif (method, path) != ("POST", "/login"):
                    assert answer.status in (400, 401, 404, 405), (method, path, answer.status)
        assert here.app.viewers == []


async def test_every_answer_carries_the_headers_for_strangers_and_owners(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        for entered in (False, True):
            if entered:
                await here.enter()
            for path in {*routes(here), *ODD_PATHS} - {"/logout"}:
                for method in ("GET", "POST", "DELETE"):
                    for headers in ({}, {"Host": "evil.example"}, {"Origin": "null"}):
                        answer = await here.ask(method, path, **headers)
                        told = answer.headers
                        assert told["X-Content-Type-Options"] == "nosniff"
                        assert told["X-Frame-Options"] == "DENY"
                        assert told["Cross-Origin-Opener-Policy"] == "same-origin"
                        assert told["Cross-Origin-Resource-Policy"] == "same-origin"
                        assert told["Referrer-Policy"] == "same-origin"
                        assert told["Server"] == "sshtui"
                        assert told["Cache-Control"] in ("no-store", "private, no-cache")
                        assert "Strict-Transport-Security" not in told
                        policy = told["Content-Security-Policy"]
                        assert policy.startswith("default-src 'none'; script-src 'self';")
                        assert "frame-ancestors 'none'" in policy
                        assert "evil" not in policy


async def test_the_session_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_lines(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        answer = await here.sign_in()
        cookies = [each for each in answer.headers.getall("Set-Cookie") if each.startswith("__Host-")]
        assert len(cookies) == 2
        for cookie in cookies:
            flags = {each.strip().lower() for each in cookie.split(";")[1:]}
            assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
            assert not any(flag.startswith("domain") for flag in flags)
        token = here.cookies["__Host-sshtui"]
        assert len(token) >= 43
        assert token not in here.console.files.limits.read_text()
        assert here.cookies["__Host-sshtui-device"] not in here.console.files.limits.read_text()


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://{host}", "http://127.0.0.1:1", "http://{host}.evil.example", ""],
)
async def test_only_the_exact_origin_changes_anything_or_opens_a_socket(tmp_path: Path, origin: str) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        origin = origin.format(host=here.host)
        form = {"account": "owner", "password": "x", "code": "1"}
        upgrade = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        }  # fmt: skip
        assert (await here.ask("POST", "/login", data=form, Origin=origin)).status == 403
        assert (await here.ask("POST", "/logout", Origin=origin)).status == 403
        assert (await here.ask("GET", "/console", Origin=origin, **upgrade)).status == 403
        assert (await here.ask("GET", "/session")).status == 200
        assert here.app.viewers == []
        assert [row["event"] for row in here.audit_rows()].count("wrong origin") == 3


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "127.0.0.1.evil:{port}", "[::1]:x", "@"]
)
async def test_a_request_for_another_host_is_misdirected(tmp_path: Path, host: str) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        assert (await here.ask("GET", "/", Host=host.format(port=here.port))).status == 421
        assert (await here.ask("GET", "/", Host=f"LOCALHOST:{here.port}")).status == 200


async def test_a_target_with_a_host_of_its_own_is_misdirected_whatever_the_host_header_says(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(f"GET http://evil.example/ HTTP/1.1\r\nHost: {here.host}\r\nConnection: close\r\n\r\n".encode())
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 421 ")
        writer.close()


async def test_a_socket_needs_a_session(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        assert (await here.ask("GET", "/console", **upgrade)).status == 401
        here.cookies["__Host-sshtui"] = "A" * 43
        assert (await here.ask("GET", "/console", **upgrade)).status == 401


async def test_forms_are_bounded(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert (await here.ask("POST", "/login", data={"account": "a" * 5000})).status == 413
        assert (await here.ask("POST", "/login", data=b"{}", Content_Type="application/json")).status == 415
        assert (await here.ask("POST", "/login", data={})).status == 401
        for charset in ("nonsense", "zlib"):
            odd = f"application/x-www-form-urlencoded; charset={charset}"
            assert (await here.ask("POST", "/login", data=b"account=a", Content_Type=odd)).status == 400


async def test_no_body_is_unpacked(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        for method, path in (("POST", "/login"), ("PUT", "/files/a")):
            for coding in ("gzip", "deflate"):
                answer = await here.ask(method, path, data=b"\x1f\x8b", Content_Encoding=coding, Connection="close")
                assert answer.status == 415, (method, coding)
        assert json.loads((await here.ask("GET", "/files")).text)["files"] == []


BROKEN_UPGRADES = {
    "a key that is not text": b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAA\xd4==\r\n",
    "no key": b"",
    "a short key": b"Sec-WebSocket-Key: AAAA\r\n",
}


@pytest.mark.parametrize("key", BROKEN_UPGRADES.values(), ids=BROKEN_UPGRADES)
async def test_a_broken_upgrade_is_a_bad_request(tmp_path: Path, key: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        cookie = f"__Host-sshtui={here.cookies['__Host-sshtui']}"
        head = f"GET /console HTTP/1.1\r\nHost: {here.host}\r\nOrigin: {here.origin}\r\nCookie: {cookie}\r\n"
        upgrade = b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"
        assert (await answer_to(here, head.encode() + upgrade + key + b"\r\n")).startswith(b"HTTP/1.1 400 ")
        assert caplog.text == ""


async def test_a_body_that_breaks_off_or_is_malformed_is_a_bad_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with door(tmp_path) as here:
        form = "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        head = f"POST /login HTTP/1.1\r\nHost: {here.host}\r\nOrigin: {here.origin}\r\n{form}"
        assert b" 400 " in await answer_to(here, head.encode() + b"3\r\na=b\r\nZZ\r\n")
        assert caplog.text == ""


async def answer_to(here: Door, request: bytes) -> bytes:
    """The first line of what comes back for these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()


async def test_a_page_that_is_the_same_is_not_sent_again(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        tag = (await here.ask("GET", "/static/login.css")).headers["ETag"]
        assert (await here.ask("GET", "/static/login.css", If_None_Match=tag)).status == 304


NO_REQUESTS = (
    b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nBad Header\r\n\r\n", b"\x16\x03\x01\xff\r\n\r\n",
    b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
)  # fmt: skip


@pytest.mark.parametrize("data", NO_REQUESTS)
async def test_what_is_no_request_gets_a_short_answer_that_repeats_nothing(tmp_path: Path, data: bytes) -> None:
    async with door(tmp_path) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(data)
        answer = (await asyncio.wait_for(reader.read(), 5)).decode()
        writer.close()
        head, _, body = answer.partition("\r\n\r\n")
        assert head.startswith(("HTTP/1.0 400 ", "HTTP/1.1 400 "))
        assert body == "Bad Request\n"
        assert "X-Content-Type-Options: nosniff" in head
        assert "aiohttp" not in answer

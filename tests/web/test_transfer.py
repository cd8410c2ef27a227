"""Files up and down: names are no paths, nothing is replaced, and nobody else reads them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp.multipart import content_disposition_filename, parse_content_disposition

from sshtui.errors import BrokenFile
from sshtui.web.transfer import Room, disposition, is_name
from tests.waiting import eventually
from tests.web.door import Door, door


def read_back(header: str) -> tuple[str | None, str | None]:
    """What a client makes of it."""
    kind, parameters = parse_content_disposition(header)
    return kind, content_disposition_filename(parameters)


async def put(here: Door, name: str, data: bytes) -> tuple[int, str]:
    answer = await here.ask("PUT", f"/files/{quote(name, safe='')}", data=data)
    return answer.status, json.loads(answer.text)["name"] if answer.status == 201 else answer.text


async def test_what_goes_up_comes_down_the_same(tmp_path: Path) -> None:
    data = bytes(range(256)) * 8000
    async with door(tmp_path) as here:
        await here.enter()
        assert await put(here, "ключ é.bin", data) == (201, "ключ é.bin")
        kept = here.console.files.transfer / "ключ é.bin"
        assert kept.read_bytes() == data
        assert kept.stat().st_mode & 0o777 == 0o600
        assert kept.parent.stat().st_mode & 0o777 == 0o700
        listed = json.loads((await here.ask("GET", "/files")).text)
        assert listed == {
            "directory": str(kept.parent),
            "files": [{"name": "ключ é.bin", "size": len(data)}],
            "made": ["hosts.csv"],
        }
        async with here.http.get(here.origin + "/files/" + quote("ключ é.bin"), headers=here._headers({})) as answer:
            assert await answer.read() == data
            assert answer.content_type == "application/octet-stream"
            assert read_back(answer.headers["Content-Disposition"]) == ("attachment", "ключ é.bin")
        assert (await here.ask("DELETE", "/files/" + quote("ключ é.bin"))).status == 204
        assert list(kept.parent.iterdir()) == []


async def test_nothing_is_replaced(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        names = [await put(here, name, name.encode()) for name in ("a.tar", "a.tar", "a.tar", "b", "b")]
        assert names == [(201, each) for each in ("a.tar", "a (2).tar", "a (3).tar", "b", "b (2)")]


def everything(directory: Path) -> set[Path]:
    return {path for path in directory.rglob("*") if path.suffix != ".jsonl"}


BAD_NAMES = (
    "..", ".", ".hidden", "../x", "a/b", "/etc/passwd", "a\0b", "a\nb", "a\x1b[2Jb", "\u202etxt.exe", " x", "x" * 241,
    "",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_a_name_that_is_a_path_or_cannot_be_shown_is_none(tmp_path: Path, name: str) -> None:
    assert not is_name(name)
    async with door(tmp_path) as here:
        await here.enter()
        before = everything(tmp_path)
        assert (await put(here, name, b"x"))[0] in (400, 404, 405)
        assert (await here.ask("GET", f"/files/{quote(name, safe='')}")).status in (200, 400, 404)
        assert (await here.ask("DELETE", f"/files/{quote(name, safe='')}")).status in (400, 404, 405)
        assert everything(tmp_path) == before


async def test_links_pipes_and_directories_are_no_files(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        directory = here.console.files.transfer
        directory.mkdir()
        (directory / "link").symlink_to(here.console.files.enrolment)
        (directory / "directory").mkdir()
        os.mkfifo(directory / "pipe")
        for name in ("link", "directory", "pipe", "none"):
            assert (await here.ask("GET", f"/files/{name}")).status == 404
        assert json.loads((await here.ask("GET", "/files")).text)["files"] == []


@pytest.mark.parametrize("name", ['a"; filename=evil.exe', "a\\b", "100%.txt", "é;x", "a'b"])
def test_a_name_in_a_header_stays_in_its_quotes(name: str) -> None:
    assert read_back(disposition(name)) == ("attachment", name)
    assert disposition(name).isascii()


async def test_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield bytes(100)

    async with door(tmp_path) as here:
        here.console.transfers.room = Room(file=1000, directory=1500)
        await here.enter()
        assert (await put(here, "a", bytes(1001)))[0] == 413
        assert (await here.ask("PUT", "/files/a", data=chunks())).status == 413
        assert await put(here, "a", bytes(900)) == (201, "a")
        assert (await put(here, "b", bytes(900)))[0] == 507
        assert [path.name for path in here.console.files.transfer.iterdir()] == ["a"]


async def test_a_session_that_ends_takes_its_transfers_with_it(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()

        async def slowly() -> AsyncIterator[bytes]:
            yield bytes(100)
            await eventually(lambda: list(here.console.files.transfer.glob(".*")), "it has begun")
            here.console.sessions.end("signed out")
            for _ in range(100):
                yield bytes(100_000)
                await asyncio.sleep(0)

        assert (await here.ask("PUT", "/files/a", data=slowly())).status == 401
        assert list(here.console.files.transfer.iterdir()) == []


async def test_a_stranger_gets_and_leaves_no_file(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert (await here.ask("GET", "/files")).status == 401
        assert (await put(here, "a", b"x"))[0] == 401
        await here.enter()
        assert (await here.ask("PUT", "/files/a", data=b"x", Origin="https://evil.example")).status == 403
        assert (await here.ask("DELETE", "/files/a", Origin="null")).status == 403


async def test_what_is_made_when_it_is_asked_for_is_saved_and_its_trouble_is_a_sentence(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        answer = await here.ask("GET", "/made/hosts.csv")
        assert (answer.status, answer.text) == (200, "name,address\n")
        assert read_back(answer.headers["Content-Disposition"]) == ("attachment", "hosts.csv")
        assert (await here.ask("GET", "/made/other")).status == 404
        here.broken = BrokenFile(Path("hosts.toml"), 3, "no table")
        answer = await here.ask("GET", "/made/hosts.csv")
        assert (answer.status, answer.text) == (409, "hosts.toml, line 3: no table\n")

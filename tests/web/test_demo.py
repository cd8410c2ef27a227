"""`sshtui demo --web`: a throw-away account that really opens the console, and nothing left afterwards."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp


def test_the_printed_account_opens_the_demo_and_ctrl_c_leaves_nothing(tmp_path: Path, surroundings: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from sshtui.cli.entry import main; main()", "demo", "--web"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(4))
        (origin,) = re.findall(r"(http://\S+)/\n", said)
        ((account, password),) = re.findall(r"Account (\S+), password (\S+)", said)
        (code,) = re.findall(r"Code (\d{6})", said)
        asyncio.run(look(origin, {"account": account, "password": password, "code": code}))
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()
    assert list(tmp_path.iterdir()) == []
    assert list(surroundings.iterdir()) == []


async def look(origin: str, form: dict[str, str]) -> None:
    """Sign in, and return when a host of the demo is on the screen."""
    headers = {"Origin": origin}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        async with http.post(origin + "/login", data=form, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303
            headers["Cookie"] = "; ".join(f"{name}={each.value}" for name, each in answer.cookies.items())
        async with http.ws_connect(origin + "/console", headers=headers) as socket:
            await socket.send_json({"type": "hello", "page": "a", "columns": 80, "rows": 24})
            seen = b""
            while b"through-a-jump" not in seen:
                message = await socket.receive(timeout=20)
                seen += message.data if message.type == aiohttp.WSMsgType.BINARY else b""

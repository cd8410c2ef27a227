from __future__ import annotations

from pathlib import Path

from tests.web.door import door


async def test_both_factors_lead_to_the_console_and_what_is_typed_there_reaches_the_app(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert 'name="code"' in (await here.ask("GET", "/")).text
        assert here.app.viewers == []
        await here.enter()
        assert 'id="terminal"' in (await here.ask("GET", "/")).text
        async with here.console_page() as socket:
            await socket.send_bytes(b"ls\r")
            assert await socket.receive_bytes(timeout=5) == b"ls\r"
        (viewer,) = here.app.viewers
        assert bytes(viewer.typed) == b"ls\r"

"""The key workshop in the app as it is really put together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import SelectionList, Static

from sshtui.keys.workshop import make
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.ui.screens.keys import KeysScreen
from sshtui.wiring.app import build_app
from tests.waiting import on_stage


async def test_k_opens_the_workshop_on_the_users_key_pairs_and_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    made = make(tmp_path / "ssh" / "id_ed25519", comment="me@here")
    HostStore(tmp_path / "hosts.toml").put(Host("web-1", "10.0.0.5", key_pair=str(made.path)))
    (tmp_path / "ssh" / "config").write_text(f"Host from-config\n  HostName 10.0.0.6\n  IdentityFile {made.path}\n")
    app = build_app(Paths(tmp_path, tmp_path / "state", tmp_path / "ssh"))
    async with app.run_test(size=(100, 40)) as pilot, asyncio.timeout(60):
        await pilot.press("K")
        await on_stage(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.marked, "marked key pair")
        told = str(app.screen.query_one("#text", Static).content)
        assert made.public.sha256 in told
        assert "web-1, from-config" in told
        await pilot.press("escape")
        await on_stage(pilot, lambda: not isinstance(app.screen, KeysScreen), "way back")


async def test_a_key_pair_is_installed_where_the_folder_of_a_host_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(str(writer.get_extra_info("peername")))
        writer.close()

    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    make(tmp_path / "ssh" / "id_ed25519", comment="me@here")
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    store = HostStore(tmp_path / "hosts.toml")
    store.put(Host("web-1", "127.0.0.1", folder="prod"))
    store.put_folder("prod", {"user": "deploy", "port": port})
    app = build_app(Paths(tmp_path, tmp_path / "state", tmp_path / "ssh"))
    async with server, app.run_test(size=(100, 40)) as pilot, asyncio.timeout(60):
        await pilot.press("K")
        await on_stage(pilot, lambda: isinstance(app.screen, KeysScreen) and app.screen.marked, "marked key pair")
        await pilot.press("i")
        await on_stage(pilot, lambda: isinstance(app.focused, SelectionList), "hosts to tick")
        await pilot.press("space", "tab", "tab", "enter")
        await on_stage(pilot, lambda: called, "call at the folder's port")

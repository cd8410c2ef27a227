"""Logins by saved secrets on a real server, through the dialer and through the whole app."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.model.hosts import Host
from sshtui.secrets.argon2id import Cost
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.remembering import Codes, RememberingPrompter
from sshtui.secrets.vault import Vault
from sshtui.session.changes import State
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.ui.app import SshtuiApp
from sshtui.ui.modals.base import Dialog
from sshtui.ui.modals.key_pairs import Tick
from sshtui.wiring.app import build_app
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.embedded import Account, Round, embedded
from tests.waiting import on_stage

CANARY = "canary-d1f8-secret"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238 appendix B in base32; at 59 seconds its code ends in 287082."""


async def test_a_password_and_a_code_from_the_vault_log_in_with_nobody_asked(
    surroundings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rounds = (
        Round((("Password: ", False),), (CANARY,), instruction="Factor one"),
        Round((("Verification code: ", True),), ("287082",), instruction="Factor two"),
    )
    async with embedded(surroundings / "server", Account("ada", rounds=rounds)) as server:
        client = Client(surroundings)
        for host_key in server.host_keys:
            client.known_hosts.remember("127.0.0.1", server.port, host_key)
        store = HostStore(surroundings / "config" / "hosts.toml")
        store.put(Host("box", "127.0.0.1", server.port, "ada"))
        vault = Vault(surroundings / "config" / "secrets.vault", cost=Cost(8 * 1024, 1))
        keeper = Keeper(store, vault, KeyringStore(lambda: None), surroundings / "forgotten.json")
        await keeper.keep("box", "secret", "vault", CANARY, ScriptedPrompter("sesame"))
        await keeper.keep("box", "totp", "vault", SEED, ScriptedPrompter())
        host = store.hosts()[0]
        person = ScriptedPrompter()
        prompter = RememberingPrompter(person, keeper, Codes(lambda: 59.0), host)
        async with client.terminal(host, prompter) as channel:
            assert b"done" in await say(channel, "true")
        await client.dialer.close()
    assert any("one-time code" in notice.text for notice in person.notices)
    assert CANARY not in caplog.text
    assert CANARY not in repr(person.notices)


async def test_the_app_remembers_a_password_in_the_vault_and_logs_in_by_it(surroundings: Path) -> None:
    paths = Paths(surroundings / "config", surroundings / "state", surroundings / ".ssh")
    async with embedded(surroundings / "server", Account("ada", CANARY)) as server:
        for host_key in server.host_keys:
            KnownHosts(paths.known_hosts).remember("127.0.0.1", server.port, host_key)
        HostStore(paths.hosts_file).put(Host("box", "127.0.0.1", server.port, "ada"))
        app = build_app(paths)
        async with app.run_test(size=(100, 40)) as pilot:
            await pilot.press("enter")
            dialog = await _dialog(pilot, "Password")
            dialog.query_one("#secret", Input).value = CANARY
            dialog.query_one("#vault", Tick).value = True
            await pilot.pause()
            dialog.query_one("#secret", Input).focus()
            await pilot.press("enter")
            dialog = await _dialog(pilot, "Vault")
            for field in ("secret", "again"):
                dialog.query_one(f"#{field}", Input).value = "sesame"
            dialog.query_one("#again", Input).focus()
            await pilot.press("enter")
            await on_stage(pilot, lambda: "vault:" in paths.hosts_file.read_text(), "the reference is saved", 40)
            await on_stage(pilot, lambda: _live(app) == 1, "it is live", 40)
            await app.roster.close(app.roster.sessions[0])
            await on_stage(pilot, lambda: server.connections == 0, "the connection is gone", 40)
            host = HostStore(paths.hosts_file).hosts()[0]
            app.roster.open(host)
            await on_stage(pilot, lambda: _live(app) == 1, "it is live again, with nobody asked", 40)
            assert not isinstance(app.screen, Dialog)
        assert not _files_with(surroundings, CANARY)


def _files_with(directory: Path, text: str) -> list[Path]:
    return [file for file in directory.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def _live(app: SshtuiApp) -> int:
    return sum(session.state is State.LIVE for session in app.roster.sessions)


async def _dialog(pilot: Pilot[Any], heading: str) -> Dialog[Any]:
    def found() -> bool:
        screen = pilot.app.screen
        return isinstance(screen, Dialog) and screen.ready and screen.heading == heading

    await on_stage(pilot, found, f"the dialog {heading}", 40)
    screen = pilot.app.screen
    assert isinstance(screen, Dialog)
    return screen

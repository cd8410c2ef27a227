"""From the workshop's screen to a real server: a new key pair is made, installed, and proved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Static

from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.keys.install import install_file
from sshtui.keys.workshop import make
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.ssh.commands import commands_on
from sshtui.ssh.dialer import SshDialer
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ui.modals.base import Dialog
from sshtui.ui.screens.keys import KeysScreen
from sshtui.ui.screens.keys_bench import KeyTools
from sshtui.ui.steady import SteadyApp
from tests.fakes.prompting import ScriptedPrompter
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH
from tests.waiting import on_stage


class Stage(SteadyApp[None]):
    """An app that opens the workshop."""

    def __init__(self, screen: KeysScreen) -> None:
        super().__init__()
        self._workshop = screen

    def on_mount(self) -> None:
        self.push_screen(self._workshop)


@pytest.mark.root
async def test_a_key_pair_is_installed_from_the_screen(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    folder = tmp_path / "keys"
    folder.mkdir()
    made = make(folder / "id_ed25519", comment="me@here", passphrase="sesame", rounds=1)
    prompter = ScriptedPrompter("save", account.password, "sesame")
    host = Host("web", "127.0.0.1", port=server.port, user=account.name)
    identities = FileAndAgentIdentities(tmp_path / "none")
    dialer = SshDialer(KnownHosts(tmp_path / "known_hosts"), identities, Settings(), lambda name: None)

    async def install(host: Host, path: Path) -> str:
        async with commands_on(dialer, host, prompter) as commands:
            return (await install_file(commands, path)).words

    screen = KeysScreen(KeyTools(folder, None, lambda: (host,), install), prompter, quiet=0.01)
    async with Stage(screen).run_test() as pilot, asyncio.timeout(30):
        await on_stage(pilot, lambda: screen.marked, "marked key pair")
        await pilot.press("i")
        await on_stage(
            pilot, lambda: isinstance(pilot.app.screen, Dialog) and pilot.app.screen.ready, "choice of hosts"
        )
        await pilot.press("space", "tab", "enter")
        told = screen.query_one("#text", Static)
        await on_stage(pilot, lambda: "added to .ssh/authorized_keys" in str(told.content), "result")
    await dialer.close()
    assert (account.home / ".ssh" / "authorized_keys").read_text() == made.public_line + "\n"

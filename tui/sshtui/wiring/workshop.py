"""The key workshop, with the wire to put key pairs on hosts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.store.paths import Paths
from sshtui.wiring.wire import LazyWire

if TYPE_CHECKING:
    from sshtui.ui.screens.keys import KeysScreen


def key_workshop_on(
    paths: Paths,
    change: Callable[[Host, Host], None],
    every_host: Callable[[], Sequence[Host]],
    effective: Callable[[Host], Host],
    wire: LazyWire,
    prompter: Prompter,
) -> KeysScreen:
    """The screen on the key files at `paths`; `change` makes of a saved host one that uses another.

    Key pairs are put where `effective` says that a host leads.
    """
    from sshtui.keys import install as keys
    from sshtui.ui.screens.keys import KeysScreen
    from sshtui.ui.screens.keys_bench import KeyTools

    @asynccontextmanager
    async def account_on(host: Host) -> AsyncIterator[keys.Account]:
        dialer = (await wire.ready()).dialer
        from sshtui.ssh.commands import commands_on

        there = effective(host)
        async with commands_on(dialer, there, wire.remembering(prompter, there)) as account:
            yield account

    async def install(host: Host, path: Path) -> str:
        async with account_on(host) as account:
            return (await keys.install_file(account, path)).words

    async def uninstall(host: Host, path: Path) -> str:
        async with account_on(host) as account:
            return (await keys.uninstall_file(account, path)).words

    async def rotate(host: Host, path: Path, old: Path) -> str:
        async with account_on(host) as account:
            added, removed = await keys.rotate_file(account, path, old)
            return f"{added.words}, proved; the old key {removed.words}"

    def use(host: Host, path: Path) -> None:
        change(host, replace(host, key_pair=str(path)))

    agent_path = os.environ.get("SSH_AUTH_SOCK") or None
    tools = KeyTools(
        paths.ssh_dir, agent_path, every_host, install, use, uninstall, rotate, agent_started=wire.use_agent
    )
    return KeysScreen(tools, prompter)

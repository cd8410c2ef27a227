"""A real sshd announces its other host keys (UpdateHostKeys), and they are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import asyncssh

from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.trust import HostKeyTrust
from tests.fakes.prompting import ScriptedPrompter
from tests.fakes.waiting import until
from tests.servers.openssh import OpenSSH


async def test_the_host_keys_sshd_announces_are_saved_beside_the_one_that_is_known(
    start_sshd: Callable[..., OpenSSH], client_key: Path, tmp_path: Path
) -> None:
    server = start_sshd(host_key_kinds=("ed25519", "ecdsa"))
    ed25519, ecdsa = server.host_keys
    known_hosts = KnownHosts(tmp_path / "known_hosts")
    known_hosts.remember(server.address, server.port, ed25519)
    host, trust, prompter = Host("box", server.address, server.port), HostKeyTrust(known_hosts), ScriptedPrompter()

    async def announced(
        added: Sequence[asyncssh.SSHKey],
        removed: Sequence[asyncssh.SSHKey],
        retained: Sequence[asyncssh.SSHKey],
        revoked: Sequence[asyncssh.SSHKey],
    ) -> None:
        await trust.announced(host, ed25519, [HostKey(key.public_data) for key in added], prompter)

    async with asyncssh.connect(
        server.address,
        server.port,
        username=server.user,
        client_keys=[str(client_key)],
        agent_path=None,
        known_hosts=([asyncssh.import_public_key(ed25519.line)], [], []),
        server_host_keys_handler=announced,
        config=None,
    ):
        await until("notice", lambda: prompter.notices)
    assert known_hosts.lookup(server.address, server.port).trusted == (ed25519, ecdsa)

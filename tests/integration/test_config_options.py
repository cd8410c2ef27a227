"""Options of ssh_config on their way to a real server."""

from __future__ import annotations

from pathlib import Path

from sshtui.store.ssh_config import read_hosts
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.openssh import OpenSSH


async def test_a_server_sees_the_options_of_the_configuration(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings)
    others = surroundings / ".ssh" / "known_cluster"
    others.parent.mkdir(exist_ok=True)
    others.write_text(f"cluster {sshd.host_keys[0].line}\n")
    config = surroundings / ".ssh" / "config"
    config.write_text(f"""
        Host box
          HostName {sshd.address}
          Port {sshd.port}
          User {sshd.user}
          IdentityFile {client_key}
          HostKeyAlias cluster
          UserKnownHostsFile {others}
          StrictHostKeyChecking yes
          Ciphers ^aes192-ctr
          MACs hmac-sha2-512
          KexAlgorithms -mlkem*,curve25519*
          AddressFamily inet
    """)
    (host,) = read_hosts(config).hosts
    prompter = ScriptedPrompter()
    async with client.terminal(host, prompter) as channel:
        facts = channel.facts
    assert (facts.cipher, facts.mac, facts.kex) == ("aes192-ctr", "hmac-sha2-512", "ecdh-sha2-nistp256")
    assert "cipher: aes192-ctr" in sshd.log
    assert prompter.questions == []

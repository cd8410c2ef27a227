"""Options of ssh_config on their way to a real server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import Declined, LoginRejected
from sshtui.model.questions import Password
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
          Compression yes
          ServerAliveCountMax 7
    """)
    (host,) = read_hosts(config).hosts
    prompter = ScriptedPrompter()
    async with client.terminal(host, prompter) as channel:
        facts = channel.facts
    assert (facts.cipher, facts.mac, facts.kex) == ("aes192-ctr", "hmac-sha2-512", "ecdh-sha2-nistp256")
    assert "cipher: aes192-ctr MAC: hmac-sha2-512 compression: zlib@openssh.com" in sshd.log
    assert host.extra["keep_alive_misses"] == 7
    assert prompter.questions == []


@pytest.mark.parametrize(
    ("lines", "questions", "tried"),
    [
        ("PasswordAuthentication no\n  KbdInteractiveAuthentication no\n  IdentityFile none", [], ()),
        (
            "PreferredAuthentications publickey\n  PubkeyAcceptedAlgorithms -ssh-ed25519\n  IdentityFile {key}",
            [],
            ("publickey",),
        ),
        ("PubkeyAuthentication no\n  IdentityFile {key}", [Password], ("password",)),
        ("PreferredAuthentications password,hostbased\n  IdentityFile {key}", [Password], ("password",)),
        ("PreferredAuthentications gssapi-with-mic\n  IdentityFile {key}", [], ()),
    ],
)
async def test_a_method_that_is_switched_off_is_not_used(
    surroundings: Path, sshd: OpenSSH, client_key: Path, lines: str, questions: list[type], tried: tuple[str, ...]
) -> None:
    client = Client(surroundings)
    config = surroundings / ".ssh" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"Host box\n  HostName {sshd.address}\n  User {sshd.user}\n  {lines.format(key=client_key)}\n")
    (host,) = read_hosts(config).hosts
    host = replace(host, port=client.save(sshd).port)
    prompter = ScriptedPrompter(*([None] * len(questions)))
    with pytest.raises(Declined if questions else LoginRejected) as ended:
        await client.dial(host, prompter)
    assert [type(question) for question in prompter.questions] == questions
    if isinstance(ended.value, LoginRejected):
        assert ended.value.tried == tried

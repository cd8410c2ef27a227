"""OpenSSH certificates of hosts and users, made by ssh-keygen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import TrustRefused
from sshtui.model.questions import UnknownHostKey
from sshtui.store.ssh_config import read_hosts
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.key_files import make_key_file, public_line, sign
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK

Start = Callable[..., OpenSSH]


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home."""
    return Client(surroundings)


@pytest.fixture
def authority(tmp_path: Path, need: Callable[[str], str]) -> Path:
    """The key pair that signs."""
    need("ssh-keygen")
    return make_key_file(tmp_path / "authority")


def add_to_agent(agent: str, file: Path) -> None:
    """Let the agent hold the key pair."""
    subprocess.run(["ssh-add", "-q", file], env={**os.environ, "SSH_AUTH_SOCK": agent}, check=True)


def server_with_certificate(start_sshd: Start, authority: Path, tmp_path: Path, *options: str) -> OpenSSH:
    """An sshd whose further host key carries a host certificate for the loopback address."""
    file = make_key_file(tmp_path / "certified", "ecdsa")
    certificate = sign(authority, file, LOOPBACK, "-h", *options)
    return start_sshd(extra=[f"HostKey {file}", f"HostCertificate {certificate}"])


def trust_authority(client: Client, authority: Path) -> None:
    """Every host certified by it is to be trusted."""
    client.known_hosts.path.parent.mkdir(mode=0o700, exist_ok=True)
    with client.known_hosts.path.open("a") as file:
        file.write(f"@cert-authority * {public_line(authority)}\n")


async def test_a_host_certificate_of_a_trusted_authority_needs_no_question(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path, client_key: Path
) -> None:
    server = server_with_certificate(start_sshd, authority, tmp_path)
    trust_authority(client, authority)
    host = client.save(server, trusted=False, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        await say(channel, "true")


async def test_a_certificate_of_another_authority_falls_back_to_the_plain_host_key(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path, client_key: Path
) -> None:
    server = server_with_certificate(start_sshd, authority, tmp_path)
    trust_authority(client, make_key_file(tmp_path / "other_authority"))
    prompter = ScriptedPrompter("once")
    async with client.terminal(client.save(server, trusted=False, key_pair=str(client_key)), prompter):
        pass
    assert [type(question) for question in prompter.questions] == [UnknownHostKey]


async def test_an_expired_host_certificate_is_named_and_the_plain_host_key_counts(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path, client_key: Path
) -> None:
    server = server_with_certificate(start_sshd, authority, tmp_path, "-V", "20200101:20200102")
    trust_authority(client, authority)
    prompter = ScriptedPrompter(None)
    with pytest.raises(TrustRefused):
        await client.dial(client.save(server, trusted=False, key_pair=str(client_key)), prompter)
    assert [type(question) for question in prompter.questions] == [UnknownHostKey]
    assert "has expired" in prompter.notices[0].text
    assert server.login_attempts() == 0


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_a_user_certificate_logs_in(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path, kind: str
) -> None:
    file = make_key_file(tmp_path / f"user_{kind}", kind)
    server = start_sshd(extra=[f"TrustedUserCAKeys {authority}.pub"])
    sign(authority, file, server.user)
    async with client.terminal(client.save(server, key_pair=str(file)), ScriptedPrompter()) as channel:
        assert channel.facts.method == "publickey"
    assert "Accepted certificate ID" in server.log


@pytest.mark.parametrize("held_by_agent", [False, True])
async def test_a_certificate_that_ssh_config_names_goes_with_the_key_it_is_for(
    surroundings: Path,
    start_sshd: Start,
    authority: Path,
    tmp_path: Path,
    agent: str,
    held_by_agent: bool,
) -> None:
    file, other = make_key_file(tmp_path / "user"), make_key_file(tmp_path / "other")
    server = start_sshd(extra=[f"TrustedUserCAKeys {authority}.pub"])
    elsewhere = tmp_path / "certificates" / f"{LOOPBACK}-cert.pub"
    elsewhere.parent.mkdir()
    sign(authority, file, server.user).rename(elsewhere)
    config = surroundings / ".ssh" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"""
        Host box
          HostName {LOOPBACK}
          Port {server.port}
          User {server.user}
          IdentityFile {file}
          CertificateFile {tmp_path}/missing
          CertificateFile {other}.pub
          CertificateFile {elsewhere.parent}/%h-cert.pub
          IdentitiesOnly yes
    """)
    (host,) = read_hosts(config).hosts
    if held_by_agent:
        add_to_agent(agent, file)
        file.unlink()
    client = Client(surroundings, agent=agent)
    client.known_hosts.remember(LOOPBACK, server.port, server.host_keys[0])
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.method == "publickey"
        assert channel.facts.certificate is not None
    assert "Accepted certificate ID" in server.log


@pytest.mark.parametrize(("words", "method"), [("{agent}", "publickey"), ("$OUR_AGENT", "publickey"), ("none", "")])
async def test_the_agent_that_ssh_config_names_is_asked_and_no_other(
    surroundings: Path,
    start_sshd: Start,
    tmp_path: Path,
    agent: str,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    method: str,
) -> None:
    monkeypatch.setenv("OUR_AGENT", agent)
    file = make_key_file(tmp_path / "held")
    server = start_sshd(authorised=(public_line(file),))
    add_to_agent(agent, file)
    file.unlink()
    config = surroundings / ".ssh" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"Host box\n  HostName {LOOPBACK}\n  IdentityAgent {words.format(agent=agent)}\n")
    (host,) = read_hosts(config).hosts
    usual = agent if words == "none" else None
    client = Client(surroundings, agent=usual)
    client.known_hosts.remember(LOOPBACK, server.port, server.host_keys[0])
    host = replace(host, port=server.port, user=server.user)
    if not method:
        assert await client.identities.available(host) == []
        return
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.method == method


async def test_what_the_user_certificate_says_is_known_and_its_end_is_announced(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path
) -> None:
    file = make_key_file(tmp_path / "user")
    server = start_sshd(extra=[f"TrustedUserCAKeys {authority}.pub"])
    sign(authority, file, f"{server.user},backup", "-V", "-52w:+1d")
    prompter = ScriptedPrompter()
    async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
        certificate = channel.facts.certificate
    assert certificate is not None
    assert (certificate.key_id, certificate.principals) == ("test", (server.user, "backup"))
    assert certificate.valid_from is not None
    assert certificate.valid_until is not None
    assert round((certificate.valid_until - certificate.valid_from) / 86_400) == 52 * 7 + 1
    assert "expires on" in prompter.notices[0].text


async def test_a_certificate_with_time_left_is_not_talked_of(
    client: Client, start_sshd: Start, authority: Path, tmp_path: Path
) -> None:
    file = make_key_file(tmp_path / "user")
    server = start_sshd(extra=[f"TrustedUserCAKeys {authority}.pub"])
    sign(authority, file, server.user, "-V", "-1h:+8h")
    prompter = ScriptedPrompter()
    async with client.terminal(client.save(server, key_pair=str(file)), prompter):
        assert prompter.notices == []

"""Host certificates and revocations on a real sshd, with our own wire."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sshtui.errors import HostKeyChanged, HostKeyRevoked, HostKeyUnknown, TrustRefused
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import ChangedHostKey, UnknownHostKey
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.key_files import make_key_file, public_key
from tests.servers.openssh import OpenSSH, host_key_of

PRINCIPAL = "127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path, need: Callable[[str], str]) -> Path:
    """A key file that signs host keys."""
    need("ssh-keygen")
    return make_key_file(tmp_path / "authority")


@pytest.fixture
def certified(start_sshd: Callable[..., OpenSSH], authority: Path, tmp_path: Path) -> Callable[..., OpenSSH]:
    """`certified("-V", "…")`: an sshd whose host key the authority has signed with these options of ssh-keygen."""

    def start(*options: str) -> OpenSSH:
        directory = tmp_path / "certified"
        directory.mkdir()
        host_key_of(directory, "ed25519")
        sign(authority, directory / "host_ed25519", options or ("-n", PRINCIPAL))
        return start_sshd("certified", extra=[f"HostCertificate {directory}/host_ed25519-cert.pub"])

    return start


def sign(authority: Path, host_key_file: Path, options: Sequence[str]) -> None:
    command = ["ssh-keygen", "-q", "-s", str(authority), "-h", "-I", "test", *options, f"{host_key_file}.pub"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def client(surroundings: Path) -> Client:
    (surroundings / ".ssh").mkdir(mode=0o700)
    return Client(surroundings)


def trust_authority(client: Client, server: OpenSSH, key: HostKey, marker: str = "@cert-authority") -> None:
    with client.known_hosts.path.open("a") as file:
        file.write(f"{marker} [{server.address}]:{server.port} {key.line}\n")


def saved(client: Client, server: OpenSSH, client_key: Path) -> Host:
    return client.save(server, trusted=False, key_pair=str(client_key))


async def test_a_host_key_signed_by_a_trusted_authority_asks_nothing(
    client: Client, certified: Callable[..., OpenSSH], authority: Path, client_key: Path
) -> None:
    server = certified()
    trust_authority(client, server, public_key(authority))
    async with client.terminal(saved(client, server, client_key), ScriptedPrompter()) as channel:
        assert b"in" in await say(channel, "echo in")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-n", "other.example"), "was made for another name"),
        (("-n", PRINCIPAL, "-V", "20200101:20200102"), "has expired"),
        (("-n", PRINCIPAL, "-V", "20900101:20900102"), "is not valid yet"),
    ],
)
async def test_a_certificate_that_does_not_count_leaves_the_plain_host_key_to_be_judged(
    options: tuple[str, ...],
    reason: str,
    client: Client,
    certified: Callable[..., OpenSSH],
    authority: Path,
    client_key: Path,
) -> None:
    server = certified(*options)
    trust_authority(client, server, public_key(authority))
    prompter = ScriptedPrompter(None)
    with pytest.raises(TrustRefused):
        await client.dial(saved(client, server, client_key), prompter)
    assert reason in prompter.notices[0].text
    assert server.login_attempts() == 0
    client.known_hosts.remember(server.address, server.port, server.host_keys[0])
    async with client.terminal(saved(client, server, client_key), ScriptedPrompter()) as channel:
        assert b"in" in await say(channel, "echo in")


async def test_a_certificate_of_an_unknown_authority_leaves_the_plain_host_key_to_be_judged(
    client: Client, certified: Callable[..., OpenSSH], client_key: Path, tmp_path: Path
) -> None:
    server = certified()
    trust_authority(client, server, public_key(make_key_file(tmp_path / "another")))
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyUnknown):
        await client.dial(saved(client, server, client_key), prompter)
    (question,) = prompter.questions
    assert isinstance(question, UnknownHostKey)
    assert question.host_key == server.host_keys[0]
    assert server.login_attempts() == 0


async def test_a_revoked_authority_vouches_for_nobody(
    client: Client, certified: Callable[..., OpenSSH], authority: Path, client_key: Path
) -> None:
    server = certified()
    trust_authority(client, server, public_key(authority))
    trust_authority(client, server, public_key(authority), "@revoked")
    with pytest.raises((HostKeyRevoked, HostKeyUnknown)):
        await client.dial(saved(client, server, client_key), ScriptedPrompter(None))
    assert server.login_attempts() == 0


@pytest.mark.parametrize("with_authority", [False, True])
async def test_a_revoked_host_key_is_refused_even_with_a_certificate(
    with_authority: bool, client: Client, certified: Callable[..., OpenSSH], authority: Path, client_key: Path
) -> None:
    server = certified()
    if with_authority:
        trust_authority(client, server, public_key(authority))
    trust_authority(client, server, server.host_keys[0], "@revoked")
    with pytest.raises(HostKeyRevoked):
        await client.dial(saved(client, server, client_key), ScriptedPrompter())
    assert server.login_attempts() == 0


async def test_a_revoked_plain_host_key_is_refused_while_an_authority_is_trusted(
    client: Client, sshd: OpenSSH, authority: Path, client_key: Path
) -> None:
    trust_authority(client, sshd, public_key(authority))
    trust_authority(client, sshd, sshd.host_keys[0], "@revoked")
    with pytest.raises(HostKeyRevoked):
        await client.dial(saved(client, sshd, client_key), ScriptedPrompter())
    assert sshd.login_attempts() == 0


async def test_another_type_of_host_key_after_a_reinstallation_is_a_changed_one(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path, tmp_path: Path
) -> None:
    server = start_sshd(host_key_kinds=("rsa",))
    client.known_hosts.remember(server.address, server.port, public_key(make_key_file(tmp_path / "before")))
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged):
        await client.dial(saved(client, server, client_key), prompter)
    (question,) = prompter.questions
    assert isinstance(question, ChangedHostKey)
    assert question.another_type

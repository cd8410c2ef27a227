"""Host keys in the DNS: asked only where a host says so, believed only when signed, never instead of a warning."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import HostKeyChanged, HostKeyUnknown
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import ChangedHostKey, UnknownHostKey
from sshtui.ssh.dns_host_keys import DnsHostKeys, Published, Sshfp
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.trust import DNS, HostKeyTrust
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.names import NameServer, name_server
from tests.servers.openssh import OpenSSH, host_key_of
from tests.waiting import eventually

NAME = "box.sshtui.test"
OURS = Host("box", NAME)


def records(host_key: HostKey, need: Callable[[str], str], tmp_path: Path) -> list[str]:
    """What `ssh-keygen -r` would have in the zone file for it: SHA-1 and SHA-256."""
    (tmp_path / "host.pub").write_text(host_key.line + "\n")
    command = [need("ssh-keygen"), "-r", NAME, "-f", str(tmp_path / "host.pub")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.partition(" IN SSHFP ")[2] for line in printed.splitlines()]


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    """A name server that publishes nothing yet."""
    async with name_server({NAME: []}) as server:
        yield server


@pytest.fixture
def resolver(tmp_path: Path, names: NameServer) -> DnsHostKeys:
    """Asks `names`, which is on this computer and so believed."""
    configuration = tmp_path / "resolv.conf"
    configuration.write_text("nameserver 127.0.0.1\n")
    return DnsHostKeys(configuration, names.port)


@pytest.fixture
def host_keys(tmp_path: Path, need: Callable[[str], str]) -> tuple[HostKey, HostKey]:
    """The server's, and another one."""
    need("ssh-keygen")
    return host_key_of(tmp_path, "ed25519"), host_key_of(tmp_path, "ecdsa")


@pytest.fixture
def known_hosts(surroundings: Path) -> KnownHosts:
    return KnownHosts(surroundings / ".ssh" / "known_hosts")


def wanting(answer: str) -> Host:
    return replace(OURS, extra={DNS: answer})


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_what_ssh_keygen_publishes_is_what_the_host_key_is_compared_with(
    kind: str, tmp_path: Path, need: Callable[[str], str], names: NameServer, resolver: DnsHostKeys
) -> None:
    host_key = host_key_of(tmp_path, kind)
    names.names[NAME] = records(host_key, need, tmp_path)
    assert (await resolver.published(NAME)).verdict(host_key) == "agrees"
    names.signed = True
    assert (await resolver.published(NAME)).verdict(host_key) == "signed"
    assert names.asked == [f"{NAME} SSHFP"] * 2


async def test_a_signed_match_is_trusted_without_a_question(
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    known_hosts: KnownHosts,
    host_keys: tuple[HostKey, HostKey],
) -> None:
    names.names[NAME], names.signed = records(host_keys[0], need, tmp_path), True
    trust, prompter = HostKeyTrust(known_hosts, resolver), ScriptedPrompter()
    await trust.judge(wanting("yes"), host_keys[0], prompter)
    assert host_keys[0] in (await trust.known(wanting("yes"))).trusted
    assert (await trust.known(OURS)).trusted == ()
    assert [notice.text for notice in prompter.notices] == [
        "The host key of box is the one the DNS names, and its answer is signed."
    ]
    assert not known_hosts.path.exists()


@pytest.mark.parametrize(
    ("wish", "signed", "published", "said"),
    [
        ("yes", False, 0, "agrees"),
        ("ask", True, 0, "signed"),
        ("yes", True, 1, "differs"),
        ("ask", False, None, "silent"),
    ],
)
async def test_anything_less_is_said_in_the_question(
    wish: str,
    signed: bool,
    published: int | None,
    said: str,
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    known_hosts: KnownHosts,
    host_keys: tuple[HostKey, HostKey],
) -> None:
    names.names[NAME] = records(host_keys[published], need, tmp_path) if published is not None else []
    names.signed = signed
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyUnknown):
        await HostKeyTrust(known_hosts, resolver).judge(wanting(wish), host_keys[0], prompter)
    (question,) = prompter.asked(UnknownHostKey)
    assert isinstance(question, UnknownHostKey)
    assert question.dns == said


async def test_a_changed_host_key_stays_a_warning_whatever_the_dns_says(
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    known_hosts: KnownHosts,
    host_keys: tuple[HostKey, HostKey],
) -> None:
    known_hosts.remember(NAME, 22, host_keys[1])
    names.names[NAME], names.signed = records(host_keys[0], need, tmp_path), True
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged):
        await HostKeyTrust(known_hosts, resolver).judge(wanting("yes"), host_keys[0], prompter)
    (question,) = prompter.asked(ChangedHostKey)
    assert isinstance(question, ChangedHostKey)
    assert question.dns == "signed"


async def test_accept_new_does_not_accept_what_the_dns_contradicts(
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    known_hosts: KnownHosts,
    host_keys: tuple[HostKey, HostKey],
) -> None:
    names.names[NAME] = records(host_keys[1], need, tmp_path)
    host = replace(OURS, extra={DNS: "yes", "strict_host_key_checking": "accept-new"})
    with pytest.raises(HostKeyUnknown):
        await HostKeyTrust(known_hosts, resolver).judge(host, host_keys[0], ScriptedPrompter(None))


async def test_nobody_is_asked_unless_the_host_says_so(
    names: NameServer, resolver: DnsHostKeys, known_hosts: KnownHosts, host_keys: tuple[HostKey, HostKey]
) -> None:
    for extra in ({}, {DNS: "no"}, {DNS: True}):
        with pytest.raises(HostKeyUnknown):
            await HostKeyTrust(known_hosts, resolver).judge(
                replace(OURS, extra=extra), host_keys[0], ScriptedPrompter(None)
            )
    assert names.asked == []


async def test_a_signature_counts_only_over_a_way_that_is_safe(
    tmp_path: Path, need: Callable[[str], str], names: NameServer, host_keys: tuple[HostKey, HostKey]
) -> None:
    configuration = tmp_path / "resolv.conf"
    configuration.write_text("nameserver 192.0.2.53\n")
    far = DnsHostKeys(configuration, names.port)
    assert not far.believes(["192.0.2.53"])
    assert far.believes(["127.0.0.1", "::1"])
    assert not far.believes(["127.0.0.1", "192.0.2.53"])
    configuration.write_text("nameserver 192.0.2.53\noptions edns0 trust-ad\n")
    assert far.believes(["192.0.2.53"])


async def test_name_servers_that_are_silent_decide_nothing_and_are_told(
    names: NameServer,
    resolver: DnsHostKeys,
    known_hosts: KnownHosts,
    host_keys: tuple[HostKey, HostKey],
    tmp_path: Path,
) -> None:
    names.answering = False
    impatient = DnsHostKeys(tmp_path / "resolv.conf", names.port, limit=0.2)
    prompter = ScriptedPrompter("once")
    await HostKeyTrust(known_hosts, impatient).judge(wanting("yes"), host_keys[0], prompter)
    assert [notice.text for notice in prompter.notices] == [
        f"The host keys of {NAME} could not be looked up in the DNS. No name server answered; check the network."
    ]


def test_with_a_sha_256_the_sha_1_counts_for_nothing(host_keys: tuple[HostKey, HostKey]) -> None:
    import hashlib

    sha1, sha256 = hashlib.sha1(host_keys[0].blob).digest(), hashlib.sha256(host_keys[0].blob).digest()
    assert Published([Sshfp(4, 1, sha1)], True).verdict(host_keys[0]) == "signed"
    assert Published([Sshfp(4, 1, sha1), Sshfp(4, 2, bytes(32))], True).verdict(host_keys[0]) == "differs"
    assert Published([Sshfp(4, 1, bytes(20)), Sshfp(4, 2, sha256)], True).verdict(host_keys[0]) == "signed"
    assert Published([Sshfp(4, 3, sha256)], True).verdict(host_keys[0]) == "differs"


async def test_a_real_server_named_in_a_signed_zone_is_logged_in_to_with_nobody_asked(
    surroundings: Path,
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    start_sshd: Callable[..., OpenSSH],
    client_key: Path,
) -> None:
    server = start_sshd()
    client = Client(surroundings, dns=resolver)
    names.names["localhost"] = records(server.host_keys[0], need, tmp_path)
    names.signed = True
    host = client.save(server, trusted=False, address="localhost", key_pair=str(client_key), extra={DNS: "yes"})
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.host_key_sha256 == server.host_keys[0].sha256


async def test_a_known_host_key_that_the_dns_contradicts_is_a_warning_and_no_end(
    surroundings: Path,
    tmp_path: Path,
    need: Callable[[str], str],
    names: NameServer,
    resolver: DnsHostKeys,
    sshd: OpenSSH,
    client_key: Path,
    host_keys: tuple[HostKey, HostKey],
) -> None:
    client = Client(surroundings, dns=resolver)
    fields: dict[str, Any] = {"address": "localhost", "key_pair": str(client_key), "extra": {DNS: "ask"}}
    client.known_hosts.remember("localhost", sshd.port, sshd.host_keys[0])
    said = {}
    for published in (sshd.host_keys[0], host_keys[0]):
        names.names["localhost"] = records(published, need, tmp_path)
        prompter = ScriptedPrompter()
        async with client.terminal(client.save(sshd, trusted=False, **fields), prompter):
            said[published] = [notice.text for notice in prompter.notices]
    contradicted = "The DNS names another host key for box than the one it shows and is known by."
    assert said == {sshd.host_keys[0]: [], host_keys[0]: [contradicted]}


async def test_giving_up_while_the_dns_is_silent_leaves_nothing(
    surroundings: Path, names: NameServer, resolver: DnsHostKeys, sshd: OpenSSH, client_key: Path
) -> None:
    client = Client(surroundings, dns=resolver)
    names.answering = False
    client.known_hosts.remember("localhost", sshd.port, sshd.host_keys[0])
    fields: dict[str, Any] = {"address": "localhost", "key_pair": str(client_key), "extra": {DNS: "ask"}}
    before = asyncio.all_tasks()
    dialing = asyncio.create_task(client.dial(client.save(sshd, trusted=False, **fields), ScriptedPrompter()))
    await eventually(lambda: names.asked, "question to the name server")
    dialing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialing
    await eventually(lambda: asyncio.all_tasks() == before, "end of our tasks")
    await eventually(lambda: not sshd.sessions(), "end of the connection")

"""The judge of host keys, with a scripted person and a real known_hosts file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import ConfigError, HostKeyChanged, HostKeyRevoked, HostKeyUnknown
from sshtui.model.further_fields import HOST_KEY_TRUST
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import ChangedHostKey, UnknownHostKey
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.trust import (
    ALIAS,
    CHECKING,
    DNS,
    FILES,
    FINGERPRINT,
    HASH,
    MOST_ANNOUNCED,
    ONCE,
    REVOKED,
    SYSTEM_FILES,
    UPDATE,
    HostKeyTrust,
)
from tests.fakes.prompting import ScriptedPrompter

HOST = Host("web-1", "10.0.0.5", 2222)


def ed25519(number: int) -> HostKey:
    return HostKey(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + number.to_bytes(32, "big"))


def ecdsa(number: int) -> HostKey:
    point = b"\x04" + number.to_bytes(64, "big")
    return HostKey(b"\0\0\0\x13ecdsa-sha2-nistp256\0\0\0\x08nistp256\0\0\0\x41" + point)


@pytest.fixture
def known_hosts(surroundings: Path) -> KnownHosts:
    return KnownHosts(surroundings / ".ssh" / "known_hosts")


async def test_a_known_host_key_asks_nothing(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    await HostKeyTrust(known_hosts).judge(HOST, ed25519(1), ScriptedPrompter())


async def test_an_unknown_host_key_is_shown_and_saved_when_accepted(known_hosts: KnownHosts) -> None:
    prompter = ScriptedPrompter("save")
    await HostKeyTrust(known_hosts).judge(HOST, ed25519(1), prompter)
    assert prompter.questions == [UnknownHostKey("web-1", "10.0.0.5", 2222, ed25519(1))]
    assert known_hosts.lookup("10.0.0.5", 2222).trusted == (ed25519(1),)


async def test_accepting_once_holds_for_the_run_and_writes_nothing(known_hosts: KnownHosts) -> None:
    trust, prompter = HostKeyTrust(known_hosts), ScriptedPrompter("once")
    await trust.judge(HOST, ed25519(1), prompter)
    await trust.judge(HOST, ed25519(1), prompter)
    assert (await trust.known(HOST)).trusted == (ed25519(1),)
    assert not known_hosts.path.exists()
    assert (await HostKeyTrust(known_hosts).known(HOST)).trusted == ()


@pytest.mark.parametrize(
    "extra",
    [
        {FILES: ["/nowhere/known"]},
        {SYSTEM_FILES: ["/nowhere/known"]},
        {CHECKING: "yes"},
        {FILES: ["/nowhere/known"], CHECKING: "yes"},
    ],
)
async def test_what_was_accepted_once_counts_for_no_host_there_that_says_otherwise_of_trust(
    known_hosts: KnownHosts, extra: dict[str, object]
) -> None:
    trust, bank = HostKeyTrust(known_hosts), replace(HOST, name="bank", extra=extra)
    await trust.judge(HOST, ed25519(1), ScriptedPrompter("once"))
    assert (await trust.known(bank)).trusted == ()
    with pytest.raises(HostKeyUnknown):
        await trust.judge(bank, ed25519(1), ScriptedPrompter(None))
    await trust.judge(replace(HOST, name="lab-2"), ed25519(1), ScriptedPrompter())


async def test_declining_an_unknown_host_key_ends_the_attempt(known_hosts: KnownHosts) -> None:
    with pytest.raises(HostKeyUnknown, match="web-1 was not accepted") as refusal:
        await HostKeyTrust(known_hosts).judge(HOST, ed25519(1), ScriptedPrompter(None))
    assert ed25519(1).sha256 in refusal.value.hint


async def test_a_changed_host_key_shows_the_old_one_and_where_it_stands(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged, match="has changed") as refusal:
        await HostKeyTrust(known_hosts).judge(HOST, ed25519(2), prompter)
    (question,) = prompter.questions
    assert isinstance(question, ChangedHostKey)
    assert [(entry.host_key, entry.line) for entry in question.known] == [(ed25519(1), 1)]
    assert not question.another_type
    assert f"{known_hosts.path}, line 1" in str(refusal.value)
    assert known_hosts.lookup(HOST.address, HOST.port).trusted == (ed25519(1),)


async def test_another_type_on_a_known_host_is_as_loud_as_a_changed_host_key(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyChanged):
        await HostKeyTrust(known_hosts).judge(HOST, ecdsa(1), prompter)
    (question,) = prompter.questions
    assert isinstance(question, ChangedHostKey)
    assert question.another_type


async def test_replacing_forgets_the_old_host_key(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    await HostKeyTrust(known_hosts).judge(HOST, ed25519(2), ScriptedPrompter("replace"))
    assert known_hosts.lookup(HOST.address, HOST.port).trusted == (ed25519(2),)


async def test_a_host_key_that_differs_from_the_one_accepted_once_is_a_changed_one(known_hosts: KnownHosts) -> None:
    trust, prompter = HostKeyTrust(known_hosts), ScriptedPrompter("once", None)
    await trust.judge(HOST, ed25519(1), prompter)
    with pytest.raises(HostKeyChanged, match=ONCE):
        await trust.judge(HOST, ed25519(2), prompter)


async def test_a_revoked_host_key_is_refused_without_a_question(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    known_hosts.revoke(HOST.address, HOST.port, ed25519(1))
    with pytest.raises(HostKeyRevoked, match="revoked"):
        await HostKeyTrust(known_hosts).judge(HOST, ed25519(1), ScriptedPrompter())


async def test_what_was_accepted_once_ends_with_its_revocation(known_hosts: KnownHosts) -> None:
    trust = HostKeyTrust(known_hosts)
    await trust.judge(HOST, ed25519(1), ScriptedPrompter("once"))
    known_hosts.revoke(HOST.address, HOST.port, ed25519(1))
    assert (await trust.known(HOST)).trusted == ()


async def test_a_file_that_cannot_be_read_trusts_nobody_and_asks_nobody(surroundings: Path) -> None:
    (surroundings / "known_hosts").mkdir()
    trust = HostKeyTrust(KnownHosts(surroundings / "known_hosts"))
    with pytest.raises(ConfigError):
        await trust.judge(HOST, ed25519(1), ScriptedPrompter())


async def test_a_host_key_that_cannot_be_saved_is_trusted_for_the_run_and_the_person_told(
    known_hosts: KnownHosts,
) -> None:
    (known_hosts.path.parent / ".known_hosts.lock").mkdir(parents=True)
    trust, prompter = HostKeyTrust(known_hosts), ScriptedPrompter("save")
    await trust.judge(HOST, ed25519(1), prompter)
    assert [notice.title for notice in prompter.notices] == ["Host key not saved"]
    assert (await trust.known(HOST)).trusted == (ed25519(1),)


async def test_two_tabs_that_meet_the_same_host_key_ask_once(known_hosts: KnownHosts) -> None:
    trust, prompter = HostKeyTrust(known_hosts), ScriptedPrompter("once")
    await asyncio.gather(*(trust.judge(HOST, ed25519(1), prompter) for _ in range(2)))
    assert len(prompter.questions) == 1


@pytest.mark.parametrize("wish", ["yes", True])
async def test_strict_checking_refuses_the_unknown_without_asking(known_hosts: KnownHosts, wish: object) -> None:
    host = replace(HOST, extra={CHECKING: wish})
    with pytest.raises(HostKeyUnknown, match="StrictHostKeyChecking"):
        await HostKeyTrust(known_hosts).judge(host, ed25519(1), ScriptedPrompter())


async def test_accept_new_saves_the_unknown_and_refuses_the_changed(known_hosts: KnownHosts) -> None:
    trust, host = HostKeyTrust(known_hosts), replace(HOST, extra={CHECKING: "accept-new"})
    await trust.judge(host, ed25519(1), ScriptedPrompter())
    assert known_hosts.lookup(HOST.address, HOST.port).trusted == (ed25519(1),)
    with pytest.raises(HostKeyChanged):
        await trust.judge(host, ed25519(2), ScriptedPrompter())


async def test_checking_cannot_be_switched_off(known_hosts: KnownHosts) -> None:
    prompter = ScriptedPrompter(None)
    with pytest.raises(HostKeyUnknown):
        await HostKeyTrust(known_hosts).judge(replace(HOST, extra={CHECKING: "no"}), ed25519(1), prompter)
    assert len(prompter.questions) == 1


async def test_hosts_with_the_same_alias_share_their_host_key(known_hosts: KnownHosts) -> None:
    trust = HostKeyTrust(known_hosts)
    first, second = (Host(name, address, 2222, extra={ALIAS: "Cluster"}) for name, address in (("a", "x"), ("b", "y")))
    await trust.judge(first, ed25519(1), ScriptedPrompter("save"))
    await trust.judge(second, ed25519(1), ScriptedPrompter())
    assert known_hosts.path.read_text().startswith("cluster ssh-ed25519 ")


async def test_a_host_with_known_hosts_files_of_its_own_uses_those(known_hosts: KnownHosts, tmp_path: Path) -> None:
    host = replace(HOST, extra={FILES: [str(tmp_path / "first"), str(tmp_path / "second")]})
    KnownHosts(tmp_path / "second").remember(HOST.address, HOST.port, ed25519(2))
    trust = HostKeyTrust(known_hosts)
    await trust.judge(host, ed25519(2), ScriptedPrompter())
    with pytest.raises(HostKeyChanged):
        await trust.judge(host, ed25519(1), ScriptedPrompter(None))
    await trust.judge(replace(host, port=22), ed25519(1), ScriptedPrompter("save"))
    assert not known_hosts.path.exists()
    assert KnownHosts(tmp_path / "first").lookup(HOST.address, 22).trusted == (ed25519(1),)


async def test_the_files_of_the_machine_and_the_second_of_the_person_count_where_ssh_reads_them(tmp_path: Path) -> None:
    own, second, system, other = (tmp_path / name for name in ("known_hosts", "known_hosts2", "system", "other"))
    for number, path in enumerate((second, system, other), 1):
        KnownHosts(path).remember(HOST.address, HOST.port, ed25519(number))
    trust = HostKeyTrust(KnownHosts(own, (second, system)))
    found = {
        name: {key for key in map(ed25519, (1, 2, 3)) if key in known.trusted}
        for name, known in {
            "nothing set": await trust.known(HOST),
            "system": await trust.known(replace(HOST, extra={SYSTEM_FILES: [str(other)]})),
            "own": await trust.known(replace(HOST, extra={FILES: [str(own)]})),
        }.items()
    }
    assert found == {
        "nothing set": {ed25519(1), ed25519(2)},
        "system": {ed25519(1), ed25519(3)},
        "own": {ed25519(2)},
    }


@pytest.mark.parametrize("fingerprint", [ed25519(1).sha256, ed25519(1).md5, f"ssh-ed25519-{ed25519(1).sha256}"])
async def test_a_fingerprint_of_the_host_trusts_that_host_key_without_a_question(
    fingerprint: str, known_hosts: KnownHosts
) -> None:
    trust, host = HostKeyTrust(known_hosts), replace(HOST, extra={FINGERPRINT: fingerprint})
    await trust.judge(host, ed25519(1), ScriptedPrompter())
    assert (await trust.known(host)).trusted == (ed25519(1),)


async def test_a_fingerprint_of_the_host_beats_what_the_files_trust(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(2))
    trust, host = HostKeyTrust(known_hosts), replace(HOST, extra={FINGERPRINT: ed25519(1).sha256})
    assert (await trust.known(host)).trusted == ()
    with pytest.raises(HostKeyChanged, match="not the one with the fingerprint"):
        await trust.judge(host, ed25519(2), ScriptedPrompter())


async def test_announced_host_keys_are_saved_and_told(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    prompter = ScriptedPrompter()
    await HostKeyTrust(known_hosts).announced(HOST, ed25519(1), [ecdsa(1), ed25519(1)], prompter)
    assert known_hosts.lookup(HOST.address, HOST.port).trusted == (ed25519(1), ecdsa(1))
    assert [ecdsa(1).sha256 in notice.text for notice in prompter.notices] == [True]


@pytest.mark.parametrize("ground", ["* K", "10.0.0.5 K", "@cert-authority [10.0.0.5]:2222 K", ""])
async def test_only_a_host_key_saved_under_the_very_name_is_ground_for_more(
    ground: str, known_hosts: KnownHosts
) -> None:
    known_hosts.path.parent.mkdir()
    known_hosts.path.write_text(ground.replace("K", ed25519(1).line) + "\n")
    before = known_hosts.path.read_text()
    await HostKeyTrust(known_hosts).announced(HOST, ed25519(1), [ecdsa(1)], ScriptedPrompter())
    assert known_hosts.path.read_text() == before


@pytest.mark.parametrize("unusual", [True, False])
@pytest.mark.parametrize("wish", [True, False])
async def test_whether_announced_host_keys_are_saved_may_be_said_as_for_any_flag(
    wish: bool, unusual: bool, known_hosts: KnownHosts
) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    usual = KnownHosts(known_hosts.path.parent / "usual") if unusual else known_hosts
    host = replace(HOST, extra={UPDATE: wish, FILES: [str(known_hosts.path)]})
    await HostKeyTrust(usual).announced(host, ed25519(1), [ecdsa(1)], ScriptedPrompter())
    assert (ecdsa(1) in known_hosts.lookup(HOST.address, HOST.port).trusted) is wish


async def test_an_announced_host_key_that_is_revoked_stays_revoked(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(1))
    known_hosts.revoke(HOST.address, HOST.port, ecdsa(1))
    prompter = ScriptedPrompter()
    await HostKeyTrust(known_hosts).announced(HOST, ed25519(1), [ecdsa(1)], prompter)
    assert known_hosts.lookup(HOST.address, HOST.port).trusted == (ed25519(1),)
    assert prompter.notices == []


async def test_a_flood_of_announced_host_keys_is_bounded(known_hosts: KnownHosts) -> None:
    known_hosts.remember(HOST.address, HOST.port, ed25519(0))
    flood = [ed25519(number) for number in range(1, 100)]
    await HostKeyTrust(known_hosts).announced(HOST, ed25519(0), flood, ScriptedPrompter())
    assert len(known_hosts.lookup(HOST.address, HOST.port).trusted) == 1 + MOST_ANNOUNCED


def test_every_field_that_trust_goes_by_is_among_those_that_an_import_shows() -> None:
    assert set(HOST_KEY_TRUST) == {ALIAS, CHECKING, DNS, FILES, FINGERPRINT, HASH, REVOKED, SYSTEM_FILES, UPDATE}

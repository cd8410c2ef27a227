"""Logins that ask nobody: a Kerberos ticket with a real KDC, and the key of this computer with real ssh-keysign."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.model.further_fields import WHERE_POSSIBLE
from sshtui.model.hosts import Host
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.system_login import DELEGATE, GSSAPI, HOST_BASED, NOTHING, SystemLogin, system_login
from tests.fakes.prompting import ScriptedPrompter
from tests.servers.accounts import Account
from tests.servers.kerberos import Realm, realm
from tests.servers.openssh import OpenSSH

Start = Callable[..., OpenSSH]
Probe = Callable[..., dict[str, Any]]

DEBIAN_PACKAGES = Path("/usr/lib/python3/dist-packages")
KEYSIGN_SETTING = Path("/etc/ssh/ssh_config.d")


@pytest.fixture
def gssapi(tmp_path: Path) -> str:
    """A directory to import `gssapi` from: Debian's build of it, for there is none that installs without a compiler."""
    wanted = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    if not any(wanted in path.name for path in DEBIAN_PACKAGES.glob("gssapi/raw/*.so")):
        message = f"python3-gssapi is not installed for {wanted}"
        if os.environ.get("CI") == "true" and sys.version_info[:2] == (3, 11):
            pytest.fail(message)
        # Debian builds it for one Python only.
        pytest.skip(message)
    directory = tmp_path / "packages"
    directory.mkdir()
    for name in ("gssapi", "decorator.py"):
        if (DEBIAN_PACKAGES / name).exists():
            (directory / name).symlink_to(DEBIAN_PACKAGES / name)
    return str(directory)


@pytest.fixture
def kerberos(need: Callable[[str], str]) -> Iterator[Realm]:
    """A running realm with the service host/localhost."""
    for program in ("kadmin.local", "kdb5_util", "kinit"):
        need(program)
    with realm(need("krb5kdc")) as running:
        running.add_service("host/localhost")
        yield running


@pytest.fixture
def probe(surroundings: Path) -> Probe:
    """`probe(server, user, wishes, environment)`: log in from a program of its own; what it printed."""

    def run(server: OpenSSH, user: str, wishes: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
        for host_key in server.host_keys:
            KnownHosts(surroundings / ".ssh" / "known_hosts").remember("localhost", server.port, host_key)
        command = [sys.executable, "-m", "tests.integration.system_login_probe"]
        command += [str(surroundings), str(server.port), user, json.dumps(wishes)]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.mark.root
@pytest.mark.parametrize("delegated", [False, True])
def test_a_ticket_logs_in_and_goes_along_only_where_the_host_says_so(
    delegated: bool, kerberos: Realm, gssapi: str, probe: Probe, start_sshd: Start, account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name, value in kerberos.environment.items():
        monkeypatch.setenv(name, value)
    server = start_sshd(
        extra=["GSSAPIAuthentication yes", "GSSAPIStrictAcceptorCheck no", "GSSAPICleanupCredentials yes"],
        password=False,
    )
    kerberos.add_user(account.name, "secret")
    kerberos.log_in(account.name, "secret")
    ours = {"PYTHONPATH": os.pathsep.join([gssapi, os.getcwd()])}
    said = probe(server, account.name, {GSSAPI: True, DELEGATE: delegated}, ours)
    assert said["method"] == "gssapi-with-mic"
    assert account.name in said["who"]
    assert ("cache FILE:" in said["tickets"]) is delegated
    assert said["notices"] == []


@pytest.mark.root
def test_no_ticket_and_somebody_elses_ticket_are_no_login(
    kerberos: Realm, gssapi: str, probe: Probe, start_sshd: Start, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in kerberos.environment.items():
        monkeypatch.setenv(name, value)
    server = start_sshd(extra=["GSSAPIAuthentication yes", "GSSAPIStrictAcceptorCheck no"], password=False)
    ours = {"PYTHONPATH": os.pathsep.join([gssapi, os.getcwd()])}
    assert probe(server, account.name, {GSSAPI: True}, ours)["tried"] == []
    kerberos.add_user("stranger", "secret")
    kerberos.log_in("stranger", "secret")
    assert probe(server, account.name, {GSSAPI: True}, ours)["tried"] == ["gssapi-with-mic"]
    # Unasked, not even the name of the ticket's owner goes out.
    assert probe(server, account.name, {}, ours)["tried"] == []


@pytest.fixture
def keysign(need: Callable[[str], str]) -> Iterator[None]:
    """ssh-keysign is allowed to sign with the host keys of this computer, as an administrator would allow it."""
    if not KEYSIGN_SETTING.is_dir() or not Path("/etc/ssh/ssh_host_ed25519_key").exists():
        need("host keys of this computer")
    setting = KEYSIGN_SETTING / f"sshtui-tests-{os.getpid()}.conf"
    setting.write_text("EnableSSHKeysign yes\n")
    try:
        yield
    finally:
        setting.unlink()


@pytest.mark.root
def test_the_key_of_this_computer_logs_in_where_the_server_trusts_it(
    keysign: None, probe: Probe, start_sshd: Start, account: Account
) -> None:
    server = start_sshd(
        extra=[
            "HostbasedAuthentication yes",
            "HostbasedUsesNameFromPacketOnly yes",
            "IgnoreRhosts no",
            "IgnoreUserKnownHosts no",
        ],
        password=False,
    )
    refused = probe(server, account.name, {HOST_BASED: True}, {})
    assert refused["tried"] == ["hostbased"]
    lines = [path.read_text() for path in Path("/etc/ssh").glob("ssh_host_*_key.pub")]
    account.trust_host("localhost", server.user, lines)
    said = probe(server, account.name, {HOST_BASED: True}, {})
    assert said["method"] == "hostbased"
    assert account.name in said["who"]
    assert probe(server, account.name, {}, {})["tried"] == []


def test_nothing_is_tried_unless_the_host_says_true() -> None:
    for extra in ({}, {GSSAPI: False, HOST_BASED: False}, {GSSAPI: "yes", HOST_BASED: 1}):
        assert system_login(Host("box", "box", extra=extra), ScriptedPrompter(), through_jump=False) == NOTHING
    assert NOTHING.arguments == {"gss_host": None, "gss_kex": False, "host_based_auth": False}


def test_a_missing_package_is_told_for_a_saved_host_only() -> None:
    if importlib.util.find_spec("gssapi"):
        # Nobody needs the sentence then; no extra that the tests install brings it.
        pytest.skip("gssapi is installed here")
    saved, prompter = Host("box", "box", extra={GSSAPI: True}), ScriptedPrompter()
    assert system_login(saved, prompter, through_jump=False) == NOTHING
    assert ["sshtui[gssapi]" in notice.text for notice in prompter.notices] == [True]
    config = Host("box", "box", extra={GSSAPI: True}, origin="~/.ssh/config:1")
    typed = Host("root@box", "box", extra={GSSAPI: WHERE_POSSIBLE, HOST_BASED: WHERE_POSSIBLE})
    for host in (config, typed):
        system_login(host, unasked := ScriptedPrompter(), through_jump=False)
        assert unasked.notices == []


def test_every_try_that_may_fail_is_counted() -> None:
    assert SystemLogin("box", False, "/usr/lib/openssh/ssh-keysign", ("a", "b")).tries == 3

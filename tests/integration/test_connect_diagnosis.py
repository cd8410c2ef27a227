"""Why can't I connect? Each step, the first failed one, and what to do next."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from sshtui.errors import ConnectionFailed, LoginRejected, Refused, TrustRefused
from sshtui.model.diagnosis import STEPS, Finding
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.settings import Settings
from sshtui.ssh.dns_host_keys import DnsHostKeys
from sshtui.ssh.trust import DNS, FINGERPRINT
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers import misbehaving as bad
from tests.servers.key_files import make_key_file, public_key, public_line, sign
from tests.servers.names import name_server
from tests.servers.openssh import OpenSSH
from tests.servers.process import LOOPBACK, free_port
from tests.waiting import eventually


@pytest.fixture
def client(surroundings: Path) -> Client:
    """A program with an empty home and little patience."""
    return Client(surroundings, Settings(connect_timeout=1))


async def findings(client: Client, host: Host) -> list[Finding]:
    """The whole diagnosis; its steps come in their order."""
    found = [each async for each in client.dialer.diagnose(host, ScriptedPrompter())]
    places = [STEPS.index(each.step) for each in found]
    assert places == sorted(places)
    assert all(each.advice and each.exit_code for each in found if each.verdict == "failed")
    return found


def verdicts(found: list[Finding]) -> dict[str, str]:
    """The last verdict of each step."""
    return {each.step: each.verdict for each in found}


def one(found: list[Finding], step: str) -> Finding:
    """The only finding of `step`."""
    (finding,) = [each for each in found if each.step == step]
    return finding


@pytest.mark.parametrize(
    ("then", "words"), [("refuses", "refused"), ("is silent", "did not answer")], ids=["refuses", "is silent"]
)
async def test_a_server_that_takes_one_connection_and_not_the_next_is_a_finding(
    client: Client, then: str, words: str
) -> None:
    with socket.create_server((LOOPBACK, 0), backlog=0) as listener:
        found = []
        async for finding in client.dialer.diagnose(Host("box", *listener.getsockname()), ScriptedPrompter()):
            found.append(finding)
            # Linux drops what comes while the queue of those who wait is full, as a firewall does (listen(2)).
            if finding.step == "tcp" and then == "refuses":
                listener.close()
    assert verdicts(found)["tcp"] == "ok"
    greeting = one(found, "greeting")
    assert greeting.verdict == "failed"
    assert words in greeting.text
    assert "one connection and not the next" in greeting.advice


async def test_a_host_that_works_has_a_finding_for_every_step(
    client: Client, sshd: OpenSSH, client_key: Path, surroundings: Path
) -> None:
    host = client.save(sshd, key_pair=str(client_key))
    make_key_file(surroundings / ".ssh" / "id_rsa", "rsa")
    found = await findings(client, host)
    assert set(verdicts(found)) == set(STEPS) - {"way"}
    assert not [each for each in found if each.verdict in ("failed", "skipped")]
    assert one(found, "greeting").text.startswith("SSH-2.0-OpenSSH")
    assert one(found, "methods").text == "publickey, password"
    taken, refused = [each for each in found if each.step == "key pairs"]
    assert (taken.verdict, refused.verdict) == ("ok", "note")
    assert str(client_key) in one(found, "login").text
    # Shown by their public halves only: nothing was signed, so nobody got in.
    assert "Postponed publickey" in sshd.log
    assert "Accepted publickey" not in sshd.log
    await eventually(lambda: not sshd.sessions(), "end of the connection")


async def test_an_encrypted_key_pair_is_judged_without_its_passphrase(
    client: Client, start_sshd: Callable[..., OpenSSH], surroundings: Path
) -> None:
    (surroundings / ".ssh").mkdir(mode=0o700)
    file = make_key_file(surroundings / ".ssh" / "id_ed25519", passphrase="secret")
    host = client.save(start_sshd(authorised=(public_line(file),)))
    assert one(await findings(client, host), "key pairs").verdict == "ok"


@pytest.mark.parametrize(("content", "words"), [(None, "there is no file"), ("not a key", "no key file"), ("pem", "")])
async def test_a_key_file_that_is_missing_or_damaged_is_no_matter_of_a_passphrase(
    content: str | None, words: str, client: Client, sshd: OpenSSH, tmp_path: Path, need: Callable[[str], str]
) -> None:
    file = tmp_path / "key"
    if content == "pem":
        # PKCS#1 shows nothing before it is opened, and has no .pub beside it here.
        command = [need("ssh-keygen"), "-q", "-t", "rsa", "-m", "PEM", "-N", "secret", "-f", str(file)]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        file.with_suffix(".pub").unlink()
    elif content is not None:
        file.write_text(content)
        file.chmod(0o600)
    found = await findings(client, client.save(sshd, key_pair=str(file)))
    told = " ".join(each.text for each in found if each.step == "key pairs")
    assert ("needs the passphrase" in told) is (content == "pem")
    assert words.lower() in told.lower()
    assert str(file) in told


async def test_an_unknown_host_key_stops_before_the_user_name(client: Client, sshd: OpenSSH, client_key: Path) -> None:
    found = await findings(client, client.save(sshd, trusted=False, key_pair=str(client_key)))
    assert one(found, "host key").verdict == "note"
    assert sshd.host_keys[0].sha256 in one(found, "host key").text
    assert one(found, "login").verdict == "skipped"
    assert sshd.login_attempts() == 0


async def test_a_changed_and_a_revoked_host_key_fail(client: Client, sshd: OpenSSH, tmp_path: Path) -> None:
    host = client.save(sshd, trusted=False)
    client.known_hosts.remember(LOOPBACK, sshd.port, public_key(make_key_file(tmp_path / "other")))
    changed = one(await findings(client, host), "host key")
    assert "not the known one" in changed.text
    assert changed.exit_code == TrustRefused.exit_code
    client.known_hosts.revoke(LOOPBACK, sshd.port, sshd.host_keys[0])
    assert "revoked" in one(await findings(client, host), "host key").text
    assert sshd.login_attempts() == 0


async def test_a_promised_fingerprint_is_what_the_host_key_is_compared_with(
    client: Client, sshd: OpenSSH, client_key: Path, tmp_path: Path
) -> None:
    right, wrong = sshd.host_keys[0].sha256, public_key(make_key_file(tmp_path / "other")).sha256
    host = client.save(sshd, trusted=False, key_pair=str(client_key), extra={FINGERPRINT: right})
    found = await findings(client, host)
    assert one(found, "host key").text == "it has the fingerprint that box is to have"
    assert one(found, "login").text.startswith("by key pair")
    known = client.save(sshd, key_pair=str(client_key), extra={FINGERPRINT: wrong})
    found = await findings(client, known)
    assert f"is not the one with the fingerprint {wrong}" in one(found, "host key").text
    assert one(found, "login").verdict == "skipped"


async def test_passwords_that_are_off_are_named_with_a_way_on(
    client: Client, start_sshd: Callable[..., OpenSSH]
) -> None:
    login = one(await findings(client, client.save(start_sshd(password=False))), "login")
    assert login.verdict == "failed"
    assert login.exit_code == LoginRejected.exit_code
    assert "install" in login.advice


async def test_a_password_is_announced_and_not_asked(client: Client, sshd: OpenSSH) -> None:
    assert "password" in one(await findings(client, client.save(sshd)), "login").text


async def test_a_refused_port_asks_whether_it_is_the_right_one(client: Client) -> None:
    found = await findings(client, Host("box", LOOPBACK, free_port()))
    assert one(found, "tcp").verdict == "failed"
    assert one(found, "tcp").advice.count("ss -ltn") == 1
    assert verdicts(found)["login"] == "skipped"


async def test_a_name_without_an_address(client: Client) -> None:
    found = await findings(client, Host("box", "no-such-host.invalid"))
    assert one(found, "name").verdict == "failed"
    assert one(found, "name").exit_code == ConnectionFailed.exit_code


async def test_a_silent_address_is_a_matter_of_address_or_firewall(client: Client) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen(0)
        port = server.getsockname()[1]
        queue = [socket.socket() for _ in range(4)]
        for each in queue:
            each.setblocking(False)
            each.connect_ex((LOOPBACK, port))
        found = await findings(client, Host("box", LOOPBACK, port))
        for each in queue:
            each.close()
    assert one(found, "tcp").verdict == "failed"
    assert "firewall" in one(found, "tcp").advice


@pytest.mark.parametrize(
    ("said", "hint"),
    # What sshd of OpenSSH 9.2 and 9.8 writes before it closes such a connection.
    [("Exceeded MaxStartups", "MaxStartups"), ("Not allowed at this time", "PerSourcePenalties")],
)
async def test_a_server_that_wants_nobody_just_now_is_still_an_ssh_server(client: Client, said: str, hint: str) -> None:
    async def turn_away(writer: asyncio.StreamWriter) -> None:
        writer.write(f"{said}\r\n".encode())
        await writer.drain()

    async with bad.misbehaving(turn_away) as server:
        host = Host("box", LOOPBACK, server.port)
        greeting = one(await findings(client, host), "greeting")
        with pytest.raises(Refused, match=f"turns this computer away; it says '{said}'") as caught:
            await client.dial(host, ScriptedPrompter())
    assert greeting.text == f"it turns this computer away and says '{said}'"
    assert hint in greeting.advice
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (bad.speaks_http, "says 'HTTP/1.1 400 Bad Request', which is no SSH server"),
        (bad.closes_at_once, "hangs up without a word"),
        (bad.sends_garbage, "no SSH server"),
        (bad.never_answers, "says nothing"),
        (bad.sends_an_endless_line, "xxx' and never ends the line"),
        (bad.sends_a_byte_a_second, "says 'S"),
        (bad.speaks_ssh1, "says 'SSH-1.5-Cisco-1.25', an SSH version from before 2006"),
    ],
    ids=["http", "closes", "garbage", "silent", "endless line", "slow", "version 1"],
)
async def test_what_is_no_ssh_server_is_quoted(client: Client, behaviour: bad.Behaviour, words: str) -> None:
    async with bad.misbehaving(behaviour) as server:
        greeting = one(await findings(client, Host("box", LOOPBACK, server.port)), "greeting")
    assert greeting.verdict == "failed"
    assert words in greeting.text
    assert greeting.text.isprintable()


async def test_a_host_with_less_patience_is_given_up_sooner(surroundings: Path) -> None:
    client = Client(surroundings, Settings(connect_timeout=60))
    async with bad.misbehaving(bad.falls_silent_after_the_banner) as server:
        async with asyncio.timeout(30):
            found = await findings(client, Host("box", LOOPBACK, server.port, extra={"connect_timeout": 1}))
    assert "MTU" in one(found, "key exchange").advice


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"address_family": "inet6"}, "127.0.0.1 has no IPv6 address"),
        ({"bind_address": "eth0"}, "bind_address of box is no numeric address"),
    ],
)
async def test_an_address_that_the_host_may_not_use_is_no_address(
    client: Client, extra: dict[str, str], words: str
) -> None:
    found = await findings(client, Host("box", LOOPBACK, 22, extra=extra))
    assert words in one(found, "name").text
    assert "bind_address" in one(found, "name").text + one(found, "name").advice


async def test_an_interface_for_an_address_of_ours_is_found_where_the_family_is_given_too(client: Client) -> None:
    host = Host("box", LOOPBACK, 22, extra={"address_family": "inet", "bind_address": "eth0"})
    found = await findings(client, host)
    assert verdicts(found)["tcp"] == "failed"
    assert "bind_address of box is no numeric address" in one(found, "tcp").text
    assert verdicts(found)["greeting"] == "skipped"


async def test_a_way_of_logging_in_that_the_host_leaves_out_is_not_announced(
    client: Client, sshd: OpenSSH, client_key: Path
) -> None:
    by_password = client.save(sshd, key_pair=str(client_key), extra={"login_methods": ["password"]})
    assert one(await findings(client, by_password), "login").text == "you will be asked (password)"
    by_answers = client.save(sshd, key_pair=str(client_key), extra={"login_methods": ["keyboard-interactive"]})
    login = one(await findings(client, by_answers), "login")
    assert (login.verdict, login.exit_code) == ("failed", LoginRejected.exit_code)
    assert "login_methods" in login.advice


async def test_a_server_without_a_common_algorithm_shows_both_lists(client: Client) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        LOOPBACK, 0, server_factory=asyncssh.SSHServer, server_host_keys=[host_key], encryption_algs=["3des-cbc"]
    )
    async with listener:
        client.known_hosts.remember(LOOPBACK, listener.get_port(), HostKey(host_key.public_data))
        exchange = one(await findings(client, Host("box", LOOPBACK, listener.get_port())), "key exchange")
    assert exchange.verdict == "failed"
    assert "3des-cbc" in exchange.advice
    assert "aes256-ctr" in exchange.advice


async def test_the_way_through_a_jump_host_is_a_step(
    client: Client, start_sshd: Callable[..., OpenSSH], client_key: Path
) -> None:
    outer, inner = start_sshd("outer"), start_sshd("inner")
    client.save(outer, "outer", key_pair=str(client_key))
    host = client.save(inner, "inner", key_pair=str(client_key), jump="outer")
    found = await findings(client, host)
    assert one(found, "way").text == "through outer"
    assert one(found, "login").verdict == "ok"
    outer.kill()
    found = await findings(client, host)
    assert one(found, "way").verdict == "failed"
    assert {each.verdict for each in found[1:]} == {"skipped"}
    assert found[-1].step == "login"


async def test_a_proxy_that_leads_nowhere_is_the_step_that_fails(client: Client) -> None:
    for extra in ({"proxy": f"socks5://{LOOPBACK}:{free_port()}"}, {"proxy_command": "echo no way >&2; exit 1"}):
        found = await findings(client, Host("box", LOOPBACK, extra=extra))
        assert one(found, "way").verdict == "failed"
        assert verdicts(found)["login"] == "skipped"


async def test_a_certificate_is_shown_with_its_accounts_and_its_end_and_judged_by_the_server(
    client: Client, start_sshd: Callable[..., OpenSSH], tmp_path: Path, surroundings: Path
) -> None:
    authority, file = make_key_file(tmp_path / "authority"), make_key_file(tmp_path / "user")
    server = start_sshd(extra=[f"TrustedUserCAKeys {authority}.pub"], password=False)
    sign(authority, file, f"{server.user},backup", "-V", "-52w:20401231")
    found = await findings(client, client.save(server, key_pair=str(file)))
    taken, certificate = [each for each in found if each.step == "key pairs"]
    assert taken.text.endswith(": the server takes it")
    assert (certificate.verdict, certificate.text) == (
        "ok",
        f'its certificate "test" is for {server.user}, backup, until 2040-12-31 00:00',
    )
    assert "Accepted publickey" not in server.log

    sign(authority, file, "somebody", "-V", "-1d:+2h")
    refused, certificate = [
        each for each in await findings(client, client.save(server, key_pair=str(file))) if each.step == "key pairs"
    ]
    assert refused.text.endswith(": the server does not take it")
    assert certificate.verdict == "note"
    assert f"does not let {server.user} in" in certificate.advice

    sign(authority, file, server.user, "-V", "20200101:20200102")
    found = await findings(client, client.save(server, key_pair=str(file)))
    complaint = next(each for each in found if each.step == "key pairs")
    assert complaint.verdict == "note"
    assert "expired" in complaint.text
    assert "renewed" in one(found, "login").advice


async def test_a_complaint_about_a_file_whose_path_speaks_of_certificates_is_none_about_a_certificate(
    client: Client, start_sshd: Callable[..., OpenSSH], tmp_path: Path
) -> None:
    missing = tmp_path / "certificates" / "id_rsa"
    found = await findings(client, client.save(start_sshd(password=False), key_pair=str(missing)))
    assert [each.text for each in found if each.step == "key pairs" and str(missing) in each.text]
    login = one(found, "login")
    assert login.verdict == "failed"
    assert "renewed" not in login.advice


async def test_the_dns_is_quoted_where_the_host_wants_it_asked(
    surroundings: Path, tmp_path: Path, sshd: OpenSSH, need: Callable[[str], str]
) -> None:
    configuration = tmp_path / "resolv.conf"
    configuration.write_text("nameserver 127.0.0.1\n")
    sha256 = hashlib.sha256(sshd.host_keys[0].blob).hexdigest()
    async with name_server({"localhost": [f"4 2 {sha256}"]}) as names:
        client = Client(surroundings, dns=DnsHostKeys(configuration, names.port))
        host = client.save(sshd, trusted=False, address="localhost", extra={DNS: "yes"})
        assert one(await findings(client, host), "host key").text.endswith("is not known yet. DNS agrees, not signed")

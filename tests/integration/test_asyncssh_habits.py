"""What asyncssh does that we work around, each shown on asyncssh itself.

A test that fails after an upgrade says that the library has changed: look whether the way around can go. Where each
stands, and what it is for, is in the docstring.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import asyncssh
import pytest
from asyncssh.crypto import cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sshtui.ssh.quirks import KeyedGcm, attach, unlogged
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH
from tests.waiting import eventually

Start = Callable[..., OpenSSH]

QUIET: dict[str, Any] = {"config": None, "agent_path": None, "gss_host": None}


class Offering(asyncssh.SSHClient):
    """Offers one key pair, once, and counts what it is asked."""

    def __init__(self, key: Path) -> None:
        self._keys = [asyncssh.read_private_key(key)]
        self.dialogues = 0

    def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        return self._keys.pop() if self._keys else None


async def connected(server: OpenSSH, key: Path, **options: Any) -> asyncssh.SSHClientConnection:
    arguments = {**QUIET, "known_hosts": None, "client_keys": None, **options}
    return await asyncssh.connect(
        server.address, server.port, username=server.user, client_factory=lambda: Offering(key), **arguments
    )


async def test_each_resume_grants_a_whole_window_though_data_is_held(sshd: OpenSSH, client_key: Path) -> None:
    """Since 2.24.1 a reader that pauses early holds data without bound; ssh/channel.py drains before it resumes."""
    window = 65536

    class Slow(asyncssh.SSHClientSession[bytes]):
        def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
            self.channel = chan
            self.delivered: int = 0

        def data_received(self, data: bytes, datatype: Any) -> None:
            self.delivered += len(data)
            self.channel.pause_reading()

    connection = await connected(sshd, client_key)
    wire = attach(connection)
    channel, made = await connection.create_session(
        Slow, "cat /dev/zero", encoding=None, window=window, max_pktsize=16384
    )

    session = cast("Slow", made)

    def held_grows() -> bool:
        channel.resume_reading()
        return wire.received - session.delivered > 4 * window

    await eventually(held_grows, "four windows of data held by asyncssh")
    connection.abort()
    await connection.wait_closed()


def test_a_revocation_is_lost_where_the_port_falls_back() -> None:
    """`@revoked [host]:port` counts for nothing when the bare host is known; ssh/known_hosts.py looks up by itself."""
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    known = asyncssh.import_known_hosts(f"@revoked [box]:2222 {key}\nbox {key}\n")
    trusted, _authorities, revoked, *_x509 = asyncssh.match_known_hosts(known, "box", "", 2222)
    assert (len(trusted), len(revoked)) == (1, 0)


@pytest.mark.parametrize("line", ["garbage", "@unknown box ssh-ed25519 AAAA"])
def test_one_bad_line_of_known_hosts_fails_the_file(line: str) -> None:
    """ssh/known_host_lines.py skips and counts them, as ssh does."""
    with pytest.raises(ValueError):
        asyncssh.import_known_hosts(f"{line}\n")


async def test_what_a_proxy_command_complains_is_taken_for_the_server(tmp_path: Path) -> None:
    """Its standard error goes into the stream; ssh/proxy.py starts it by itself."""
    wires = []

    class Watching(asyncssh.SSHClient):
        def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
            wires.append(attach(conn))

    with pytest.raises((asyncssh.Error, OSError)):
        await asyncssh.connect(
            "nowhere.invalid",
            client_factory=Watching,
            known_hosts=None,
            proxy_command=["sh", "-c", "echo noise >&2"],
            **QUIET,
        )
    assert wires[0].first == b"noise\n"


async def test_a_dialogue_without_a_challenge_is_begun_for_ever(start_sshd: Start, client_key: Path) -> None:
    """Without PAM sshd offers it and sends no challenge; ssh/auth.py begins it again only after one."""
    server = start_sshd(authorised=(), password=True, keyboard_interactive=True, extra=["AuthorizedKeysFile none"])
    asked = []

    class Eager(asyncssh.SSHClient):
        def kbdint_auth_requested(self) -> str:
            asked.append("keyboard-interactive")
            return ""

        def password_auth_requested(self) -> str:
            asked.append("password")
            return "reached"

    with pytest.raises(asyncssh.Error):
        await asyncssh.connect(
            server.address,
            server.port,
            username=server.user,
            client_factory=Eager,
            known_hosts=None,
            client_keys=None,
            **QUIET,
        )
    assert set(asked) == {"keyboard-interactive"}
    assert len(asked) > 3


async def test_a_wrong_passphrase_is_swallowed(start_sshd: Start, tmp_path: Path) -> None:
    """It is asked for once and the next method is tried; keys/signing.py asks again and says why."""
    file = make_key_file(tmp_path / "locked", passphrase="right")
    server = start_sshd(authorised=(public_line(file),), password=False)
    asked = []

    def passphrase(filename: str) -> str:
        asked.append(filename)
        return "wrong"

    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            server.address,
            server.port,
            username=server.user,
            known_hosts=None,
            client_keys=[str(file)],
            passphrase=passphrase,
            **QUIET,
        )
    assert len(asked) == 1


def test_a_comment_behind_a_value_of_ssh_config_is_an_error(tmp_path: Path) -> None:
    """store/ssh_config.py reads it as ssh does, and asyncssh never sees a configuration."""
    config = tmp_path / "config"
    config.write_text("Host *\n  Port 22 # the usual one\n")
    with pytest.raises(asyncssh.ConfigParseError):
        asyncssh.SSHClientConnectionOptions(config=[str(config)], host="box")


def test_an_empty_list_of_key_pairs_means_the_default_ones(surroundings: Path) -> None:
    """ssh/attempt.py passes None, which together with `agent_path=None` means none."""
    (surroundings / ".ssh").mkdir()
    make_key_file(surroundings / ".ssh" / "id_ed25519")
    options = asyncssh.SSHClientConnectionOptions(**QUIET, client_keys=[])
    assert len(options.client_keys or ()) == 1
    assert not asyncssh.SSHClientConnectionOptions(**QUIET, client_keys=None).client_keys


async def test_rsa_host_keys_are_preferred_and_sha_1_is_on(start_sshd: Start, client_key: Path) -> None:
    """ssh/algorithms.py names what is offered, ED25519 first and SHA-1 only where a person allows it."""
    connection = await connected(start_sshd(host_key_kinds=("ed25519", "rsa")), client_key)
    host_key = connection.get_server_host_key()
    assert host_key is not None
    assert host_key.algorithm == b"ssh-rsa"
    assert b"ssh-rsa" in asyncssh.SSHClientConnectionOptions(**QUIET).signature_algs
    connection.close()
    await connection.wait_closed()


async def test_a_server_with_other_types_of_host_key_alone_looks_like_a_broken_line(
    start_sshd: Start, client_key: Path
) -> None:
    """There is no KeyExchangeFailed with the lists then; ssh/failures.py reads them off the exchange."""
    with pytest.raises((asyncssh.ConnectionLost, ConnectionError)):
        await connected(start_sshd(host_key_kinds=("ed25519",)), client_key, server_host_key_algs=["rsa-sha2-512"])


async def test_noise_goes_out_before_packets(sshd: OpenSSH, client_key: Path) -> None:
    """An empty SSH_MSG_IGNORE, on which tinyssh hangs; ssh/quirks.py drops it there."""
    sent: list[int] = []

    class Counting(Offering):
        def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
            send = conn.send_packet

            def counted(number: int, *arguments: bytes, handler: Any = None) -> None:
                sent.append(number)
                send(number, *arguments, handler=handler)

            vars(conn)["send_packet"] = counted

    async with asyncssh.connect(
        sshd.address,
        sshd.port,
        username=sshd.user,
        client_factory=lambda: Counting(client_key),
        known_hosts=None,
        client_keys=None,
        **QUIET,
    ) as connection:
        await connection.run("true")
    assert sent.count(2) > 3


def test_a_key_is_set_up_for_every_packet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes longer than sealing a keystroke; the cipher of ssh/quirks.py keeps it."""
    keyed: list[bytes] = []

    def counted(key: bytes) -> AESGCM:
        keyed.append(key)
        return AESGCM(key)

    monkeypatch.setattr(cipher, "AESGCM", counted)
    own = cipher.GCMCipher("aes128-gcm", bytes(16), bytes(12))
    for _ in range(3):
        own.encrypt_and_sign(b"head", b"data")
    assert len(keyed) == 3


async def test_the_connection_takes_the_cipher_that_keeps_its_key(
    surroundings: Path, start_sshd: Start, client_key: Path
) -> None:
    """asyncssh looks for its cipher by a name that ssh/quirks.py gives to another; again at each exchange of keys."""
    sshd = start_sshd(extra=["Ciphers aes256-gcm@openssh.com", "RekeyLimit 64K"])
    client = Client(surroundings)
    async with client.terminal(client.save(sshd, key_pair=str(client_key)), ScriptedPrompter()) as channel:
        connection: Any = channel._connection.ssh
        await say(channel, "head -c 200000 /dev/zero | tr '\\0' x")
        await eventually(lambda: channel.traffic.rekeys > 0, "another exchange")
        for direction in (connection._send_encryption, connection._recv_encryption):
            assert type(direction._cipher) is KeyedGcm


async def test_whatever_comes_starts_another_timer_and_is_put_into_words(sshd: OpenSSH, client_key: Path) -> None:
    """For the next keep-alive, and for a log that is off; ssh/quirks.py does the one seldom and the other never."""
    timers: list[float] = []
    words: list[str] = []

    async with await connected(sshd, client_key, keepalive_interval=60) as connection:
        start: Callable[[], None] = connection._set_keepalive_timer

        def started() -> None:
            timers.append(1)
            start()

        vars(connection)["_set_keepalive_timer"] = started
        process: asyncssh.SSHClientProcess[str] = await connection.create_process("cat", encoding="utf-8")
        vars(process.channel)["_log_packet"] = lambda said, *rest: words.append(said)
        for letter in "abcdef":
            process.stdin.write(letter)
            assert await process.stdout.read(1) == letter
        assert len(timers) >= 6
        assert (words.count("Sent") >= 6, words.count("Received") >= 6) == (True, True)
        before = len(timers), len(words)
        attach(connection)
        unlogged(cast(Any, process.channel))
        for letter in "ghijkl":
            process.stdin.write(letter)
            assert await process.stdout.read(1) == letter
        assert (len(timers) - before[0] < 3, len(words)) == (True, before[1])
        # What turns it off is heard at once.
        connection.set_keepalive(0)
        assert cast(Any, connection)._keepalive_timer is None


def test_partial_success_is_told_to_nobody() -> None:
    """ssh/quirks.py reads the flag off the packet (RFC 4252 section 5.1)."""
    assert not [name for name in dir(asyncssh.SSHClient) if "partial" in name]


def test_private_keys_are_written_with_whatever_mode_the_umask_leaves(tmp_path: Path) -> None:
    """keys/saving.py writes them 0600; a key that others can read is taken without a word, too."""
    before = os.umask(0)
    try:
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "key")
    finally:
        os.umask(before)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o666
    asyncssh.read_private_key(tmp_path / "key")


def test_importing_it_looks_for_libraries_with_other_programs() -> None:
    """ssh/library.py stubs the search while it imports: nine programs would run."""
    code = (
        "import ctypes.util; asked = []; ctypes.util.find_library = lambda name: asked.append(name)\n"
        "import asyncssh; print(len(asked))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(said) >= 1


def test_the_judge_of_host_keys_cannot_wait_and_does_not_learn_why() -> None:
    """An unknown and a changed host key look the same to it; ssh/trust.py decides with nothing open."""
    assert not inspect.iscoroutinefunction(asyncssh.SSHClient.validate_host_public_key)
    assert list(inspect.signature(asyncssh.SSHClient.validate_host_public_key).parameters) == [
        *("self", "host", "addr", "port", "key"),
    ]


def test_keep_alive_is_off_and_a_connect_has_no_limit_of_its_own() -> None:
    """ssh/attempt.py sets the one, ssh/patience.py is the other."""
    options = asyncssh.SSHClientConnectionOptions(**QUIET)
    assert not options.keepalive_interval
    assert not options.connect_timeout


async def test_the_exchange_is_strict_and_the_library_is_new_enough(
    surroundings: Path, sshd: OpenSSH, client_key: Path
) -> None:
    """Terrapin (CVE-2023-48795) and path traversal (fixed in 2.23.1): the floor of pyproject.toml."""
    version = tuple(int(part) for part in importlib.metadata.version("asyncssh").split(".")[:3])
    assert version >= (2, 24, 1)
    client = Client(surroundings)
    host = client.save(sshd, key_pair=str(client_key))
    async with client.terminal(host, ScriptedPrompter()) as channel:
        assert channel.facts.strict_exchange

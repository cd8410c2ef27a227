"""Lists of revoked host keys, made by ssh-keygen: what is on one is refused without a question."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import ConfigError, HostKeyRevoked
from sshtui.model.host_keys import HostKey
from sshtui.ssh.known_hosts import Known
from sshtui.ssh.revocations import Revocations, read_revocations
from sshtui.ssh.trust import HASH, REVOKED
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.openssh import OpenSSH, host_key_of

Make = Callable[[Path, HostKey], None]


def _listed(path: Path, host_key: HostKey) -> None:
    path.write_text(f"# retired in spring\n\n{host_key.line} old@box\n")


def _krl(prefix: str) -> Make:
    def make(path: Path, host_key: HostKey) -> None:
        (path.parent / "specification").write_text(f"{prefix}{host_key.line}\n")
        command = ["ssh-keygen", "-q", "-k", "-f", str(path), str(path.parent / "specification")]
        subprocess.run(command, check=True, capture_output=True)

    return make


KINDS = {
    "text": _listed,
    "krl": _krl(""),
    "krl-key": _krl("key: "),
    "krl-sha1": _krl("sha1: "),
    "krl-sha256": _krl("sha256: "),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_listed_host_key_is_refused_though_it_is_known(
    kind: str, surroundings: Path, tmp_path: Path, need: Callable[[str], str], sshd: OpenSSH
) -> None:
    need("ssh-keygen")
    KINDS[kind](tmp_path / "revoked", sshd.host_keys[0])
    client = Client(surroundings)
    host = client.save(sshd, extra={REVOKED: str(tmp_path / "revoked")})
    with pytest.raises(HostKeyRevoked):
        await client.dial(host, ScriptedPrompter())
    assert sshd.login_attempts() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_other_host_keys_are_not_on_the_list(kind: str, tmp_path: Path, need: Callable[[str], str]) -> None:
    need("ssh-keygen")
    listed, other = host_key_of(tmp_path, "ed25519"), host_key_of(tmp_path, "ecdsa")
    KINDS[kind](tmp_path / "revoked", listed)
    found = read_revocations(tmp_path / "revoked")
    assert (found.revokes(listed), found.revokes(other)) == (True, False)


@pytest.mark.parametrize("content", [None, b"", b"ssh-ed25519 notbase64\n", b"SSHKRL\n\0\0\0\0\1cut", b"one-word\n"])
async def test_a_list_that_cannot_be_read_trusts_nobody(
    content: bytes | None, surroundings: Path, tmp_path: Path, sshd: OpenSSH, client_key: Path
) -> None:
    path = tmp_path / "revoked"
    if content is not None:
        path.write_bytes(content)
    client = Client(surroundings)
    host = client.save(sshd, key_pair=str(client_key), extra={REVOKED: str(path)})
    if content == b"":
        # An empty list is a list.
        async with client.terminal(host, ScriptedPrompter()):
            return
    with pytest.raises(ConfigError, match="revoked"):
        await client.dial(host, ScriptedPrompter())
    assert sshd.login_attempts() == 0


def test_a_list_of_certificates_leaves_no_certificate_trusted(tmp_path: Path, need: Callable[[str], str]) -> None:
    authority = host_key_of(tmp_path, "ed25519")
    (tmp_path / "specification").write_text("serial: 7\n")
    command = [need("ssh-keygen"), "-q", "-k", "-f", str(tmp_path / "krl"), "-s", str(tmp_path / "host_ed25519.pub")]
    subprocess.run([*command, str(tmp_path / "specification")], check=True, capture_output=True)
    found = read_revocations(tmp_path / "krl")
    assert found == Revocations(certificates=True)
    assert Known(authorities=(authority,)).without(found).authorities == ()
    assert Known(authorities=(authority,)).without(Revocations()).authorities == (authority,)


@pytest.mark.parametrize("hashing", [True, False, None])
async def test_names_are_hashed_as_the_host_says_and_else_as_the_file_is(
    hashing: bool | None, surroundings: Path, sshd: OpenSSH, client_key: Path, need: Callable[[str], str]
) -> None:
    client = Client(surroundings)
    host = client.save(sshd, trusted=False, key_pair=str(client_key))
    host = replace(host, extra={} if hashing is None else {HASH: hashing})
    async with client.terminal(host, ScriptedPrompter("save")):
        pass
    path = client.known_hosts.path
    assert path.read_text().startswith("|1|") is bool(hashing)
    command = [need("ssh-keygen"), "-F", f"[{sshd.address}]:{sshd.port}", "-f", str(path)]
    assert (await asyncio.to_thread(subprocess.run, command, capture_output=True)).returncode == 0

"""Lists of revoked host keys, made by ssh-keygen: what is on one is refused without a question."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, ConfigError, HostKeyRevoked, HostKeyUnknown
from sshtui.model.host_keys import HostKey
from sshtui.ssh.revocations import Revocations, read_revocations
from sshtui.ssh.trust import HASH, REVOKED
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.key_files import make_key_file, public_key
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


SINGLE = {
    "serial": "serial: 77",
    "range": "serial: 70-80",
    "bitmap": "serial: 70\nserial: 74\nserial: 77\nserial: 81",
    "identifier": "id: box key",
    "host key": "{host_key}",
    "digest": "sha256: {host_key}",
    "authority": "sha1: {authority}",
    "other serials": "serial: 76\nserial: 78-90\nserial: 60\nserial: 61\nserial: 66",
    "other identifier": "id: box",
}
"""What ssh-keygen(1), KEY REVOCATION LISTS, takes."""


def certify(directory: Path, keygen: str) -> tuple[HostKey, HostKey]:
    """A host key in `directory` with a certificate of serial 77 for "box key"; it and its authority's."""
    host_key, authority = host_key_of(directory, "ed25519"), make_key_file(directory / "authority")
    facts = ["-h", "-I", "box key", "-z", "77", "-n", "127.0.0.1"]
    command = [keygen, "-q", "-s", str(authority), *facts, str(directory / "host_ed25519.pub")]
    subprocess.run(command, check=True, capture_output=True)
    return host_key, public_key(authority)


def revoke(path: Path, specification: str, signer: str, certificate: Path, keygen: str) -> bool:
    """Write the list; whether ssh-keygen finds the certificate on it."""
    path.with_suffix(".txt").write_text(f"{specification}\n")
    command = [keygen, "-q", "-k", "-f", str(path), "-s", signer, str(path.with_suffix(".txt"))]
    subprocess.run(command, check=True, capture_output=True)
    return subprocess.run([keygen, "-Q", "-f", str(path), str(certificate)], capture_output=True).returncode != 0


@pytest.mark.parametrize("single", SINGLE)
@pytest.mark.parametrize("signer", ["authority.pub", "host_ed25519.pub", "none"])
async def test_single_certificates_are_refused_when_ssh_would_and_only_then(
    single: str,
    signer: str,
    surroundings: Path,
    tmp_path: Path,
    need: Callable[[str], str],
    start_sshd: Callable[..., OpenSSH],
    client_key: Path,
) -> None:
    directory, krl, keygen = tmp_path / "certified", tmp_path / "krl", need("ssh-keygen")
    directory.mkdir()
    host_key, authority = certify(directory, keygen)
    certificate = directory / "host_ed25519-cert.pub"
    specification = SINGLE[single].format(host_key=host_key.line, authority=authority.line)
    revoked = revoke(krl, specification, signer if signer == "none" else str(directory / signer), certificate, keygen)
    server = start_sshd("certified", extra=[f"HostCertificate {certificate}"])
    client = Client(surroundings)
    client.known_hosts.append(f"@cert-authority [{server.address}]:{server.port} {authority.line}")
    host = client.save(server, trusted=False, key_pair=str(client_key), extra={REVOKED: str(krl)})
    if not revoked:
        async with client.terminal(host, ScriptedPrompter()):
            return
    # A revoked authority vouches for nobody: the plain host key behind it is unknown.
    with pytest.raises(HostKeyUnknown if single == "authority" else HostKeyRevoked):
        await client.dial(host, ScriptedPrompter(*[None] * (single == "authority")))
    assert server.login_attempts() == 0


@pytest.mark.parametrize(
    "behind",
    [b"\x09\0\0\0\0", b"\xff\0\0\0\x05\0\0\0\0\x01", b"\x04\0\0\0\0\0\0\0\0\x02\0\0\0\0", b"\x01\0\0\0\4cut!"],
    ids=["unknown", "critical extension", "behind the signature", "damaged"],
)
def test_a_list_that_may_say_more_than_is_understood_is_refused(behind: bytes, tmp_path: Path) -> None:
    # OpenSSH, PROTOCOL.krl: magic, version, number, date, flags, reserved, comment; then sections.
    head = b"SSHKRL\n\0" + b"\0\0\0\1" + bytes(24) + bytes(8)
    path = tmp_path / "krl"
    path.write_bytes(head + b"\xff\0\0\0\x05\0\0\0\0\0")
    assert read_revocations(path) == Revocations()
    path.write_bytes(head + behind)
    with pytest.raises(BrokenFile):
        read_revocations(path)


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

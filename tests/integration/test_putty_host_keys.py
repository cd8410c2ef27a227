"""Host keys as PuTTY itself writes them, read back against the server that has them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.run import run
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.store.importers.putty_host_keys import FoundHostKey, read_putty_host_keys
from tests.servers.openssh import OpenSSH


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_what_plink_accepted_is_the_servers_host_key(
    kind: str, start_sshd: Callable[..., OpenSSH], need: Callable[[str], str], surroundings: Path
) -> None:
    sshd = start_sshd(host_key_kinds=[kind])
    file = surroundings / ".putty" / "sshhostkeys"
    # Without this directory PuTTY looks for another one, outside of HOME.
    file.parent.mkdir()
    plink = [need("plink"), "-ssh", "-P", str(sshd.port), "-l", sshd.user, "127.0.0.1", "true"]
    subprocess.run(plink, input="y\n\n\n", text=True, capture_output=True, timeout=30)
    assert read_putty_host_keys(file) == ((FoundHostKey("127.0.0.1", sshd.port, sshd.host_keys[0]),), ())
    known_hosts = KnownHosts(surroundings / ".ssh" / "known_hosts")
    assert run(["import-host-keys", str(file)]) == 2
    assert run(["import-host-keys", str(file), "--dry-run"]) == 0
    assert known_hosts.entries() == ()
    assert run(["import-host-keys", str(file), "--yes"]) == 0
    assert known_hosts.lookup("127.0.0.1", sshd.port).trusted == sshd.host_keys


def test_a_host_known_by_another_host_key_is_never_changed(
    start_sshd: Callable[..., OpenSSH], tmp_path: Path, surroundings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known_hosts = KnownHosts(surroundings / ".ssh" / "known_hosts")
    (theirs,) = start_sshd().host_keys
    known_hosts.remember("10.0.0.5", 22, theirs)
    file = tmp_path / "sshhostkeys"
    entries = (
        "ssh-ed25519@22:10.0.0.5 0x1,0x2",
        "ssh-ed25519@22:-oX 0x1,0x2",
        "rsa2@22:h 1,2",
        "ssh-ed448@22:h 0x1,0x2",
    )
    file.write_text("\n".join(entries))
    assert run(["import-host-keys", str(file), "--yes"]) == 0
    assert known_hosts.lookup("10.0.0.5", 22).trusted == (theirs,)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["changed", *["skipped"] * 3]


def test_a_host_that_only_a_second_file_knows_is_not_a_new_one(
    start_sshd: Callable[..., OpenSSH], tmp_path: Path, surroundings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (theirs,) = start_sshd().host_keys
    KnownHosts(surroundings / ".ssh" / "known_hosts2").remember("10.0.0.5", 22, theirs)
    (tmp_path / "file").write_text("ssh-ed25519@22:10.0.0.5 0x1,0x2\n")
    assert run(["import-host-keys", str(tmp_path / "file"), "--yes"]) == 0
    assert capsys.readouterr().out.startswith("changed ")
    assert KnownHosts(surroundings / ".ssh" / "known_hosts").entries() == ()


def test_a_file_without_host_keys_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("nothing of PuTTY\n")
    assert run(["import-host-keys", str(tmp_path / "file")]) == 0
    assert capsys.readouterr().err == "Nothing was found.\n"

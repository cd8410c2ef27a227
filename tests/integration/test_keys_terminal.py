"""Passphrases typed on a real terminal: unseen, asked again, and repeated when they are new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.errors import HostKeyUnknown
from sshtui.keys.workshop import make, open_file
from sshtui.model.hosts import Host
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.store.hosts import HostStore
from tests.integration.command_on_terminal import on_terminal
from tests.integration.keys_programs import run
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH


def test_a_wrong_passphrase_is_asked_again_and_none_is_shown(tmp_path: Path) -> None:
    make(tmp_path / "pair", passphrase="open sesame", rounds=1)
    with on_terminal(tmp_path, "keys", "convert", "pair", "--to", "ppk3") as terminal:
        terminal.expect("Passphrase of pair:")
        terminal.type("close sesame")
        terminal.expect("does not open pair")
        terminal.type("open sesame")
        assert terminal.end() == 0
        assert "sesame" not in terminal.seen
    open_file(tmp_path / "pair.ppk", "open sesame")


def test_three_wrong_passphrases_end_it(tmp_path: Path) -> None:
    make(tmp_path / "pair", passphrase="open sesame", rounds=1)
    with on_terminal(tmp_path, "keys", "convert", "pair", "--to", "ppk3") as terminal:
        for _ in range(3):
            terminal.expect("Passphrase of pair:")
            terminal.type("no")
            terminal.expect("does not open pair")
        assert terminal.end() == 9


def test_a_new_passphrase_is_graded_and_must_be_repeated(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "keys", "new", "--out", "pair", "--rounds", "1") as terminal:
        terminal.expect("New passphrase for pair:")
        terminal.type("password")
        terminal.expect("very weak")
        terminal.expect("The same again:")
        terminal.type("passwort")
        terminal.expect("They differ.")
        terminal.expect("New passphrase for pair:")
        terminal.type("quite another one")
        terminal.expect("The same again:")
        terminal.type("quite another one")
        assert terminal.end() == 0
    open_file(tmp_path / "pair", "quite another one")


def test_an_empty_new_passphrase_makes_nothing(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "keys", "new", "--out", "pair") as terminal:
        terminal.expect("New passphrase for pair:")
        terminal.type("")
        assert terminal.end() == 10
        assert "--no-passphrase" in terminal.seen
    assert list(tmp_path.iterdir()) == []


PLUGGED_IN = """
from tests.servers.security_keys import SecurityKey, plugged_in
key = SecurityKey(pin="00 open 00", makes_unverified=False)
key.touched.set()
socket = plugged_in(key)
socket.__enter__()
"""


def test_the_pin_of_a_security_key_is_asked_again_and_never_shown(tmp_path: Path) -> None:
    new = ("keys", "new", "--type", "ed25519-sk", "--no-passphrase", "--out", "pair")
    with on_terminal(tmp_path, *new, first=PLUGGED_IN) as terminal:
        terminal.expect("PIN of the security key:")
        terminal.type("00 close 00")
        terminal.expect("The PIN is wrong. The security key locks itself after 7 more tries.")
        terminal.expect("PIN of the security key:")
        terminal.type("00 open 00")
        terminal.expect("Touch your security key when it blinks.")
        assert terminal.end() == 0
        assert "00" not in terminal.seen.split("Private key:")[0]
    assert "(ED25519-SK)" in run("ssh-keygen", "-l", "-f", tmp_path / "pair")


def test_three_wrong_pins_end_it_and_no_pin_makes_nothing(tmp_path: Path) -> None:
    new = ("keys", "new", "--type", "ecdsa-sk", "--no-passphrase", "--out", "pair")
    with on_terminal(tmp_path, *new, first=PLUGGED_IN) as terminal:
        for left in (7, 6, 5):
            terminal.expect("PIN of the security key:")
            terminal.type("wrong")
            terminal.expect(f"{left} more tries")
        assert terminal.end() == 9
    with on_terminal(tmp_path, *new, first=PLUGGED_IN) as terminal:
        terminal.expect("PIN of the security key:")
        terminal.type("\x04")
        assert terminal.end() == 10
        assert "No PIN was given." in terminal.seen
    assert list(tmp_path.iterdir()) == []


@pytest.mark.root
def test_installing_asks_for_the_host_key_and_the_password_on_the_terminal(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    made = make(tmp_path / "pair", comment="me@here")
    destination = f"{account.name}@127.0.0.1:{server.port}"
    with on_terminal(tmp_path, "keys", "install", "pair", destination) as terminal:
        terminal.expect(server.host_keys[0].sha256)
        terminal.expect("Accept it?")
        terminal.type("once", seen=True)
        terminal.expect("Password of")
        terminal.type(account.password)
        assert terminal.end() == 0
    assert (account.home / ".ssh" / "authorized_keys").read_text() == made.public_line + "\n"


@pytest.mark.root
def test_declining_the_host_key_sends_nothing(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd()
    make(tmp_path / "pair")
    with on_terminal(tmp_path, "keys", "install", "pair", f"{account.name}@127.0.0.1:{server.port}") as terminal:
        terminal.expect("Accept it?")
        terminal.type("", seen=True)
        assert terminal.end() == HostKeyUnknown.exit_code
    assert server.login_attempts() == 0


@pytest.mark.root
def test_a_saved_password_installs_on_every_host_and_the_vault_is_opened_once(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path / "config"))
    servers = [start_sshd(name, extra=("AuthorizedKeysFile .ssh/authorized_keys",)) for name in ("one", "two")]
    made = make(tmp_path / "pair")
    for name, server in zip(("one", "two"), servers, strict=True):
        with on_terminal(tmp_path, "hosts", "add", name, f"{account.name}@127.0.0.1:{server.port}") as terminal:
            assert terminal.end() == 0
        with on_terminal(tmp_path, "secrets", "set", name, "--place", "vault") as terminal:
            terminal.expect(f"The password of {name} to save:")
            terminal.type(account.password)
            if name == "one":
                terminal.expect("New password of the vault:")
                terminal.type("sesame")
                terminal.expect("The same again:")
            else:
                terminal.expect("Password of the vault:")
            terminal.type("sesame")
            assert terminal.end() == 0
    with on_terminal(tmp_path, "keys", "install", "pair", "one", "two") as terminal:
        terminal.expect("Accept it?")
        terminal.type("once", seen=True)
        terminal.expect("Password of the vault:")
        terminal.type("sesame")
        terminal.expect("Accept it?")
        terminal.type("once", seen=True)
        terminal.expect("two: ")
        assert terminal.end() == 0
        assert terminal.seen.count("Password of") == 1
        assert account.password not in terminal.seen
    assert (account.home / ".ssh" / "authorized_keys").read_text() == made.public_line + "\n"
    # The doctor says what there is, and opens nothing for it.
    with on_terminal(tmp_path, "doctor", "one") as terminal:
        assert terminal.end() == 0
        assert "Password of" not in terminal.seen


def test_the_doctor_tells_of_a_saved_secret_and_uses_none(
    tmp_path: Path, sshd: OpenSSH, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path))
    KnownHosts(surroundings / ".ssh" / "known_hosts").remember("127.0.0.1", sshd.port, sshd.host_keys[0])
    number = "0191a2b3-0000-7000-8000-000000000001"
    saved = {"secret": f"vault:{number}", "totp": f"keyring:{number}", "password_command": ["touch", "used"]}
    HostStore(tmp_path / "hosts.toml").put(Host("box", "127.0.0.1", sshd.port, sshd.user, extra=saved))
    with on_terminal(tmp_path, "doctor", "box") as terminal:
        terminal.expect("saved for it: password in the vault, one-time codes in the keyring; used when you connect")
        assert terminal.end() == 0
    assert not (tmp_path / "used").exists()
    assert "Failed password" not in sshd.log

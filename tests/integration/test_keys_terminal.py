"""Passphrases typed on a real terminal: unseen, asked again, and repeated when they are new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.errors import HostKeyUnknown
from sshtui.keys.workshop import make, open_file
from tests.integration.command_on_terminal import on_terminal
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

"""A password is changed at the keyboard of the real command, on a real sshd with a real account."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.servers.accounts import Account
from tests.servers.key_files import public_line
from tests.servers.openssh import OpenSSH, openssh

SitDown = Callable[..., Person]


@pytest.fixture
def pam_sshd(tmp_path: Path, need: Callable[[str], str], key_file: Path) -> Iterator[OpenSSH]:
    """A running sshd whose PAM asks for what it wants, as Debian's does."""
    authorised = (public_line(key_file),)
    with openssh(
        tmp_path / "pam", need("sshd"), authorised=authorised, pam=True, keyboard_interactive=True, password=False
    ) as server:
        yield server


def fills_in(person: Person, old: str, new: str) -> None:
    """Answer the dialog: old, new, once more."""
    person.read()
    person.outer.type(old)
    person.outer.press("Tab")
    person.outer.type(new)
    person.outer.press("Tab")
    person.outer.type(new)
    person.sees("The two are equal")
    person.outer.press("Enter")


def test_an_expired_password_is_changed_on_the_way_in_and_again_from_the_leader(
    sit_down: SitDown, pam_sshd: OpenSSH, account: Account, tmp_path: Path
) -> None:
    account.expire_password()
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(name="web", address=pam_sshd.address, port=pam_sshd.port, user=account.name)
    )
    first, second = (f"Xy7-{secrets.token_urlsafe(12)}" for _ in range(2))
    person = sit_down(Size(80, 24))
    person.connect("web")
    person.accept_host_key()
    person.give_password(account.password)
    person.sees("Change password")
    fills_in(person, account.password, first)
    person.is_on("web")

    person.leader("P")
    person.sees("Change password")
    fills_in(person, first, second)
    screen = person.sees("updated successfully")
    assert first not in screen
    assert second not in screen

    # What was changed counts: a new login takes the last password and no other.
    person.runs("exit", "Enter reconnects")
    person.read()
    person.outer.press("Enter")
    person.give_password(second)
    person.is_on("web")


def test_passwd_in_place_of_the_shell_becomes_the_same_dialog(
    sit_down: SitDown, pam_sshd: OpenSSH, account: Account, key_file: Path, tmp_path: Path
) -> None:
    account.expire_password()
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(name="db", address=pam_sshd.address, port=pam_sshd.port, user=account.name, key_pair=str(key_file))
    )
    person = sit_down(Size(120, 40))
    person.connect("db")
    person.accept_host_key()
    person.sees("Change password")
    fills_in(person, account.password, f"Xy7-{secrets.token_urlsafe(12)}")
    person.is_on("db")

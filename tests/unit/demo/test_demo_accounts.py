"""The embedded server's accounts and its `passwd`, which exist in memory only."""

from __future__ import annotations

import pytest

from sshtui.demo.accounts import Account, Accounts
from sshtui.demo.programs import PasswordDialogue


class Client:
    """What the client's side got."""

    def __init__(self) -> None:
        self.text = ""
        self.status: int | None = None

    def send(self, data: bytes, *, error: bool = False) -> None:
        self.text += data.decode()

    def ended(self, status: int) -> None:
        assert self.status is None, "a program ends once"
        self.status = status


async def dialogue(account: Account, typed: bytes) -> Client:
    client = Client()
    program = PasswordDialogue(client, account)
    await program.start()
    for byte in typed:
        program.write(bytes([byte]))
    return client


async def test_passwd_changes_the_password_and_echoes_nothing() -> None:
    account = Account("ada", "old-secret")
    client = await dialogue(account, b"old-secret\rnew-secret\rnew-secret\r")
    assert client.status == 0
    assert "updated successfully" in client.text
    assert "secret" not in client.text
    assert account.has_password("new-secret")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (b"wrong\n", "Authentication token manipulation error"),
        (b"old-secret\nshort\n", "at least 6"),
        (b"old-secret\nold-secret\n", "is the old one"),
        (b"old-secret\nnew-secret\nother-secret\n", "do not match"),
        (b"old-secret\n\x03", "password unchanged"),
        (b"\x04", "password unchanged"),
    ],
)
async def test_passwd_refuses_with_a_reason_and_changes_nothing(typed: bytes, reason: str) -> None:
    account = Account("ada", "old-secret")
    client = await dialogue(account, typed)
    assert client.status == 10
    assert reason in client.text
    assert account.has_password("old-secret")


async def test_backspace_rubs_out() -> None:
    assert (await dialogue(Account("ada", "old-secret"), b"old-secretX\x7f\n")).text.endswith("New password: ")


def test_no_password_opens_an_account_without_one() -> None:
    assert not Account("ada").has_password("")


def test_nothing_opens_an_unknown_account() -> None:
    account = Accounts([Account("ada", "secret")]).get("eve")
    assert not account.trusting
    assert not account.rounds
    assert not account.has_password("secret")


def test_a_changed_password_is_expired_no_more() -> None:
    account = Account("ada", "old-secret", expired=True)
    account.change_password("new-secret")
    assert not account.expired


def test_secrets_do_not_show_in_a_repr() -> None:
    assert "secret" not in repr(Account("ada", "secret"))

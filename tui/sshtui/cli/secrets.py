"""`sshtui secrets …`: list, save and remove saved secrets; their values come from the terminal or a descriptor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sshtui.cli.keys_passphrases import ask, read_line
from sshtui.cli.numbers import Number
from sshtui.cli.opening import complete_names
from sshtui.cli.prompter import plain_prompter
from sshtui.cli.tables import table
from sshtui.errors import NotFound, SecretsError, UsageError
from sshtui.model.hosts import Host
from sshtui.model.json_text import json_text
from sshtui.model.questions import KEYRING, VAULT, Notice, Place, Prompter, Question, VaultPassword
from sshtui.model.text import plain
from sshtui.secrets.references import FIELDS, PASSPHRASE, PASSWORD, TOTP
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths

if TYPE_CHECKING:
    from sshtui.secrets.keeper import Keeper

T = TypeVar("T")

_KINDS = {"password": PASSWORD, "passphrase": PASSPHRASE, "totp": TOTP}

kind_option = click.option("--kind", type=click.Choice(list(_KINDS)), default="password", show_default=True)
place_option = click.option(
    "--place",
    type=click.Choice([KEYRING, VAULT]),
    help="The system's keyring or the vault, an encrypted file. Default: the keyring where there is one.",
)
vault_fd_option = click.option(
    "--vault-fd", type=Number(min=0), metavar="N", help="Read the vault's password from file descriptor N."
)
name_argument = click.argument("name", shell_complete=complete_names)


class _WithDescriptor:
    """A prompter that reads the vault's password from a descriptor and asks the rest on the terminal."""

    def __init__(self, prompter: Prompter, fd: int | None) -> None:
        self._prompter = prompter
        self._fd = fd

    async def ask(self, question: Question[Any]) -> Any:
        if isinstance(question, VaultPassword) and self._fd is not None:
            if question.problem:
                raise SecretsError(question.problem)
            return read_line(self._fd)
        return await self._prompter.ask(question)

    def tell(self, notice: Notice) -> None:
        self._prompter.tell(notice)


def _run(paths: Paths, fd: int | None, job: Callable[[Keeper, Prompter], Coroutine[Any, Any, T]]) -> T:
    """What `job` returns, with the keeper of the saved hosts and somebody to ask."""
    from sshtui.wiring.app import make_keeper

    async def run() -> T:
        with plain_prompter() as prompter:
            keeper = make_keeper(paths, HostStore(paths.hosts_file))
            try:
                return await job(keeper, _WithDescriptor(prompter, fd))
            finally:
                # Ctrl+C ends the wait and not what is half-kept.
                await keeper.kept()
                keeper.vault.lock()

    return asyncio.run(run())


def forget(paths: Paths, hosts: HostStore, removed: Sequence[Host]) -> None:
    """Delete the secrets of hosts that were removed for good; one in the locked vault when it is next open."""
    from sshtui.wiring.app import make_keeper

    asyncio.run(make_keeper(paths, hosts).settle(removed))


def _asked(what: str, name: str) -> str:
    return ask(f"The {what} of {plain(name)} to save: ", what="secret", options="--fd")


@click.group()
def secrets() -> None:
    """List, save and remove saved passwords, passphrases and one-time-code secrets.

    \b
    sshtui secrets set web-1
    sshtui secrets set web-1 --kind totp --place vault
    sshtui secrets totp web-1
    """


@secrets.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_secrets(paths: Paths, json_wanted: bool) -> None:
    """Show what is saved: whose, what, where and since when; never the secrets."""

    async def job(keeper: Keeper, _prompter: Prompter) -> list[dict[str, str]]:
        return [
            {
                "host": saved.host,
                "kind": next(kind for kind, field in _KINDS.items() if field == saved.field),
                "place": saved.place or "plain text in hosts.toml",
                "saved": saved.made.isoformat(timespec="seconds") if saved.made else "",
            }
            for saved in keeper.saved()
        ]

    rows = _run(paths, None, job)
    if json_wanted:
        click.echo(json_text(rows))
        return
    for line in table((row["host"], row["kind"], row["place"], row["saved"]) for row in rows):
        click.echo(line)


@secrets.command("set")
@name_argument
@kind_option
@place_option
@click.option("--fd", type=Number(min=0), metavar="N", help="Read the secret from file descriptor N.")
@vault_fd_option
@click.pass_obj
def set_secret(paths: Paths, name: str, kind: str, place: Place | None, fd: int | None, vault_fd: int | None) -> None:
    """Save a secret of a host, in place of the one it had.

    A secret for one-time codes is given in base32 or as an otpauth:// link.
    """
    field = _KINDS[kind]
    if HostStore(paths.hosts_file).get(name) is None:
        raise NotFound(f"There is no saved host {name}.", hint="Save it first: sshtui hosts add")
    secret = read_line(fd) if fd is not None else _asked(FIELDS[field], name)
    if not secret:
        raise UsageError("The secret is empty.")
    if field == TOTP:
        from sshtui.secrets.totp import read_totp

        read_totp(secret)

    async def job(keeper: Keeper, prompter: Prompter) -> None:
        await keeper.keep(name, field, place or (await keeper.places())[0], secret, prompter)

    _run(paths, vault_fd, job)


@secrets.command("remove")
@name_argument
@kind_option
@vault_fd_option
@click.pass_obj
def remove_secret(paths: Paths, name: str, kind: str, vault_fd: int | None) -> None:
    """Delete a saved secret for good; the host stays."""

    async def job(keeper: Keeper, prompter: Prompter) -> None:
        found = [each for each in keeper.saved() if each.host == name and each.field == _KINDS[kind]]
        if not found:
            raise NotFound(f"No {kind} of {name} is saved.", hint="sshtui secrets list shows what is.")
        for saved in found:
            await keeper.remove(saved, prompter)

    _run(paths, vault_fd, job)


@secrets.command("move")
@name_argument
@place_option
@vault_fd_option
@click.pass_obj
def move_secret(paths: Paths, name: str, place: Place | None, vault_fd: int | None) -> None:
    """Take a plain-text password out of hosts.toml and keep it in a safe place."""

    async def job(keeper: Keeper, prompter: Prompter) -> None:
        await keeper.move_plain(name, place or (await keeper.places())[0], prompter)

    _run(paths, vault_fd, job)


@secrets.command("totp")
@name_argument
@vault_fd_option
@click.pass_obj
def totp_code(paths: Paths, name: str, vault_fd: int | None) -> None:
    """Print the present one-time code of a host; on stderr, how long it counts."""
    from sshtui.secrets.totp import read_totp

    async def job(keeper: Keeper, prompter: Prompter) -> str | None:
        host = keeper.host(name)
        return await keeper.recall(host, TOTP, prompter) if host else None

    secret = _run(paths, vault_fd, job)
    if secret is None:
        raise NotFound(
            f"No secret for one-time codes of {name} is saved.", hint=f"sshtui secrets set {name} --kind totp"
        )
    totp, now = read_totp(secret), time.time()
    click.echo(totp.code(totp.counter(now)))
    click.echo(f"counts for {totp.period - int(now) % totp.period} s", err=True)


@secrets.command("vault")
@click.pass_obj
def vault_password(paths: Paths) -> None:
    """Set up the vault, or give it another password."""

    async def job(keeper: Keeper, prompter: Prompter) -> None:
        await keeper.change_password(prompter)

    _run(paths, None, job)

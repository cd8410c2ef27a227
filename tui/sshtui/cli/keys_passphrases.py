"""Passphrases for commands: from a file descriptor, an askpass program or the terminal; never from the arguments."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sshtui.cli.numbers import Number
from sshtui.errors import Declined, UsageError, WrongPassphrase

T = TypeVar("T")
TRIES = 3


def old_passphrase_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--passphrase-fd`: where the passphrase of the given file is read."""
    return click.option(
        "--passphrase-fd", type=Number(min=0), metavar="N", help="Read the passphrase from file descriptor N."
    )(command)


def new_passphrase_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--new-passphrase-fd` and `--no-passphrase`: how the file that is written is protected."""
    command = click.option(
        "--no-passphrase", is_flag=True, help="Protect the written file by no passphrase, on purpose."
    )(command)
    return click.option(
        "--new-passphrase-fd",
        type=Number(min=0),
        metavar="N",
        help="Read the passphrase of the written file from file descriptor N.",
    )(command)


def with_passphrase(label: str, fd: int | None, use: Callable[[str | None], T], *, needed: bool) -> T:
    """What `use` returns, given the passphrase of `label`, or None when it is not `needed`.

    A wrong one is asked again on a terminal, three times in all; one from a file descriptor counts once.
    """
    if not needed:
        return use(None)
    if fd is not None:
        return use(read_line(fd))
    return _until_right(lambda: ask(f"Passphrase of {label}: "), use)


def with_pin(use: Callable[[str | None], T]) -> T:
    """What `use` returns, given None, or the PIN of the security key when that is not enough (WrongPassphrase).

    A wrong one is asked again, three times in all, after which a device wants no more (CTAP 2.1, section 6.5.5.7.2).
    """
    try:
        return use(None)
    except WrongPassphrase:
        return _until_right(
            lambda: ask("PIN of the security key: ", what="PIN", options="a program in SSH_ASKPASS"), use
        )


def _until_right(asked: Callable[[], str], use: Callable[[str | None], T]) -> T:
    for tries_left in reversed(range(TRIES)):
        try:
            return use(asked())
        except WrongPassphrase as error:
            if not tries_left:
                raise
            click.echo(error.sentence, err=True)
    raise AssertionError("the last try returns or raises")


def new_passphrase(label: str, fd: int | None, none: bool) -> str | None:
    """The passphrase to protect `label` by; None when the person says so. Asked twice on a terminal.

    Raises UsageError when it cannot be asked, Declined when it is left empty.
    """
    if none:
        if fd is not None:
            raise UsageError("--no-passphrase and --new-passphrase-fd exclude each other.")
        return None
    if fd is not None:
        passphrase = read_line(fd)
        if not passphrase:
            raise UsageError("The new passphrase is empty.", hint="Say --no-passphrase to have none.")
        return passphrase
    from sshtui.keys.strength import estimate

    for _ in range(TRIES):
        first = ask(f"New passphrase for {label}: ")
        if not first:
            raise Declined("No passphrase was given.", hint="Say --no-passphrase to have none.")
        click.echo(f"Strength: {estimate(first).said}.", err=True)
        if ask("The same again: ") == first:
            return first
        click.echo("They differ.", err=True)
    raise Declined("No passphrase was repeated rightly.")


def read_line(fd: int) -> str:
    """One line from file descriptor `fd`, without its end; not a byte more, so that another may follow."""
    line = bytearray()
    try:
        while (each := os.read(fd, 1)) not in (b"", b"\n"):
            line += each
    except OSError as error:
        raise UsageError(f"File descriptor {fd} cannot be read: {error.strerror}.") from error
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"The passphrase on file descriptor {fd} is not UTF-8.") from error


def ask(prompt: str, *, what: str = "passphrase", options: str = "--passphrase-fd or --new-passphrase-fd") -> str:
    """What a person answers to `prompt`, unseen. ssh(1) tells when SSH_ASKPASS is the one to ask.

    `what` and `options` are for the error where there is nobody to ask: what was wanted, and how else to give it.
    """
    program, require = os.environ.get("SSH_ASKPASS"), os.environ.get("SSH_ASKPASS_REQUIRE", "")
    terminal = has_terminal()
    if program and (require in ("force", "prefer") or (not terminal and require != "never")):
        return _askpass(program, prompt, what)
    if not terminal:
        raise UsageError(
            f"A {what} is needed and there is no terminal to ask on.",
            hint=f"Hand it over with {options}.",
        )
    try:
        return getpass.getpass(prompt, stream=sys.stderr)
    except (EOFError, KeyboardInterrupt) as error:
        raise Declined(f"No {what} was given.") from error


def has_terminal() -> bool:
    """Whether a person can be asked, wherever input and output go."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _askpass(program: str, prompt: str, what: str) -> str:
    try:
        done = subprocess.run([program, prompt], stdout=subprocess.PIPE, check=False)
    except OSError as error:
        raise UsageError(f"SSH_ASKPASS {program} does not run: {error.strerror}.") from error
    if done.returncode:
        raise Declined(f"No {what} was given.")
    return done.stdout.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")

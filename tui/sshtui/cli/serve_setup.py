"""The set-up of the browser console: a conversation on the terminal, and only there."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sshtui.errors import Declined, UsageError
from sshtui.store.paths import Paths
from sshtui.web.audit import Audit
from sshtui.web.enrolment import Candidate, Enrolment, EnrolmentFile, candidate, password_problem
from sshtui.web.limits import Limits
from sshtui.web.qr import qr_lines

TRIES = 5
ISSUER = "sshtui"

NAME_IN_CODE = 24
"""Characters of the account that the QR code names; a longer one would not fit the screen."""

_ALTERNATE, _CLEAR, _BACK = "\x1b[?1049h", "\x1b[H\x1b[2J", "\x1b[?1049l"


def set_up(paths: Paths, account: str | None, *, again: bool) -> None:
    """Enrol the account; nothing is saved before a first right code. Raises UsageError, Declined, NotSaved."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The console is set up in a terminal only.", hint="Run it where you can read and type.")
    file = EnrolmentFile(paths.console_file)
    if paths.console_file.exists() and not again:
        raise UsageError("The console is set up already.", hint="sshtui serve setup --again begins anew.")
    name = (account or getpass.getuser()).strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise UsageError("The account needs a name that can be typed, of at most 100 characters.")
    applicant = candidate(name, _new_password(name))
    enrolment, codes = _paired(applicant)
    file.save(enrolment)
    # Whoever knew the old password is a stranger now, and so is each browser that signed in with it.
    Limits(paths.console_limits_file).forget(devices=True)
    Audit(paths.console_audit_file).note("set up", account=name)
    click.echo(f"\nSaved. Sign in as {name} with the password and a code of your authenticator.")
    click.echo("Ten recovery codes, each for one time without it, shown only now. Write them down:\n")
    for left, right in zip(codes[::2], codes[1::2], strict=True):
        click.echo(f"  {left}   {right}")
    click.echo("\nStart it with: sshtui serve --open")


def _new_password(account: str) -> str:
    for _ in range(TRIES):
        first = _hidden("New password (12 characters or more): ")
        if problem := password_problem(first, account):
            click.echo(problem)
        elif _hidden("The same again: ") == first:
            return first
        else:
            click.echo("They differ.")
    raise Declined("No password was chosen; nothing was saved.")


def _paired(applicant: Candidate) -> tuple[Enrolment, tuple[str, ...]]:
    """The enrolment that a right code makes of it, and the recovery codes."""
    code, prompt = qr_lines(applicant.totp.link(ISSUER, applicant.account[:NAME_IN_CODE])), "A code of it, as proof: "
    with _other_screen():
        for _ in range(TRIES):
            # Drawn anew for each try, so that nothing scrolls: it just fits a screen of 24 rows.
            click.echo(_CLEAR + "\n".join(code), color=True)
            click.echo("Scan this with an authenticator app, or type its secret there:")
            click.echo(f"  {_spaced(applicant.totp.base32)}")
            proved = applicant.proved_by(_line(prompt), time.time())
            if proved is not None:
                return proved
            prompt = "That is not the code of now; is the clock right? Again: "
    raise Declined("No right code came; nothing was saved.")


@contextmanager
def _other_screen() -> Iterator[None]:
    """A screen that is gone afterwards, so that the secret does not stay in the scrollback."""
    click.echo(_ALTERNATE, nl=False, color=True)
    try:
        yield
    finally:
        click.echo(_BACK, nl=False, color=True)


def _spaced(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _hidden(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError as error:
        raise Declined("Nothing was saved.") from error


def _line(prompt: str) -> str:
    try:
        return input(prompt)
    except EOFError as error:
        raise Declined("Nothing was saved.") from error

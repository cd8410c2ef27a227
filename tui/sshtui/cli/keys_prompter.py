"""Questions on the plain terminal, for commands that log in somewhere. Without a terminal every answer is no."""

from __future__ import annotations

import getpass
import sys
from typing import Any, TypeVar, cast

import click

from sshtui.cli.keys_passphrases import has_terminal
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    Confirm,
    NewPassword,
    Notice,
    Passphrase,
    Password,
    PasswordChange,
    Question,
    UnknownHostKey,
)
from sshtui.model.text import plain, plain_lines

A = TypeVar("A")


class PlainPrompter:
    """Asks on the terminal, notices on standard error; fits Prompter."""

    async def ask(self, question: Question[A]) -> A | None:
        """The answer; None when the person declines, or when there is no terminal.

        Typing blocks the event loop, which suits a command that does one thing at a time.
        """
        if not has_terminal():
            return None
        try:
            return cast("A | None", _answer(question))
        except EOFError:
            return None

    def tell(self, notice: Notice) -> None:
        """Show it on standard error; the server's text is marked line by line."""
        mark = "| " if notice.server else ""
        for line in plain_lines(f"{notice.title}\n{notice.text}" if notice.title else notice.text):
            click.echo(mark + line, err=True)


def _answer(question: Question[Any]) -> object:
    match question:
        case UnknownHostKey():
            return _trust(question)
        case ChangedHostKey():
            return _replace(question)
        case Password():
            return _hidden(f"Password for {question.destination}: ")
        case Passphrase():
            if question.problem:
                click.echo(plain(question.problem), err=True)
            return _hidden(f"Passphrase of {plain(question.label)}: ")
        case Challenge():
            return _challenge(question)
        case NewPassword():
            return _new_password(question)
        case Confirm():
            return click.confirm(f"{question.title}\n{question.text}", err=True)
        case _:
            return None


def _hidden(prompt: str) -> str | None:
    return getpass.getpass(prompt, stream=sys.stderr) or None


def _trust(question: UnknownHostKey) -> str | None:
    key = question.host_key
    click.echo(f"{question.name} at {question.address} port {question.port} is not known yet.", err=True)
    click.echo(f"Its host key: {key.kind} {key.sha256}", err=True)
    answer = click.prompt("Trust it? [yes = for good, once, no]", default="no", err=True)
    return {"yes": "save", "once": "once"}.get(str(answer).strip().lower())


def _replace(question: ChangedHostKey) -> str | None:
    key = question.host_key
    click.echo(f"WARNING: the host key of {question.name} has changed. Somebody may be listening in.", err=True)
    for known in question.known:
        click.echo(f"Known: {known.host_key.kind} {known.host_key.sha256} ({known.path}:{known.line})", err=True)
    click.echo(f"Now:   {key.kind} {key.sha256}", err=True)
    answer = click.prompt("Type `replace` to trust the new one", default="no", err=True)
    return "replace" if str(answer).strip().lower() == "replace" else None


def _challenge(question: Challenge) -> tuple[str, ...] | None:
    for line in (*plain_lines(question.title), *plain_lines(question.instruction)):
        click.echo(f"| {line}", err=True)
    answers = []
    for field in question.fields:
        label = plain(field.text)
        answer = click.prompt(label, default="", show_default=False, err=True) if field.echo else _hidden(f"{label} ")
        if answer is None:
            return None
        answers.append(str(answer))
    return tuple(answers)


def _new_password(question: NewPassword) -> PasswordChange | None:
    for line in plain_lines(question.problem or question.prompt):
        click.echo(f"| {line}", err=True)
    old = _hidden(f"Old password for {question.destination}: ") if question.needs_old else ""
    new = _hidden("New password: ")
    if old is None or new is None or _hidden("The same again: ") != new:
        return None
    return PasswordChange(old, new)

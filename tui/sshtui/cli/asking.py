"""The yes that a command needs before it changes something."""

from __future__ import annotations

import sys

import click

from sshtui.errors import UsageError


def ask_first(question: str, yes: bool, *, hint: str = "Give --yes.") -> None:
    """Return when a person agrees. Raises UsageError where nobody can be asked, click.Abort for a no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("This asks first, and this is no terminal.", hint=hint)
    click.confirm(question, abort=True, err=True)

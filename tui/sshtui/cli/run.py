"""Runs a command and turns what stops it into one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

import click

from sshtui.cli.commands import PROGRAM, cli
from sshtui.errors import SshtuiError, UsageError
from sshtui.model.text import plain

LINE_LIMIT = 1000


def run(arguments: Sequence[str]) -> int:
    """The exit code of `sshtui arguments…`; every expected error is a sentence on stderr, never a traceback."""
    try:
        result = cli.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
        # Written here, so that a closed pipe is met inside this try and not while the interpreter ends.
        sys.stdout.flush()
    except click.Abort:
        complain("Cancelled.")
        return 128 + signal.SIGINT
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path.removesuffix(" open") if isinstance(context, click.Context) else PROGRAM
        complain(error.format_message(), f"{command} --help lists what can be given.")
        return UsageError.exit_code
    except SshtuiError as error:
        complain(error.sentence, error.hint)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has enough. The interpreter would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return result if isinstance(result, int) else 0


def complain(sentence: str, hint: str = "") -> None:
    """Say `sshtui: sentence` on stderr, the hint below."""
    click.echo(f"{PROGRAM}: {plain(sentence, LINE_LIMIT)}", err=True)
    if hint:
        click.echo(plain(hint, LINE_LIMIT), err=True)

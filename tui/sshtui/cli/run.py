"""Runs a command and turns what stops it into one line and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from sshtui.cli.commands import COMPLETION_VARIABLE, PROGRAM, cli
from sshtui.errors import SshtuiError, UsageError
from sshtui.model.text import plain

LINE_LIMIT = 1000


def run(arguments: Sequence[str]) -> int:
    """The exit code of `sshtui arguments…`; every expected error is a sentence on stderr, never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in letters that this locale lacks is shown with question marks rather than not at all.
        sys.stdout.reconfigure(errors="replace")
    try:
        result = _invoke(arguments)
        # Written here, so that a closed pipe is met inside this try and not while the interpreter ends.
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        complain("Cancelled.")
        return 128 + signal.SIGINT
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except click.exceptions.NoArgsIsHelpError as error:
        # Its message is the whole help, which has lines of its own.
        complain(f"{error.ctx.command_path if error.ctx else PROGRAM} needs one of its commands.")
        click.echo(error.message, err=True)
        return UsageError.exit_code
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


def _invoke(arguments: Sequence[str]) -> object:
    """What the command returns. Unlike `cli.main`, this leaves a closed pipe to be met above."""
    if instruction := os.environ.get(COMPLETION_VARIABLE):
        return shell_complete(cli, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    with cli.make_context(PROGRAM, list(arguments)) as context:
        return cli.invoke(context)


def complain(sentence: str, hint: str = "") -> None:
    """Say `sshtui: sentence` on stderr, the hint below."""
    click.echo(f"{PROGRAM}: {plain(sentence, LINE_LIMIT)}", err=True)
    if hint:
        click.echo(plain(hint, LINE_LIMIT), err=True)

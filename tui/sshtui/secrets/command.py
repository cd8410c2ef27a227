"""Passwords from a program of the person's own: `password_command = ["pass", "show", "web-1"]` in hosts.toml."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

from sshtui.errors import SecretsError
from sshtui.model.hosts import Host
from sshtui.secrets.references import COMMAND

TIME_LIMIT = 60.0
"""Seconds: the program may ask for a passphrase or a touch in a window of its own."""

OUTPUT_LIMIT = 64 * 1024


def command_of(host: Host) -> tuple[str, ...]:
    """The program and its arguments; empty without one. Raises SecretsError when it is no list of texts."""
    value = host.extra.get(COMMAND)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not value or not all(isinstance(part, str) for part in value):
        raise SecretsError(
            f"{COMMAND} of {host.name} must be a list of texts.",
            hint='As in ["pass", "show", "web-1"]; no shell reads it.',
        )
    return tuple(value)


async def first_line(command: Sequence[str], *, limit: float = TIME_LIMIT) -> str:
    """The first line that `command` prints, run without a shell and without our terminal.

    Raises SecretsError when it does not run, fails, prints nothing or takes longer than `limit` seconds. Nothing of
    its output is repeated. When this gives up or is cancelled, the program and its children are killed,
    unless they run as another account.
    """
    name = os.path.basename(command[0])
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it cannot be a command"
        raise SecretsError(f"{COMMAND}: {name} does not run: {reason}.") from None
    try:
        async with asyncio.timeout(limit):
            assert process.stdout is not None
            output = await process.stdout.read(OUTPUT_LIMIT)
            while b"\n" not in output and len(output) < OUTPUT_LIMIT:
                more = await process.stdout.read(OUTPUT_LIMIT)
                if not more:
                    break
                output += more
            while await process.stdout.read(OUTPUT_LIMIT):
                pass
            code = await process.wait()
    except TimeoutError:
        raise SecretsError(f"{COMMAND}: {name} took longer than {limit:g} seconds.") from None
    finally:
        if process.returncode is None:
            # One that runs as another account (sudo) can be neither killed nor waited for.
            with contextlib.suppress(PermissionError):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
    if code:
        raise SecretsError(f"{COMMAND}: {name} failed with exit code {code}.", hint="Run it in a shell to see why.")
    line = output.partition(b"\n")[0].removesuffix(b"\r").decode("utf-8", "replace")
    if not line:
        raise SecretsError(f"{COMMAND}: {name} printed nothing.")
    return line

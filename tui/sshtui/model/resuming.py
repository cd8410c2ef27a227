"""Programs on a server that outlive the connection: a choice of the host, instead of a command typed by hand."""

from __future__ import annotations

from collections.abc import Mapping

from sshtui.model.hosts import Host

RESUME = "resume"
"""Field of a host: the program its tabs run in and come back to; one of COMMANDS."""

# Understood by every login shell, csh and fish too. Without tmux there a person still gets a shell, and is told.
COMMANDS: Mapping[str, str] = {
    "tmux": "exec sh -c '"
    "command -v tmux >/dev/null 2>&1 && exec tmux new -A -s sshtui; "
    'echo "There is no tmux here: what runs ends with the connection." >&2; '
    'exec "${SHELL:-sh}" -l\'',
}
"""Each program with the command that begins it, or comes back to it."""


def command_for(host: Host) -> str:
    """What its tabs run, "" for the login shell; a command of the host's own comes first."""
    wish = host.extra.get(RESUME)
    return host.command or (COMMANDS.get(wish, "") if isinstance(wish, str) else "")


def resume_problem(text: str) -> str:
    """Why `text` names no such program, or ""."""
    return "" if not text or text in COMMANDS else f"Write {' or '.join(COMMANDS)}, or nothing."

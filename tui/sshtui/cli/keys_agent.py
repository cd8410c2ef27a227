"""`sshtui keys agent …`: what the agent holds, adding and removing, locking."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sshtui.cli.keys_options import FILE, as_json
from sshtui.cli.keys_output import agent_facts, fingerprint_line, print_json, tell
from sshtui.cli.keys_passphrases import ask, old_passphrase_option, read_line, with_passphrase
from sshtui.cli.numbers import Number
from sshtui.errors import Declined, KeyPairError, NotFound
from sshtui.files import with_home

if TYPE_CHECKING:
    from sshtui.keys.agent import Agent, AgentKey


def held_keys() -> Sequence[AgentKey]:
    """The agent's keys; none without an agent."""
    try:
        return asyncio.run(_agent().held())
    except KeyPairError:
        return []


def _agent() -> Agent:
    """The agent that SSH_AUTH_SOCK names; KeyPairError without one."""
    from sshtui.keys.agent import Agent

    path = os.environ.get("SSH_AUTH_SOCK")
    if not path:
        raise KeyPairError("No agent is running here.", hint='Start one: eval "$(sshtui keys agent start)"')
    return Agent(path)


@click.group()
def agent() -> None:
    """Keys held by the ssh-agent, which asks no passphrase again.

    \b
    sshtui keys agent add ~/.ssh/id_ed25519 --lifetime 3600
    sshtui keys agent list
    """


@agent.command("list")
@as_json
def list_held(json_wanted: bool) -> None:
    """List the keys it holds; a locked agent shows none.

    \b
    sshtui keys agent list
    """
    held = asyncio.run(_agent().held())
    if json_wanted:
        print_json([agent_facts(agent_key) for agent_key in held])
        return
    for agent_key in held:
        click.echo(
            f"{fingerprint_line(agent_key.public, agent_key.comment)}{'  certificate' if agent_key.certificate else ''}"
        )
    if not held:
        click.echo("The agent holds no keys.")


@agent.command()
@click.argument("file", type=FILE)
@click.option("--lifetime", type=Number(min=1), metavar="SECONDS", help="Forget it after this time.")
@click.option("--confirm", is_flag=True, help="Let the agent ask before each use.")
@old_passphrase_option
@as_json
def add(file: Path, lifetime: int | None, confirm: bool, passphrase_fd: int | None, json_wanted: bool) -> None:
    """Give it the private key in FILE, with the certificate beside it if there is one.

    \b
    sshtui keys agent add ~/.ssh/id_ed25519 --lifetime 3600
    """
    from sshtui.keys.agent import add_file
    from sshtui.keys.workshop import needs_passphrase

    holder = _agent()
    certified = with_passphrase(
        str(file),
        passphrase_fd,
        lambda passphrase: asyncio.run(add_file(holder, file, passphrase, lifetime=lifetime, confirm=confirm)),
        needed=needs_passphrase(file),
    )
    span = f" for {lifetime} s" if lifetime else ""
    facts = {"path": str(file), "certificate": certified, "lifetime": lifetime, "confirm": confirm}
    tell(json_wanted, facts, f"The agent holds {file}{' and its certificate' if certified else ''}{span}.")


@agent.command()
@click.argument("which", metavar="FILE|FINGERPRINT|COMMENT")
@as_json
def remove(which: str, json_wanted: bool) -> None:
    """Let it forget a key, named by its file, its SHA256 fingerprint or its comment.

    \b
    sshtui keys agent remove ~/.ssh/id_ed25519
    sshtui keys agent remove me@laptop
    """
    from sshtui.keys.workshop import public_half

    holder = _agent()
    path = with_home(which)
    public = public_half(path)[0] if path.is_file() else None
    found = [
        agent_key
        for agent_key in asyncio.run(holder.held())
        if (agent_key.public == public if public else which in (agent_key.public.sha256, agent_key.comment))
    ]
    if not found:
        raise NotFound(f"The agent holds no key {which}.")
    for agent_key in found:
        asyncio.run(holder.remove(agent_key))
    removed = [f"Removed {fingerprint_line(agent_key.public, agent_key.comment)}" for agent_key in found]
    tell(json_wanted, [agent_facts(agent_key) for agent_key in found], *removed)


@agent.command("remove-all")
def remove_all() -> None:
    """Let it forget every key.

    \b
    sshtui keys agent remove-all
    """
    asyncio.run(_agent().remove_all())
    click.echo("The agent holds no keys any more.")


@agent.command()
@old_passphrase_option
def lock(passphrase_fd: int | None) -> None:
    """Lock it: it signs nothing and shows nothing until it is unlocked.

    \b
    sshtui keys agent lock
    """
    passphrase = read_line(passphrase_fd) if passphrase_fd is not None else ask("Lock the agent with passphrase: ")
    if passphrase_fd is None and ask("The same again: ") != passphrase:
        raise Declined("They differ; the agent is not locked.")
    asyncio.run(_agent().lock(passphrase))
    click.echo("The agent is locked.")


@agent.command()
@old_passphrase_option
def unlock(passphrase_fd: int | None) -> None:
    """Unlock it with the passphrase it was locked with.

    \b
    sshtui keys agent unlock
    """
    passphrase = read_line(passphrase_fd) if passphrase_fd is not None else ask("Passphrase of the locked agent: ")
    asyncio.run(_agent().unlock(passphrase))
    click.echo("The agent is unlocked.")


@agent.command()
@click.option("--lifetime", type=Number(min=1), metavar="SECONDS", help="Forget each key after this time.")
@as_json
def start(lifetime: int | None, json_wanted: bool) -> None:
    """Start an agent, and print what a shell needs to know. It runs until `ssh-agent -k`.

    \b
    eval "$(sshtui keys agent start)"
    eval "$(sshtui keys agent start --lifetime 3600)"
    """
    from sshtui.keys.agent import start_agent

    started = start_agent(lifetime=lifetime)
    tell(
        json_wanted,
        {"socket": started.path, "pid": started.pid, "lifetime": lifetime},
        f"SSH_AUTH_SOCK={started.path}; export SSH_AUTH_SOCK;",
        f"SSH_AGENT_PID={started.pid}; export SSH_AGENT_PID;",
    )

"""`sshtui attach`, `list` and `kill`: running apps from the command line."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

import click

from sshtui.attach.asking import ask, state_of
from sshtui.attach.peers import peer
from sshtui.attach.places import Instance, Places, connect
from sshtui.attach.terminal_viewer import Ending, look
from sshtui.errors import AttachError, NotFound, SshtuiError, UsageError
from sshtui.model.json_text import json_text
from sshtui.model.text import plain
from sshtui.store.paths import Paths

PATIENCE = 4.0
"""Seconds an app has to end when it is asked, and again when it gets SIGTERM."""

PAUSE = 0.05

_NONE = "No sshtui is running that could be attached to."
_HOW = "sshtui --detachable starts one."


@click.command()
@click.argument("id", required=False)
@click.pass_obj
def attach(paths: Paths, id: str | None) -> int:
    """Look at a sshtui that was started with --detachable. Without ID the one that is running."""
    from sshtui.attach.own_terminal import require_tty

    require_tty()
    places = Places(paths.run_dir)
    if id is not None:
        return show(paths, places.find(id))
    known = known_apps(places)
    found = [instance for instance, state in known if state.get("detachable")]
    silent = [instance.id for instance, state in known if state.get("answers") is False]
    if silent and not found:
        raise AttachError(f"The running sshtui ({', '.join(silent)}) does not answer.", hint="sshtui kill ends it.")
    if not found:
        raise NotFound(_NONE, hint=_HOW)
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} are running: {', '.join(instance.id for instance in found)}.",
            hint=f"As in: sshtui attach {found[0].id}",
        )
    return show(paths, found[0])


def show(paths: Paths, instance: Instance) -> int:
    """Show a running app on this terminal until that ends, and say in one line how it did; the exit code."""
    ending = look(instance.socket)
    match ending:
        case Ending("detached"):
            alone = len(Places(paths.run_dir).running()) == 1
            click.echo(f"Detached; come back with: sshtui attach{'' if alone else f' {instance.id}'}")
        case Ending("refused", _, sentence, hint):
            raise AttachError(sentence, hint=hint)
        case Ending("ended", 1):
            click.echo(f"sshtui has made a mistake and ended; {paths.app_log} tells more.", err=True)
        case Ending("ended"):
            click.echo(f"sshtui has ended (code {ending.code}).", err=True)
        case Ending("gone"):
            raise AttachError("sshtui is gone, and its sessions with it: it was killed or crashed.")
    return ending.code


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
@click.pass_obj
def list_running(paths: Paths, as_json: bool) -> None:
    """Show the sshtui that are running, with their viewers and tabs."""
    known = known_apps(Places(paths.run_dir))
    if as_json:
        click.echo(json_text([state for _instance, state in known]))
        return
    if not known:
        click.echo("No sshtui is running.", err=True)
    for instance, state in known:
        click.echo(f"{instance.id:<3} {_in_words(state)}")
        for tab in state.get("tabs", ()):
            click.echo(f"      {plain(str(tab['label']), 64)}: {plain(str(tab['state']), 20)}")


@click.command()
@click.argument("id", required=False)
@click.pass_obj
def kill(paths: Paths, id: str | None) -> None:
    """End a running sshtui and its sessions. Without ID the one that is running."""
    places = Places(paths.run_dir)
    running = places.running()
    if id is not None:
        instance = places.find(id)
    elif len(running) == 1:
        instance = running[0]
    elif not running:
        raise NotFound("No sshtui is running.")
    else:
        raise UsageError(
            f"{len(running)} are running: {', '.join(each.id for each in running)}.",
            hint=f"As in: sshtui kill {running[0].id}",
        )
    click.echo(_end(instance))


def known_apps(places: Places) -> list[tuple[Instance, dict[str, Any]]]:
    """Every running app with what it says of itself; one that does not answer says nothing."""
    known = []
    for instance in places.running():
        try:
            known.append((instance, state_of(instance.socket, patience=PATIENCE / 2)))
        except AttachError:
            known.append((instance, {"id": instance.id, "answers": False}))
        except SshtuiError:
            # It ended between the two looks.
            continue
    return known


def _in_words(state: dict[str, Any]) -> str:
    if "since" not in state:
        return "does not answer; sshtui kill ends it"
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(state["since"]))
    viewers = state["viewers"]
    sizes = ", ".join(f"{each['kind']} {each['columns']}x{each['rows']}" for each in viewers)
    looked_at = "on a terminal of its own"
    if state["detachable"]:
        looked_at = f"{_counted(len(viewers), 'viewer')} ({sizes})" if viewers else "detached"
    return f"since {since}, {looked_at}, {_counted(len(state['tabs']), 'tab')}, {state['live']} live"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _end(instance: Instance) -> str:
    """Ask, then SIGTERM, then SIGKILL; a sentence on what it took. Raises NotFound, AttachError."""
    with connect(instance.socket) as link:
        pid = peer(link).pid
    live: int | None = None
    with contextlib.suppress(AttachError):
        state = state_of(instance.socket, patience=PATIENCE / 2)
        live, pid = state["live"], pid or state["pid"]
        ask(instance.socket, "quit", patience=PATIENCE / 2)
        if _gone(instance):
            return f"sshtui {instance.id} has ended, and with it {_counted(live, 'live session')}."
    ended = "its sessions" if live is None else _counted(live, "live session")
    for number, word in ((signal.SIGTERM, "was told to end"), (signal.SIGKILL, "was killed")):
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if _gone(instance):
                return f"sshtui {instance.id} {word}, and with it {ended}."
    raise AttachError(f"sshtui {instance.id} does not end.")


def _gone(instance: Instance) -> bool:
    """Whether it stops listening within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            connect(instance.socket).close()
        except NotFound:
            return True
        time.sleep(PAUSE)
    return False

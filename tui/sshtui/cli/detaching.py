"""`sshtui --detachable`, and links that open in a running sshtui."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from sshtui.attach.asking import ask
from sshtui.attach.places import Instance, Places
from sshtui.cli.attach import known_apps, show
from sshtui.cli.opening import host_for
from sshtui.errors import AttachError, NotFound
from sshtui.model.destination import Wanted
from sshtui.model.text import plain
from sshtui.store.paths import Paths
from sshtui.store.wanted import stored_path


def open_detachable(paths: Paths, wanted: Sequence[Wanted], *, anew: bool) -> int:
    """Attach to the app that runs for viewers, started where none does, with a tab on each destination."""
    for each in wanted:
        # A wrong name is told here, before anything starts.
        host_for(paths, each)
    from sshtui.wiring.detached import detached_app

    instance = detached_app(paths, anew=anew)
    for each in wanted:
        _open(instance, each)
    return show(paths, instance)


def open_in_running(paths: Paths, wanted: Wanted) -> int | None:
    """Open a link in the sshtui that is running, best in one that somebody sees; the exit code, None without one."""
    states = known_apps(Places(paths.run_dir))
    for instance, _state in sorted(states, key=lambda known: _is_seen(known[1]), reverse=True):
        try:
            name, viewers = _open(instance, wanted)
        except (AttachError, NotFound):
            continue
        if not viewers and sys.stdin.isatty() and sys.stdout.isatty():
            return show(paths, instance)
        see = "" if viewers else f"; see it with: sshtui attach {instance.id}"
        click.echo(f"{plain(name)} opens in the sshtui that is running ({instance.id}){see}")
        return 0
    return None


def _is_seen(state: dict[str, Any]) -> bool:
    return bool(state.get("viewers")) or state.get("detachable") is False


def _open(instance: Instance, wanted: Wanted) -> tuple[str, int]:
    """What the tab is called, and how many look at the app. Raises SshtuiError."""
    # The app runs in another directory.
    identity = stored_path(wanted.identity) if wanted.identity else ""
    answer = ask(instance.socket, "open", **{**asdict(wanted), "identity": identity, "port": wanted.port or 0})
    return answer.text("name"), answer.number("attached")

"""The app in a process of its own, for viewers that attach to it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.attach.lifeline import end_with_parent
from sshtui.attach.places import Instance, Places
from sshtui.attach.starting import Starting, detachable, tell_ready, tell_trouble
from sshtui.errors import SshtuiError
from sshtui.store.paths import Paths

if TYPE_CHECKING:
    from sshtui.attach.reception import Reception


def run_detached(paths: Paths, ready: int, lifeline: int | None = None) -> int:
    """Run the app for viewers that attach; the exit code when it ends.

    `ready` and `lifeline` are the ends of pipes that `attach.starting.Starting` gives.
    """
    if lifeline is not None:
        end_with_parent(lifeline)
    try:
        instance, link = Places(paths.run_dir).listen()
    except SshtuiError as error:
        tell_trouble(ready, error)
        return error.exit_code
    from sshtui.ui.audience import Audience
    from sshtui.ui.surroundings import run
    from sshtui.wiring.app import build_app, reception_of

    app = build_app(paths)
    # It paints for the best of terminals; the others get stand-ins on the way there.
    app.unicode = app.parts.settings.unicode is not False
    app.audience = Audience(app, mouse=app.takes_mouse)

    @asynccontextmanager
    async def receiving() -> AsyncIterator[Reception]:
        async with reception_of(app, instance, link) as here:
            tell_ready(ready, instance)
            yield here

    return run(app, receiving)


def detached_app(paths: Paths, *, anew: bool = False) -> Instance:
    """The app to attach to: the one that runs, else (or with `anew`) a new one. Blocks. Raises SshtuiError."""
    places = Places(paths.run_dir)
    with places.starting():
        found = None if anew else detachable(places)
        return found or Starting(_detached_command(paths), die_with_parent=False).wait()


async def app_for_viewers(paths: Paths, *, die_with_parent: bool) -> Path:
    """The socket of the app that runs for viewers, or of one that is started. Raises SshtuiError.

    With `die_with_parent` a started one ends when this process does, kill -9 included; one that ran before does not.
    Call it from the main thread: Linux takes the end of the thread that started a process for the end of its parent.
    """
    places = Places(paths.run_dir)
    found = await asyncio.to_thread(detachable, places)
    if found is None:
        starting = Starting(_detached_command(paths), die_with_parent=die_with_parent)
        found = await asyncio.to_thread(starting.wait)
    return found.socket


def _detached_command(paths: Paths) -> Sequence[str]:
    """The command that runs the app on these files; -P keeps a module of the current directory from being taken."""
    moved = () if paths == Paths.default() else ("--config-dir", str(paths.config_dir))
    return (sys.executable, "-P", "-m", "sshtui.cli.detached", *moved)

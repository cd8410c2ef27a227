"""Starts an app without a terminal, in a process and a session of its own, and waits until it can be attached to."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sshtui.attach.asking import state_of
from sshtui.attach.places import Instance, Places
from sshtui.errors import AttachError, SshtuiError

PATIENCE = 30.0
"""Seconds an app may take until it listens; a loaded machine needs some of them."""

LINE_LIMIT = 8192

_DROPPED = ("NO_COLOR", "TMUX", "TMUX_PANE", "STY", "WINDOWID", "COLUMNS", "LINES")
"""What tells of the terminal we stand in; the app's terminals come and go."""

_KEPT = frozenset({
    "HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSH_AUTH_SOCK",
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "GNUPGHOME", "PYTHONPATH", "PYTHONHOME",
})  # fmt: skip
_KEPT_FAMILIES = ("LC_", "XDG_", "KRB5", "SSHTUI_")
"""All that an app of the console's gets of its environment: who the person is, where agents, keyrings and desktop are,
and where Python finds its modules. The commands that a host or `Match exec` runs see no more."""

_started: list[tuple[subprocess.Popen[bytes], int | None]] = []
"""Processes and their lifelines, which are open for as long as this process lives: their end is what an app notices.

What an app that ends before us leaves, a zombie and a lifeline, goes at the next start.
"""


def detachable(places: Places) -> Instance | None:
    """The first app that can be attached to; None when there is none. One that does not answer is passed over."""
    for instance in places.running():
        with contextlib.suppress(SshtuiError):
            if state_of(instance.socket).get("detachable"):
                return instance
    return None


class Starting:
    """A process that is on its way; `command` runs `tell_ready` when it listens."""

    def __init__(self, command: Sequence[str], *, die_with_parent: bool) -> None:
        """Start it; returns at once. With `die_with_parent` it ends when this process does, however that ends.

        Then it gets only the variables it needs; else all, for it is the person's own.
        """
        _forget_ended()
        ready, ready_end = os.pipe()
        life, lifeline = os.pipe() if die_with_parent else (None, None)
        ends = (ready_end,) if life is None else (ready_end, life)
        words = [*command, "--ready", str(ready_end), *(() if life is None else ("--lifeline", str(life)))]
        environment = _allowed(os.environ) if die_with_parent else dict(os.environ)
        for name in _DROPPED:
            environment.pop(name, None)
        home = os.path.expanduser("~")
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
        try:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=ends,
                start_new_session=True,
                # Not where we stand: that directory, or its file system, is not to be held.
                cwd=home if os.path.isdir(home) else "/",
            )
        except OSError as error:
            for end in (ready,) if lifeline is None else (ready, lifeline):
                os.close(end)
            raise AttachError(f"The app cannot be started: {error.strerror or error}.") from error
        finally:
            for end in ends:
                os.close(end)
        _started.append((self._process, lifeline))
        self._ready = ready

    def wait(self) -> Instance:
        """The app, as soon as it listens. Blocks. Raises SshtuiError with what the app said of its trouble."""
        line = b""
        deadline = time.monotonic() + PATIENCE
        with open(self._ready, "rb", buffering=0) as pipe:
            while not line.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
                if select.select([pipe], [], [], left)[0]:
                    piece = pipe.read(LINE_LIMIT)
                    if not piece:
                        break
                    line += piece
        try:
            said = json.loads(line)
        except ValueError:
            self._process.kill()
            self._process.wait()
            raise AttachError("The app ended before it could be attached to.", hint="Try: sshtui") from None
        if "socket" not in said:
            self._process.wait()
            raise AttachError(str(said.get("sentence", "")), hint=str(said.get("hint", "")))
        return Instance(str(said["id"]), Path(said["socket"]))


def _forget_ended() -> None:
    for started in tuple(_started):
        process, lifeline = started
        if process.poll() is None:
            continue
        # Another thread may have been quicker.
        with contextlib.suppress(ValueError):
            _started.remove(started)
            if lifeline is not None:
                os.close(lifeline)


def _allowed(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_FAMILIES)}


def tell_ready(end: int, instance: Instance) -> None:
    """Say over the pipe `end` that the app listens; closes it."""
    _tell(end, {"id": instance.id, "socket": str(instance.socket)})


def tell_trouble(end: int, error: SshtuiError) -> None:
    """Say over the pipe `end` why the app does not start; closes it."""
    _tell(end, {"sentence": error.sentence, "hint": error.hint})


def _tell(end: int, said: dict[str, str]) -> None:
    with contextlib.suppress(OSError):
        os.write(end, json.dumps(said).encode() + b"\n")
    with contextlib.suppress(OSError):
        os.close(end)

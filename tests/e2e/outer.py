"""The outer terminal of the end-to-end tests: a detached tmux of its own, driven and read like a person would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PATIENCE = 20.0
"""Seconds a screen may take to show what a test waits for; a loaded two-core machine needs most of them."""

POLL = 0.05


class Outer:
    """A tmux server with one window of `columns` × `rows` cells that runs one command."""

    def __init__(self, directory: Path, tmux: str, columns: int = 80, rows: int = 24) -> None:
        self._tmux = [tmux, "-S", str(directory / "tmux.sock"), "-f", "/dev/null"]
        self._directory = directory
        self._size = (columns, rows)

    def start(self, command: list[str], environment: Mapping[str, str]) -> None:
        """Run `command` with exactly `environment`; its window stays readable after it ended."""
        script = self._directory / "command.sh"
        words = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), *command]
        script.write_text(f'{shlex.join(words)}\necho "[exit $?]"\nexec sleep 600\n')
        columns, rows = self._size
        self._run("new-session", "-d", "-x", str(columns), "-y", str(rows), f"sh {shlex.quote(str(script))}")
        self._run("set-option", "-g", "escape-time", "0")
        self._run("set-option", "-g", "status", "off")
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def press(self, *names: str) -> None:
        """Press keys by tmux's names: `Enter`, `C-a`, `M-1`, `F5`, `Up`, `S-Left`."""
        for name in names:
            self._run("send-keys", name)

    def type(self, text: str) -> None:
        """Type `text` as it stands."""
        self._run("send-keys", "-l", "--", text)

    def send_bytes(self, data: bytes) -> None:
        """Send bytes as the terminal would, whatever they mean."""
        self._run("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self, *, colours: bool = False) -> str:
        """What a person sees, line by line, trailing blanks cut."""
        return self._run("capture-pane", "-p", *(["-e"] if colours else []))

    def wait_for(self, what: str | Callable[[str], bool], *, patience: float = PATIENCE) -> str:
        """The screen as soon as it shows `what` (a regular expression or a condition)."""
        shows = what if callable(what) else re.compile(what, re.MULTILINE).search
        deadline = time.monotonic() + patience
        while True:
            screen = self.screen()
            if shows(screen):
                return screen
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience:.0f} s for {what!r}; the screen was:\n{screen}")
            time.sleep(POLL)

    def wait_until_gone(self, pattern: str, *, patience: float = PATIENCE) -> str:
        """The screen as soon as it no longer shows the regular expression `pattern`."""
        return self.wait_for(lambda screen: not re.search(pattern, screen, re.MULTILINE), patience=patience)

    @property
    def title(self) -> str:
        """What the window is called."""
        return self._run("display-message", "-p", "#{pane_title}").rstrip("\n")

    @property
    def pane_pid(self) -> int:
        """The process that the window runs."""
        return int(self._run("display-message", "-p", "#{pane_pid}"))

    def end(self) -> None:
        """Kill this tmux server and what runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words], capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        return done.stdout.decode("utf-8", "replace")

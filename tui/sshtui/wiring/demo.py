"""The app on an embedded SSH server: on this terminal, or in the browser. Nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time

from sshtui.attach.places import Places
from sshtui.errors import SshtuiError
from sshtui.store.paths import Paths
from sshtui.wiring.app import build_app
from sshtui.wiring.console import run_console

LAST_WORDS = 5.0
"""Seconds an app may take to end when it is told to."""


def run_demo() -> int:
    """Open the app on an embedded SSH server, in a temporary directory that is gone afterwards; the exit code."""
    from sshtui.demo.scene import demo_scene
    from sshtui.ui.surroundings import run

    # The demo touches nothing of the person's own: the key pairs of their agent are not offered to it either.
    os.environ.pop("SSH_AUTH_SOCK", None)
    with demo_scene() as scene:
        paths = Paths(scene.config_dir, scene.config_dir / "state", scene.ssh_dir)
        return run(build_app(paths))


def run_web_demo() -> int:
    """Serve the demo's scene to the browser, for an account of its own; the exit code. Nothing of it is left."""
    from sshtui.demo.scene import demo_scene
    from sshtui.web.serving import Wish, free_port
    from sshtui.web.tryout import Tryout

    os.environ.pop("SSH_AUTH_SOCK", None)
    with demo_scene() as scene:
        # The app is a process of its own and looks for OpenSSH's files at home.
        home = scene.directory / "person"
        home.mkdir(mode=0o700)
        (home / ".ssh").symlink_to(scene.ssh_dir)
        os.environ["HOME"] = str(home)
        paths = Paths.default(scene.config_dir)
        tryout = Tryout.enrolled(paths.console_file)
        try:
            code = run_console(paths, Wish(port=free_port()), tryout.tell)
            return 0 if code == 128 + signal.SIGINT else code
        finally:
            _end_app(paths)
            shutil.rmtree(paths.run_dir, ignore_errors=True)


def _end_app(paths: Paths) -> None:
    """End what we started on these files, and wait until it has written its last."""
    from sshtui.attach.asking import ask, state_of

    for instance in Places(paths.run_dir).running():
        with contextlib.suppress(SshtuiError):
            pid = int(state_of(instance.socket)["pid"])
            ask(instance.socket, "quit")
            deadline = time.monotonic() + LAST_WORDS
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
                    time.sleep(0.02)

"""The process of an app without a terminal: `python -m sshtui.cli.detached`, started by `attach.starting`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

from sshtui.cli.entry import LOGS
from sshtui.errors import SshtuiError
from sshtui.files import ensure_private_directory
from sshtui.store.paths import Paths

LOG_LIMIT = 256 * 1024
"""Bytes of what the app may say when something went wrong, for all its lives together."""


class Log(io.TextIOBase):
    """Standard error of the app, in a file of its own that never grows beyond LOG_LIMIT."""

    def __init__(self, path: Path) -> None:
        self._end = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.fchmod(self._end, 0o600)
        if os.fstat(self._end).st_size > LOG_LIMIT // 2:
            os.ftruncate(self._end, 0)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "replace")
        if os.fstat(self._end).st_size + len(data) <= LOG_LIMIT:
            os.write(self._end, data)
        return len(text)


def main() -> None:
    """Run the app until it ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config-dir", type=Path)
    parser.add_argument("--ready", type=int, required=True)
    parser.add_argument("--lifeline", type=int)
    given = parser.parse_args()
    for end in filter(None, (given.ready, given.lifeline)):
        os.set_inheritable(end, False)
    for name in LOGS:
        os.environ.pop(name, None)
    paths = Paths.default(given.config_dir)
    try:
        ensure_private_directory(paths.state_dir)
        sys.stderr = sys.__stderr__ = Log(paths.app_log)  # type: ignore[assignment, misc]  # a text stream like the others
    except (SshtuiError, OSError):
        # Without a log the app runs all the same.
        sys.stderr = sys.__stderr__
    from sshtui.wiring.detached import run_detached

    sys.exit(run_detached(paths, given.ready, given.lifeline))


if __name__ == "__main__":
    main()

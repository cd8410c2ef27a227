"""The command `sshtui`: answers --version at once and loads the rest only when asked for more."""

from __future__ import annotations

import os
import sys

LOGS = ("TEXTUAL_LOG", "TEXTUAL", "TEXTUAL_DEBUG")
"""Variables that make Textual log every message, and with them every keystroke and password typed."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from sshtui.version import __version__

        print(f"sshtui {__version__}")
        return
    for name in LOGS:
        os.environ.pop(name, None)
    from sshtui.cli.run import run

    sys.exit(run(sys.argv[1:]))

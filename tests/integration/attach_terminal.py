"""Runs the terminal's viewer alone: attach_terminal.py SOCKET; prints how the look ended."""

from __future__ import annotations

import sys
from pathlib import Path

from sshtui.attach.terminal_viewer import look

if __name__ == "__main__":
    ending = look(Path(sys.argv[1]))
    print(f"[{ending.how} {ending.code}]", flush=True)
    sys.exit(ending.code)

"""The clipboard of the machine sshtui runs on, where it has one; the outer terminal's is reached by OSC 52."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

LIMIT = 2.0
"""Seconds a clipboard program may take."""

_Programs = tuple[tuple[str, ...], tuple[str, ...]]
"""What writes and what reads the clipboard."""

_MACOS: _Programs = ("pbcopy",), ("pbpaste",)
_WAYLAND: _Programs = ("wl-copy",), ("wl-paste", "--no-newline")
_X11: _Programs = ("xclip", "-selection", "clipboard"), ("xclip", "-selection", "clipboard", "-o")


def _programs() -> _Programs | None:
    """The programs of this machine's clipboard; None on a machine without one."""
    if sys.platform == "darwin":
        found = _MACOS
    elif os.environ.get("WAYLAND_DISPLAY"):
        found = _WAYLAND
    elif os.environ.get("DISPLAY"):
        found = _X11
    else:
        return None
    return found if shutil.which(found[0][0]) else None


def write(text: str) -> bool:
    """Put `text` on the clipboard; False where there is none. Waits, so call it in a thread."""
    programs = _programs()
    if programs is None:
        return False
    # The program stays to serve the clipboard; a pipe of ours would keep us waiting for its end.
    try:
        done = subprocess.run(
            programs[0], input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def read() -> str:
    """The clipboard's text, "" where there is none. Waits, so call it in a thread."""
    programs = _programs()
    if programs is None:
        return ""
    try:
        done = subprocess.run(programs[1], capture_output=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""

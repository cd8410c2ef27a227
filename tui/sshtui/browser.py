"""This machine's web browser."""

from __future__ import annotations

import contextlib
import os
import sys


def open_in_browser(url: str) -> None:
    """Have an address shown by $BROWSER or the desktop's browser; nothing happens where there is neither.

    Returns at once. The browser has a session of its own and no terminal of ours: one in text mode would take it from
    the app, and whoever waits for a browser may be what the browser waits for.
    """
    if sys.platform != "darwin" and not any(map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))):
        return
    import subprocess

    with contextlib.suppress(OSError):
        subprocess.Popen(
            # Isolated: a webbrowser.py in the directory where the app was started is none of ours.
            [sys.executable, "-I", "-m", "webbrowser", "--", url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

"""How an app ends with whoever started it, however that one ends: nothing of it is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

GRACE = 1.0
"""Seconds the app has to close after its parent is gone; then it ends by force, and its programs with it."""

_PR_SET_PDEATHSIG = 1


def end_with_parent(lifeline: int) -> None:
    """Send this process SIGTERM when the parent that holds the other end of `lifeline` is gone, however it ended.

    On Linux the kernel says so at once (prctl(2), PR_SET_PDEATHSIG); the end of the pipe says it everywhere, and also
    when the parent was gone before. What has not ended GRACE seconds later is ended by a thread of its own, so that a
    busy event loop or a signal that is ignored delays nothing.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    threading.Thread(target=_watch, args=(lifeline,), name="lifeline", daemon=True).start()


def _watch(lifeline: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(lifeline, 64):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    for pid in _programs():
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
    os._exit(128 + signal.SIGTERM)


def _programs() -> list[int]:
    """What this process started, proxy commands above all, each the leader of a session of its own (proc(5)).

    Where there is no /proc they have to notice that their standard input has ended.
    """
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # Behind the name, which may hold anything: state, parent.
            parent = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
            if parent == os.getpid():
                found.append(int(status.parent.name))
    return found

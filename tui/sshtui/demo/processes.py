"""The processes of a session, which ends with its channel."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess


def session_members(leader: int) -> list[int]:
    """Processes of the session that `leader` began with setsid(2), background jobs included, when it is gone too."""
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        listing = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, check=False)
        pids = [int(word) for word in listing.stdout.split()]
    return [pid for pid in pids if _session_of(pid) == leader]


def kill_session(leader: int) -> None:
    """End all of them at once."""
    for pid in session_members(leader):
        # One of another user, by sudo for example, is not ours to kill.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1

"""The demo's directory, and what demos left behind that could not clean up after themselves."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "sshtui-demo-"
_ALIVE = "alive"


@contextmanager
def demo_directory() -> Iterator[Path]:
    """A directory that is gone afterwards; those of killed demos are removed first.

    Each holds a file that is locked as long as its demo lives. The lock ends with the process in whatever way that
    ends (flock(2)). A process number would not do: it is given out again, and containers that share a directory for
    temporary files count each for itself.
    """
    remove_leftovers()
    handle = -1
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
            handle = _claim(Path(name))
            yield Path(name)
    finally:
        if handle >= 0:
            os.close(handle)


def remove_leftovers() -> None:
    """Remove the directories of this user's demos that live no more; what cannot be removed stays."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_own_directory(directory) and _is_unlocked(directory / _ALIVE):
                shutil.rmtree(directory)


def _claim(directory: Path) -> int:
    """The handle that holds the lock. The file gets its name once it is locked: without it nothing is removed."""
    new = directory / f".{_ALIVE}"
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.rename(new, directory / _ALIVE)
    return handle


def _is_own_directory(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _is_unlocked(path: Path) -> bool:
    """Whether nobody holds the lock; OSError when there is no such file."""
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True

"""Where running apps listen: one socket each in a directory of this account's alone, named by a small number."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sshtui.attach.peers import is_ours
from sshtui.errors import ConfigError, NotFound
from sshtui.files import ensure_private_directory, locked

PATH_LIMIT = 100
"""Bytes of a socket's path that every system takes (sun_path: 108 on Linux, 104 on macOS)."""

MOST = 99
"""Apps of one account."""

LOCK_PATIENCE = 40.0
"""Seconds another process may take to start an app."""

_SUFFIX = ".sock"
_BACKLOG = 32


class Instance(NamedTuple):
    """A running app: the number a person calls it by, and its socket."""

    id: str
    socket: Path


class Places:
    """The sockets in one directory, which is made when the first app listens."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def running(self) -> tuple[Instance, ...]:
        """Every app that listens, by number."""
        return tuple(Instance(path.stem, path) for path in self._sockets() if _is_live(path))

    def find(self, id: str) -> Instance:
        """The app called `id`. Raises NotFound."""
        for instance in self.running():
            if instance.id == id:
                return instance
        raise NotFound(f"No sshtui called {id!r} is running.", hint="sshtui list shows those that are.")

    def listen(self) -> tuple[Instance, socket.socket]:
        """A socket that listens under the smallest free number. Whoever gets it closes and unlinks it.

        Raises ConfigError when the directory is not this account's alone, and where there can be no socket.
        """
        self._prepare()
        with locked(self._directory / "numbers"):
            taken = self._sweep()
            id = next((str(number) for number in range(1, MOST + 1) if str(number) not in taken), None)
            if id is None:
                raise ConfigError(f"{MOST} instances of sshtui are running.", hint="sshtui kill ends them.")
            path = self._directory / f"{id}{_SUFFIX}"
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                # Under its name it answers from the first moment: one that does not is taken for dead.
                new = path.with_suffix(".new")
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(new)
                link.bind(os.fsencode(new))
                os.chmod(new, 0o600)
                link.listen(_BACKLOG)
                os.rename(new, path)
            except OSError as error:
                link.close()
                raise ConfigError(f"{path} cannot be listened at: {error.strerror or error}.") from error
            link.setblocking(False)
            return Instance(id, path), link

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Be the only one who starts an app, so that two who look for one do not start two. Raises ConfigError."""
        self._prepare()
        with locked(self._directory / "starting", deadline=LOCK_PATIENCE):
            yield

    def _sockets(self) -> list[Path]:
        try:
            found = [path for path in self._directory.glob(f"*{_SUFFIX}") if path.stem.isdigit()]
        except OSError:
            return []
        return sorted(found, key=lambda path: int(path.stem))

    def _sweep(self) -> set[str]:
        """Take away the sockets of apps that were killed; the numbers that are in use."""
        taken = set()
        for path in self._sockets():
            if _is_live(path):
                taken.add(path.stem)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(path)
        return taken

    def _prepare(self) -> None:
        if len(os.fsencode(self._directory)) + len(f"/{MOST}{_SUFFIX}") > PATH_LIMIT:
            raise ConfigError(
                f"{self._directory} is too long a path for a socket.",
                hint="Set XDG_RUNTIME_DIR to a short one, or give a shorter --config-dir.",
            )
        ensure_private_directory(self._directory)
        facts = os.lstat(self._directory)
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
            raise ConfigError(f"{self._directory} belongs to another account.", hint="Remove it, or ask who made it.")
        os.chmod(self._directory, 0o700)


def connect(path: Path) -> socket.socket:
    """A blocking connection to the app at `path`. Raises NotFound where none listens, or not under this account."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(2.0)
        link.connect(os.fsencode(path))
        if not is_ours(link):
            raise NotFound(f"{path} belongs to another account.")
    except OSError as error:
        link.close()
        raise NotFound(f"No sshtui listens at {path}.", hint="sshtui list shows those that do.") from error
    except BaseException:
        link.close()
        raise
    return link


def _is_live(path: Path) -> bool:
    """Whether an app of this account listens."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.setblocking(False)
    try:
        link.connect(os.fsencode(path))
        return is_ours(link)
    except BlockingIOError:
        # It listens, and is too busy to take one more just now.
        return True
    except OSError:
        return False
    finally:
        link.close()

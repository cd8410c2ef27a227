"""Files that are read bounded and written whole or not at all, private, and one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sshtui.errors import ConfigError, NotSaved

GROWTH = 65_536
"""Bytes a file may have grown by between looking at its size and reading it."""

READ_LIMIT = 64 * 1024 * 1024
"""Bytes; a configuration file beyond this is a mistake."""

_NEW = ".sshtui-new"
_HINTS = {
    errno.ENOSPC: "The disk is full. Free some space and save again.",
    errno.EDQUOT: "Your disk quota is used up. Free some space and save again.",
    errno.EFBIG: "The file would be larger than this account may write.",
    errno.EROFS: "The file system is read-only.",
    errno.EACCES: "Check who owns the file and its directory, and their permissions.",
    errno.EPERM: "Check who owns the file and its directory, and their permissions.",
    errno.ENOLCK: "This file system offers no locks. Move the file to another one with --config-dir.",
    errno.ENOENT: "The directory is missing.",
    errno.ENOTDIR: "A file stands where a directory is needed.",
    errno.EISDIR: "A directory stands where the file is needed.",
}


def with_home(path: str | Path) -> Path:
    """A path as it is written, `~` and `~name` at its beginning as the home directory they mean.

    Without such a home directory it stays as written, as shells leave it (POSIX.1-2017, Shell, 2.6.1). Never raises.
    """
    return Path(os.path.expanduser(path))


def write_whole(path: Path, data: bytes, *, mode: int = 0o600, lasting: bool = True) -> None:
    """Let `path` hold exactly `data`; after any failure, a crash included, it holds what it held before.

    A symlink stays one: its target is replaced. The new file has `mode`, less what the old one already withheld,
    whatever the umask. The directory must exist; what killed writers left in it goes. Without `lasting`
    nobody waits for the disk, and a power cut may cost both. Raises NotSaved.
    """
    target = Path(os.path.realpath(path))
    sweep(target.parent)
    try:
        _write_whole(target, data, mode, lasting)
    except OSError as error:
        raise not_saved(path, error) from error


def _write_whole(target: Path, data: bytes, mode: int, lasting: bool) -> None:
    with suppress(FileNotFoundError):
        mode &= stat.S_IMODE(os.stat(target).st_mode)
        # A rename needs no permission on the file itself, so a file its owner made read-only is asked for.
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    handle, new = new_file(target)
    try:
        try:
            os.fchmod(handle, mode)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            if lasting:
                os.fsync(handle)
            os.replace(new, target)
        except BaseException:
            # Cancelled and interrupted writes too must leave nothing beside the file.
            with suppress(OSError):
                os.unlink(new)
            raise
    finally:
        os.close(handle)
    if lasting:
        _sync_directory(target.parent)


def new_file(target: Path) -> tuple[int, Path]:
    """A locked, empty file beside `target`: open descriptor and path. The lock tells `sweep` that it is in use."""
    while True:
        new = target.with_name(f".{target.name}.{secrets.token_hex(6)}{_NEW}")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Between open and lock a sweeping neighbour may have taken the file for a stray one.
            if os.fstat(handle).st_nlink:
                return handle, new
        except OSError:
            os.close(handle)
            with suppress(OSError):
                os.unlink(new)
            raise
        os.close(handle)


def _sync_directory(directory: Path) -> None:
    """Make the rename last through a power cut. Some file systems cannot; the content is then whole all the same."""
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(directory: Path) -> None:
    """Remove what writers that were killed left in `directory`; what a living writer holds stays. Never raises."""
    with suppress(OSError):
        for new in directory.glob(f".*{_NEW}"):
            with suppress(OSError):
                _remove_if_unused(new)


def _remove_if_unused(new: Path) -> None:
    handle = os.open(new, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(new)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, deadline: float = 5.0) -> Iterator[None]:
    """Be the only one, among threads and processes, who changes `path` inside the `with` block.

    The lock is a file beside the target of `path`, which stays. Not re-entrant. Raises NotSaved when another
    writer holds it for `deadline` seconds, or when the directory takes no lock file.
    """
    target = Path(os.path.realpath(path))
    try:
        handle = os.open(
            target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise not_saved(path, error) from error
    try:
        _take(handle, path, time.monotonic() + deadline)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise NotSaved(
                    f"{path} was not saved: another program is writing it.", hint="Try again in a moment."
                ) from None
            time.sleep(0.005)
        except OSError as error:
            raise not_saved(path, error) from error
        else:
            return


def ensure_private_directory(path: Path) -> None:
    """Create `path` and its missing parents with mode 0700, whatever the umask; an existing one stays as it is.

    Raises NotSaved.
    """
    missing = []
    at = Path(os.path.realpath(path))
    while not at.exists() and at != at.parent:
        missing.append(at)
        at = at.parent
    try:
        for directory in reversed(missing):
            with suppress(FileExistsError):
                directory.mkdir(0o700)
                directory.chmod(0o700)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    except OSError as error:
        raise not_saved(path, error) from error


def read_whole(path: Path, *, limit: int = READ_LIMIT) -> bytes | None:
    """What `path` holds; None when there is no such file.

    Only a regular file of at most `limit` bytes is read: a FIFO or a device neither blocks nor floods us.
    Raises ConfigError.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_read(path, error) from error
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ConfigError(f"{path} is not a regular file.", hint="Only regular files are read.")
        if facts.st_size > limit:
            raise ConfigError(
                f"{path} is too large ({facts.st_size} bytes).",
                hint=f"At most {limit} bytes are read. Is it the right file?",
            )
        with os.fdopen(handle, "rb", closefd=False) as file:
            # What is asked for is set aside at once, so not the whole limit; some room for a file that just grew.
            return file.read(min(limit, facts.st_size + GROWTH))
    except OSError as error:
        raise _not_read(path, error) from error
    finally:
        os.close(handle)


def changeable_by(path: Path) -> str:
    """Who else may change a regular file: "everybody", or an owner who is neither root nor we; "" for nobody.

    Members of its group do not count: many systems give every account a group of its own.
    """
    try:
        facts = os.stat(path)
    except OSError:
        return ""
    if not stat.S_ISREG(facts.st_mode):
        return ""
    if facts.st_mode & stat.S_IWOTH:
        return "everybody"
    return "" if facts.st_uid in (0, os.geteuid()) else f"the account {facts.st_uid}"


def signature(path: Path) -> tuple[int, ...]:
    """What differs whenever the file was written or replaced; empty without a file."""
    try:
        facts = os.stat(path)
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def not_saved(path: Path, error: OSError) -> NotSaved:
    """`error` as a sentence about saving `path`, with a way on."""
    hint = _HINTS.get(error.errno or 0, "")
    return NotSaved(f"{path} was not saved: {error.strerror or error}.", hint=hint)


def _not_read(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"{path} cannot be read: {error.strerror or error}.", hint=_HINTS.get(error.errno or 0, ""))

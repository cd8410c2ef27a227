"""Files to and from an account over SFTP, in pieces, on a connection that is up (draft-ietf-secsh-filexfer-02)."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from sshtui.errors import ChannelRefused, NotSaved, SshtuiError
from sshtui.files import new_file, not_saved
from sshtui.model.text import plain
from sshtui.ssh.connection import CHANNEL_LIMIT, Connection
from sshtui.ssh.library import asyncssh
from sshtui.ssh.translate import transfer_failed
from sshtui.ssh.unfinished import Part, Source, Unfinished

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are through."""

LEAST_PIECE, FIRST_PIECE, MOST_PIECE = 32 * 1024, 256 * 1024, 1024 * 1024
"""Bytes under way at once; what is typed in a terminal on the same connection waits behind them."""

BLOCK = 32 * 1024
"""Bytes of one request: what every server takes (draft-ietf-secsh-filexfer-02 section 3)."""

QUICK, SLOW = 0.1, 0.4
"""Seconds for a piece below and above which the next one is larger or smaller."""

TIDY_LIMIT = 5.0
"""Seconds a server may take to remove what was not finished."""


@asynccontextmanager
async def transfers(connection: Connection, unfinished: Unfinished) -> AsyncIterator[Transfers]:
    """Files over `connection`, which is held meanwhile. Every failure of the other side is an SshtuiError.

    `unfinished` is what lost connections left of files.
    """
    connection.hold()
    try:
        with _there(connection):
            async with asyncio.timeout(CHANNEL_LIMIT):
                client = await connection.ssh.start_sftp_client(path_errors="surrogateescape")
        async with client:
            yield Transfers(client, connection, unfinished)
    finally:
        await connection.release()


class Transfers:
    """Fits session/protocols.py Files. Remote paths start in the login directory, as does `~/`."""

    def __init__(self, client: asyncssh.SFTPClient, connection: Connection, unfinished: Unfinished) -> None:
        self._client = client
        self._connection = connection
        self._unfinished = unfinished
        # With its name: the same address behind two jump hosts is two accounts.
        self._account = f"{connection.name} {connection.facts.destination}"

    async def place(self, path: str, name: str) -> tuple[str, bool]:
        """Where a file called `name` goes that is sent to `path`, and whether a file is there; into a directory."""
        path = _from_home(path)
        with _there(self._connection, path):
            if path.endswith("/") or await self._client.isdir(path):
                path = f"{path.rstrip('/')}/{name}"
            if not await self._client.lexists(path):
                return path, False
            if await self._client.exists(path):
                # A symlink stays one: its target is replaced.
                path = await self._client.realpath(path)
            if not await self._client.isfile(path):
                raise ChannelRefused(f"{plain(path)} on {self._connection.name} is no regular file.")
        return path, True

    async def send(self, source: Path, path: str, progress: Progress, *, replace: bool) -> None:
        """Let `path` there hold what `source` holds here; until all of it is there nothing changes under that name.

        What a lost connection left of the same file is gone on with, and of other files removed.
        """
        with _here(source, "read"):
            file = await asyncio.to_thread(_opened, source)
        with file, _there(self._connection, path):
            facts = os.fstat(file.fileno())
            mode = facts.st_mode & 0o777
            if replace:
                mode = ((await self._client.stat(path)).permissions or mode) & 0o777
            part = await self._part(Source.of(str(source), facts), path)
            try:
                await self._send(file, source, part, mode, lambda sent: progress(sent, facts.st_size))
                if replace:
                    # The server's umask has withheld some of what the old file allows.
                    await self._client.chmod(part.name, mode)
                await self._rename(part.name, path, replace=replace)
            except BaseException:
                # A stopped transfer too must leave nothing there.
                await self._tidy(part)
                raise

    async def _part(self, source: Source, path: str) -> Part:
        """What is there of it already, or a new one."""
        parts = self._unfinished.take(self._account)
        part = next((part for part in parts if (part.source, part.target) == (source, path)), None)
        for other in parts:
            if other is not part:
                await self._tidy(other)
        if part is not None:
            with suppress(asyncssh.SFTPError):
                if ((await self._client.lstat(part.name)).size or 0) >= part.done:
                    return part
        directory = path.rpartition("/")[0] + "/" if "/" in path else ""
        return Part(source, path, f"{directory}.sshtui-{secrets.token_hex(6)}.part")

    async def _tidy(self, part: Part) -> None:
        """Remove it, or keep it in mind when the server can no longer be told."""
        try:
            async with asyncio.timeout(TIDY_LIMIT):
                await self._client.remove(part.name)
        except asyncssh.SFTPError as error:
            if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
                self._unfinished.keep(self._account, part)
        except (asyncssh.Error, OSError, TimeoutError):
            self._unfinished.keep(self._account, part)

    async def _send(
        self, file: IO[bytes], source: Path, part: Part, mode: int, progress: Callable[[int], None]
    ) -> None:
        pace, how = _Pace(), "r+b" if part.done else "xb"
        file.seek(part.done)
        async with self._client.open(part.name, how, asyncssh.SFTPAttrs(permissions=mode), block_size=0) as there:
            while True:
                with _here(source, "read"):
                    data = await asyncio.to_thread(file.read, pace.piece)
                if not data:
                    return
                with pace:
                    await _write(there, data, part.done)
                part.done += len(data)
                progress(part.done)

    async def _rename(self, part: str, path: str, *, replace: bool) -> None:
        if not replace:
            await self._client.rename(part, path)
            return
        try:
            await self._client.posix_rename(part, path)
        except asyncssh.SFTPOpUnsupported:
            # Without the extension a name is free only once the old file has another one.
            old = f"{part.removesuffix('.part')}.old"
            await self._client.rename(path, old)
            try:
                await self._client.rename(part, path)
            except BaseException:
                with suppress(asyncssh.Error, OSError):
                    await self._client.rename(old, path)
                raise
            await self._client.remove(old)

    async def fetch(self, path: str, target: Path, progress: Progress, *, replace: bool) -> None:
        """Let `target` here hold what `path` holds there; until all of it is here nothing changes under that name.

        A new file has the mode that the umask leaves, one that is replaced keeps its own; without set-id bits.
        """
        path = _from_home(path)
        with _there(self._connection, path):
            facts = await self._client.stat(path)
            if not stat.S_ISREG(facts.permissions or stat.S_IFREG):
                raise ChannelRefused(f"{plain(path)} on {self._connection.name} is no regular file.")
            async with self._client.open(path, "rb", block_size=0) as there:
                await self._receive(there, target, lambda got: progress(got, facts.size or 0), replace=replace)

    async def _receive(
        self, there: asyncssh.SFTPClientFile, target: Path, progress: Callable[[int], None], *, replace: bool
    ) -> None:
        mode = 0o666 & ~_umask()
        with _here(target, "written"):
            handle, new = await asyncio.to_thread(_begun, target)
        try:
            with os.fdopen(handle, "wb") as file:
                pace, got = _Pace(), 0
                while True:
                    with pace:
                        data = await _read(there, pace.piece, got)
                    if not data:
                        break
                    with _here(target, "written"):
                        await asyncio.to_thread(file.write, data)
                    got += len(data)
                    progress(got)
                with _here(target, "written"):
                    await asyncio.to_thread(_finish, file, new, target, mode, replace=replace)
        except BaseException:
            # A stopped transfer too must leave nothing here.
            with suppress(OSError):
                os.unlink(new)
            raise


async def _read(there: asyncssh.SFTPClientFile, size: int, offset: int) -> bytes:
    """What stands at `offset`, perhaps less than `size`; b"" at the end."""
    blocks = await _all(there.read(min(BLOCK, offset + size - at), at) for at in range(offset, offset + size, BLOCK))
    data = bytearray()
    for block in blocks:
        # Opened in binary mode, which asyncssh's types do not know.
        data += cast("bytes", block)
        if len(block) < BLOCK:
            # The server gave less than was asked for: what follows here is asked for again.
            break
    return bytes(data)


async def _write(there: asyncssh.SFTPClientFile, data: bytes, offset: int) -> None:
    blocks = range(0, len(data), BLOCK)
    await _all(there.write(cast("str", data[at : at + BLOCK]), offset + at) for at in blocks)


async def _all(requests: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The answers to requests that are under way together.

    asyncssh's own way leaves the failures of all but the first to the event loop, which complains of each.
    """
    answers = await asyncio.gather(*requests, return_exceptions=True)
    done: list[T] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        done.append(answer)
    return done


class _Pace:
    """How large a piece may be so that it is through in a fraction of a second; `with` measures one."""

    def __init__(self) -> None:
        self.piece = FIRST_PIECE
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *unused: object) -> None:
        took = time.monotonic() - self._began
        if took < QUICK:
            self.piece = min(self.piece * 2, MOST_PIECE)
        elif took > SLOW:
            self.piece = max(self.piece // 2, LEAST_PIECE)


@contextmanager
def _there(connection: Connection, path: str = "") -> Iterator[None]:
    try:
        yield
    except (asyncssh.Error, OSError, TimeoutError) as error:
        ended = connection.wire.ended if connection.ssh.is_closed() else None
        raise transfer_failed(error, connection.name, path, gone=connection.ssh.is_closed(), ended=ended) from error


@contextmanager
def _here(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if done == "written":
            raise not_saved(path, error) from error
        raise SshtuiError(f"{plain(str(path))} cannot be read: {error.strerror or error}.") from error


def _opened(path: Path) -> IO[bytes]:
    # Without O_NONBLOCK a FIFO would wait for its writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SshtuiError(f"{plain(str(path))} is no regular file.")
    return os.fdopen(handle, "rb")


def _begun(target: Path) -> tuple[int, Path]:
    return new_file(Path(os.path.realpath(target)))


def _finish(file: IO[bytes], new: Path, target: Path, mode: int, *, replace: bool) -> None:
    """Give the file at `new` its mode and its name."""
    file.flush()
    if not replace and os.path.lexists(target):
        raise NotSaved(f"{target} was not saved: a file came there meanwhile.")
    real = Path(os.path.realpath(target))
    with suppress(FileNotFoundError):
        mode = os.stat(real).st_mode & 0o777
    os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())
    os.replace(new, real)


def _umask() -> int:
    """It can only be read by setting it; a strict one harms nobody who makes a file meanwhile."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _from_home(path: str) -> str:
    """SFTP knows no `~`, but starts where it points."""
    return path.removeprefix("~/") or "." if path.startswith("~/") else "." if path == "~" else path

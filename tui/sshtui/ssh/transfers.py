"""Files to and from an account over SFTP, in pieces, on a connection that is up (draft-ietf-secsh-filexfer-02)."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, cast

from sshtui.errors import ChannelRefused, NotSaved, SshtuiError
from sshtui.files import new_file, not_saved
from sshtui.model.text import plain
from sshtui.ssh.connection import CHANNEL_LIMIT, Connection
from sshtui.ssh.library import asyncssh
from sshtui.ssh.replacing import TIDY_LIMIT, part_of, put_in_place, to_its_end
from sshtui.ssh.translate import transfer_failed
from sshtui.ssh.unfinished import Part, Source, Unfinished

T = TypeVar("T")
P = ParamSpec("P")

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are through."""

LEAST_PIECE, FIRST_PIECE, MOST_PIECE = 32 * 1024, 256 * 1024, 1024 * 1024
"""Bytes under way at once; what is typed in a terminal on the same connection waits behind them."""

BLOCK = 32 * 1024
"""Bytes of one request: what every server takes (draft-ietf-secsh-filexfer-02 section 3)."""

QUICK, SLOW = 0.1, 0.4
"""Seconds for a piece below and above which the next one is larger or smaller."""


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
        try:
            yield Transfers(client, connection, unfinished)
        finally:
            client.exit()
            await _in_time(client.wait_closed())
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

        What a lost connection left of the same file for `path` is gone on with, and of another one for it removed.
        """
        with _read_here(source):
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
                    await put_in_place(self._client, part.name, path, self._connection.name)
                else:
                    await self._client.rename(part.name, path)
            except BaseException:
                # A stopped transfer too must leave nothing there.
                await self._tidy(part)
                raise

    async def _part(self, source: Source, path: str) -> Part:
        """What is there of it already, or a new one; what is there of another file for `path` is removed."""
        left = self._unfinished.take(self._account, path)
        try:
            while left:
                part = left.pop()
                if part.source == source and await self._stands(part):
                    return part
                await self._tidy(part)
        finally:
            for part in left:
                self._unfinished.keep(self._account, part)
        return Part(source, path, part_of(path))

    async def _stands(self, part: Part) -> bool:
        """Whether it is there as far as is known; it is kept in mind when the server does not come to say so."""
        try:
            return ((await self._client.lstat(part.name)).size or 0) >= part.done
        except BaseException as error:
            if _is_an_answer(error):
                return False
            self._unfinished.keep(self._account, part)
            raise

    async def _tidy(self, part: Part) -> None:
        """Remove it, or keep it in mind when the server can no longer be told or when that is stopped."""
        try:
            async with asyncio.timeout(TIDY_LIMIT):
                await self._client.remove(part.name)
        except BaseException as error:
            if _is_an_answer(error):
                return
            self._unfinished.keep(self._account, part)
            if not isinstance(error, asyncssh.Error | OSError | TimeoutError):
                raise

    async def _send(
        self, file: IO[bytes], source: Path, part: Part, mode: int, progress: Callable[[int], None]
    ) -> None:
        pace, how = _Pace(), "r+b" if part.done else "xb"
        file.seek(part.done)
        opening = self._client.open(part.name, how, asyncssh.SFTPAttrs(permissions=mode), block_size=0)
        async with _closed_after(await opening) as there:
            while True:
                with _read_here(source):
                    data = await asyncio.to_thread(file.read, pace.piece)
                if not data:
                    return
                with pace:
                    await _write(there, data, part.done)
                part.done += len(data)
                progress(part.done)

    async def fetch(self, path: str, target: Path, progress: Progress, *, replace: bool) -> None:
        """Let `target` here hold what `path` holds there; until all of it is here nothing changes under that name.

        A new file has the mode that the umask leaves, one that is replaced keeps its own; without set-id bits.
        """
        path = _from_home(path)
        with _there(self._connection, path):
            facts = await self._client.stat(path)
            if not stat.S_ISREG(facts.permissions or stat.S_IFREG):
                raise ChannelRefused(f"{plain(path)} on {self._connection.name} is no regular file.")
            async with _closed_after(await self._client.open(path, "rb", block_size=0)) as there:
                await self._receive(there, target, lambda got: progress(got, facts.size or 0), replace=replace)

    async def _receive(
        self, there: asyncssh.SFTPClientFile, target: Path, progress: Callable[[int], None], *, replace: bool
    ) -> None:
        mode = 0o666 & ~_umask()
        with ExitStack() as tidy:
            file, new = await _written(target, _begun, target, tidy)
            pace, got = _Pace(), 0
            while True:
                with pace:
                    data = await _read(there, pace.piece, got)
                if not data:
                    break
                await _written(target, file.write, data)
                got += len(data)
                progress(got)
            await _written(target, _finish, file, target, mode)
            await _written(target, _name, new, target, replace)


def _is_an_answer(error: BaseException) -> bool:
    """Whether a server has said it; a lost connection is an SFTPError of asyncssh's own."""
    lost = asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection
    return isinstance(error, asyncssh.SFTPError) and not isinstance(error, lost)


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


@asynccontextmanager
async def _closed_after(file: asyncssh.SFTPClientFile) -> AsyncIterator[asyncssh.SFTPClientFile]:
    """`file`, closed at the end of the block, where the server may refuse what was written; after a failure or a
    cancellation only as far as it answers in time."""
    try:
        yield file
    except BaseException:
        await _in_time(file.close())
        raise
    await file.close()


async def _in_time(closing: Coroutine[Any, Any, None]) -> None:
    """Wait for it, but not longer than TIDY_LIMIT: a server that has stopped answering keeps nobody."""
    with suppress(TimeoutError, asyncssh.Error, OSError):
        async with asyncio.timeout(TIDY_LIMIT):
            await closing


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
def _read_here(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SshtuiError(f"{plain(str(path))} cannot be read: {error.strerror or error}.") from error


async def _written(path: Path, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` for `path` gives in a thread, which is over when this is, cancelled or not."""
    try:
        return await to_its_end(asyncio.to_thread(work, *args, **kwargs))
    except OSError as error:
        raise not_saved(path, error) from error


def _opened(path: Path) -> IO[bytes]:
    # Without O_NONBLOCK a FIFO would wait for its writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SshtuiError(f"{plain(str(path))} is no regular file.")
    return os.fdopen(handle, "rb")


def _begun(target: Path, tidy: ExitStack) -> tuple[IO[bytes], Path]:
    """A file beside `target`, and its path; `tidy` closes it and removes what still has that path."""
    handle, new = new_file(Path(os.path.realpath(target)))
    file = os.fdopen(handle, "wb")
    tidy.callback(_discard, file, new)
    return file, new


def _discard(file: IO[bytes], new: Path) -> None:
    # A full disk is met again when what is left in the buffer goes out.
    with suppress(OSError):
        os.unlink(new)
    with suppress(OSError):
        file.close()


def _finish(file: IO[bytes], target: Path, mode: int) -> None:
    """Let it all be on the disk, with the mode that `target` has or else `mode`."""
    file.flush()
    with suppress(FileNotFoundError):
        mode = os.stat(target).st_mode & 0o777
    os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())


def _name(new: Path, target: Path, replace: bool) -> None:
    """Call the file at `new` by its name."""
    if not replace:
        try:
            os.link(new, target)
        except FileExistsError:
            raise _came_meanwhile(target) from None
        except OSError:
            # Not every file system has a second name for a file; a look before must do there.
            if os.path.lexists(target):
                raise _came_meanwhile(target) from None
        else:
            return
    os.replace(new, os.path.realpath(target))


def _came_meanwhile(target: Path) -> NotSaved:
    return NotSaved(f"{target} was not saved: a file came there meanwhile.")


def _umask() -> int:
    """It can only be read by setting it; a strict one harms nobody who makes a file meanwhile."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _from_home(path: str) -> str:
    """SFTP knows no `~`, but starts where it points."""
    return path.removeprefix("~/") or "." if path.startswith("~/") else "." if path == "~" else path

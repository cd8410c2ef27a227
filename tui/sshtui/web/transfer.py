"""Files between the browser and the machine the app runs on: one private directory, whose names are no paths."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from sshtui.errors import SshtuiError
from sshtui.files import ensure_private_directory, new_file, sweep
from sshtui.model.text import plain
from sshtui.web.audit import Audit
from sshtui.web.gate import SESSION
from sshtui.web.sessions import Session, Sessions

NAME_LIMIT = 240
"""Bytes of a name in UTF-8, which every file system takes; one that comes leaves some for a NUMBER."""

NUMBER = 10
"""Bytes of what tells a file from another of its name."""

SHOWN = 1000
"""Files listed."""

AT_ONCE = 4
"""Files on their way at the same time."""

PIECE = 256 * 1024
SILENCE = 30.0
"""Seconds without a byte, either way, after which a transfer ends."""


@dataclass(frozen=True)
class Room:
    """How much is taken from browsers, in bytes."""

    file: int = 1024**3
    """Of one file."""
    directory: int = 4 * 1024**3
    """In the directory; beyond it nothing more is taken."""


class Transfers:
    """The handlers of `/files`."""

    def __init__(
        self, directory: Path, sessions: Sessions, audit: Audit, made: Mapping[str, Callable[[], bytes]] | None = None
    ) -> None:
        """`made`: files that are made when they are asked for, by name."""
        self.room = Room()
        self._directory = directory
        self._made = made or {}
        self._sessions = sessions
        self._audit = audit
        self._slots = AT_ONCE

    async def listing(self, request: web.Request) -> web.Response:
        """Where the directory is, what is in it, by name, and what can be made."""
        found = await asyncio.to_thread(self._listed)
        return web.json_response({"directory": str(self._directory), "files": found[:SHOWN], "made": list(self._made)})

    async def make(self, request: web.Request) -> web.Response:
        """A file that is made now. An error of making it is a sentence for the page."""
        name = request.match_info["name"]
        if name not in self._made:
            raise web.HTTPNotFound
        try:
            data = await asyncio.to_thread(self._made[name])
        except SshtuiError as error:
            return web.Response(status=409, text=f"{plain(error.sentence)}\n")
        self._audit.note("file sent", session=request[SESSION].name, file=name, bytes=len(data))
        headers = {"Content-Disposition": disposition(name), "Content-Type": "application/octet-stream"}
        return web.Response(body=data, headers=headers)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """A file to the browser, to be saved and never shown (RFC 6266)."""
        name, session = _name(request), request[SESSION]
        handle = self._open(name)
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise web.HTTPNotFound
            async with self._slot():
                self._audit.note("file sent", session=session.name, file=name, bytes=facts.st_size)
                response = web.StreamResponse(
                    headers={
                        "Content-Disposition": disposition(name),
                        "Content-Type": "application/octet-stream",
                        "Content-Length": str(facts.st_size),
                    }
                )
                await response.prepare(request)
                left = facts.st_size
                while left and (piece := await asyncio.to_thread(os.read, handle, min(PIECE, left))):
                    self._go_on(session)
                    left -= len(piece)
                    async with asyncio.timeout(SILENCE):
                        await response.write(piece)
        except (TimeoutError, web.HTTPUnauthorized):
            # The length was promised: only a cut tells the browser that this is not all of it.
            if request.transport is not None:
                request.transport.abort()
            raise
        finally:
            os.close(handle)
        return response

    async def take(self, request: web.Request) -> web.Response:
        """A file from the browser; another name is found when its own is taken. It appears when it is whole."""
        name, session = _name(request, NAME_LIMIT - NUMBER), request[SESSION]
        announced = request.content_length or 0
        if announced > self.room.file:
            raise web.HTTPRequestEntityTooLarge(self.room.file, announced)
        async with self._slot():
            ensure_private_directory(self._directory)
            sweep(self._directory)
            if sum(size for _, size in await asyncio.to_thread(self._sizes)) + announced > self.room.directory:
                raise web.HTTPInsufficientStorage
            with _partial(self._directory) as (handle, partial):
                size = await self._receive(request, session, handle)
                kept = await asyncio.to_thread(_settle, partial, self._directory, name)
        self._audit.note("file taken", session=session.name, file=kept, bytes=size)
        return web.json_response({"name": kept, "size": size}, status=201)

    async def remove(self, request: web.Request) -> web.Response:
        """Delete a file."""
        name = _name(request)
        try:
            (self._directory / name).unlink()
        except OSError:
            raise web.HTTPNotFound from None
        self._audit.note("file removed", session=request[SESSION].name, file=name)
        return web.Response(status=204)

    async def _receive(self, request: web.Request, session: Session, handle: int) -> int:
        size = 0
        try:
            while True:
                async with asyncio.timeout(SILENCE):
                    piece = await request.content.read(PIECE)
                if not piece:
                    break
                self._go_on(session)
                size += len(piece)
                if size > self.room.file:
                    raise web.HTTPRequestEntityTooLarge(self.room.file, size)
                await asyncio.to_thread(_write, handle, piece)
            await asyncio.to_thread(os.fsync, handle)
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise web.HTTPInsufficientStorage from error
            raise
        return size

    def _go_on(self, session: Session) -> None:
        """A file that comes or goes is somebody at work; a session that is over takes its transfers with it."""
        if session.ended:
            raise web.HTTPUnauthorized
        self._sessions.touch(session)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if not self._slots:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        self._slots -= 1
        try:
            yield
        finally:
            self._slots += 1

    def _open(self, name: str) -> int:
        try:
            return os.open(self._directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            raise web.HTTPNotFound from None

    def _sizes(self) -> list[tuple[str, int]]:
        found = []
        with contextlib.suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_file(follow_symlinks=False):
                        found.append((entry.name, entry.stat(follow_symlinks=False).st_size))
        return sorted(found)

    def _listed(self) -> list[dict[str, object]]:
        return [{"name": name, "size": size} for name, size in self._sizes() if is_name(name)]


def is_name(name: str, limit: int = NAME_LIMIT) -> bool:
    """Whether it names a file of the directory itself, in characters that can be shown."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= limit and not name.startswith(".") and "/" not in name and name == plain(name, NAME_LIMIT)


def disposition(name: str) -> str:
    """`attachment` with the name quoted for every browser (RFC 6266 section 4.3, RFC 8187)."""
    plainest = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"attachment; filename=\"{plainest}\"; filename*=UTF-8''{quote(name, safe='')}"


def _name(request: web.Request, limit: int = NAME_LIMIT) -> str:
    name = request.match_info["name"]
    if not is_name(name, limit):
        raise web.HTTPNotFound
    return name


@contextlib.contextmanager
def _partial(directory: Path) -> Iterator[tuple[int, Path]]:
    """A file nobody lists, locked while it grows and gone when the block ends."""
    handle, path = new_file(directory / "upload")
    try:
        yield handle, path
    finally:
        os.close(handle)
        with contextlib.suppress(OSError):
            path.unlink()


def _write(handle: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _settle(partial: Path, directory: Path, name: str) -> str:
    """Give a whole file its name, or the next one that is free: nothing is ever replaced."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    for number in range(1, SHOWN):
        chosen = name if number == 1 else f"{stem} ({number}){dot}{ending}"
        with contextlib.suppress(FileExistsError):
            os.link(partial, directory / chosen)
            return chosen
    raise web.HTTPConflict

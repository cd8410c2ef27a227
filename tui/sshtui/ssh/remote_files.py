"""An account's files over SFTP, as far as installing a public key needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from sshtui.ssh.connection import Connection
from sshtui.ssh.library import asyncssh
from sshtui.ssh.replacing import TIDY_LIMIT, part_of, put_in_place
from sshtui.ssh.translate import files_failed

TIME_LIMIT = 30.0
"""Seconds the work on an account's files may take."""
READ_LIMIT = 1024 * 1024
"""Bytes; an authorized_keys file beyond it is not touched."""


@asynccontextmanager
async def remote_files(connection: Connection) -> AsyncIterator[RemoteFiles]:
    """The files behind `connection`. Every failure, inside the block too, is a ChannelRefused or ConnectionLost."""
    try:
        async with asyncio.timeout(TIME_LIMIT), connection.ssh.start_sftp_client() as client:
            yield RemoteFiles(client, connection.name)
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise files_failed(error, connection.name) from error


class RemoteFiles:
    """Relative paths start where SFTP does, in the home directory."""

    def __init__(self, client: asyncssh.SFTPClient, name: str) -> None:
        self._client = client
        self._name = name

    async def read(self, path: str) -> bytes | None:
        """What it holds; None when there is none."""
        try:
            if ((await self._client.stat(path)).size or 0) > READ_LIMIT:
                raise asyncssh.SFTPFailure(f"{path} is too large")
            async with self._client.open(path, "rb") as file:
                # Opened in binary mode, which asyncssh's types do not know.
                return cast("bytes", await file.read(READ_LIMIT))
        except asyncssh.SFTPNoSuchFile:
            return None

    async def make_directory(self, path: str, mode: int) -> None:
        """Let there be a directory of exactly `mode`."""
        if not await self._client.isdir(path):
            await self._client.mkdir(path, asyncssh.SFTPAttrs(permissions=mode))
        await self._client.chmod(path, mode)

    async def append(self, path: str, data: bytes, mode: int) -> None:
        """Let `data` stand at its end, and its mode be `mode`; it is made when missing."""
        async with self._client.open(path, "ab", asyncssh.SFTPAttrs(permissions=mode)) as file:
            await file.write(data)
        await self._client.chmod(path, mode)

    async def replace(self, path: str, data: bytes) -> None:
        """Let it hold `data`, in one step where the server can; it keeps its mode, and a symlink its target's place."""
        real = await self._client.realpath(path)
        mode = (await self._client.stat(real)).permissions or 0o600
        part = part_of(real)
        try:
            async with self._client.open(part, "xb", asyncssh.SFTPAttrs(permissions=0o600)) as file:
                await file.write(data)
            await self._client.chmod(part, mode & 0o7777)
            await put_in_place(self._client, part, real, self._name)
        except BaseException:
            # Cancelled or out of time too, nothing stays beside it.
            with suppress(asyncssh.Error, OSError, TimeoutError):
                async with asyncio.timeout(TIDY_LIMIT):
                    await self._client.remove(part)
            raise

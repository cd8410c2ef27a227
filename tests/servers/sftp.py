"""A server of files alone that a test has in hand: which renames it refuses, and when it answers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh

from sshtui.model.host_keys import HostKey
from tests.servers.process import LOOPBACK


class FileServer:
    """Listens on `address`:`port` for `user`. Without posix-rename nothing takes a name that is taken."""

    def __init__(self, host_key: HostKey, *, posix_rename: bool) -> None:
        self.address, self.port, self.user = LOOPBACK, 0, "ada"
        self.host_key = host_key
        self.posix_rename = posix_rename
        self.refused: set[int] = set()
        """Which renames fail, counted from 1."""
        self.renames = 0
        self.may_answer = asyncio.Event()
        """What is done is said only while this is set."""
        self.may_answer.set()
        self.asked: set[str] = set()
        """Kinds of requests that came and are no renames."""

    async def rename(self, old: bytes, new: bytes, *, free: bool = False) -> None:
        """Do it as it is to be done; a name that has to be `free` and is not is refused (SFTP 3, section 6.5)."""
        self.renames += 1
        if self.renames in self.refused:
            raise asyncssh.SFTPFailure("no renames today")
        if free:
            os.link(old, new)
            os.unlink(old)
        else:
            os.rename(old, new)
        await self.may_answer.wait()

    async def come_to(self, kind: str) -> None:
        """A request of that kind has come; one that has to wait is refused in the end."""
        self.asked.add(kind)
        if not self.may_answer.is_set():
            await self.may_answer.wait()
            raise asyncssh.SFTPFailure("not today")


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], server: FileServer) -> None:
        super().__init__(channel)
        self._server = server

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if not self._server.posix_rename:
            raise asyncssh.SFTPOpUnsupported("posix-rename")
        await self._server.rename(oldpath, newpath)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._server.rename(oldpath, newpath, free=True)

    async def lstat(self, path: bytes) -> os.stat_result:
        await self._server.come_to("lstat")
        return os.lstat(path)

    async def remove(self, path: bytes) -> None:
        await self._server.come_to("remove")
        os.remove(path)


@asynccontextmanager
async def file_server(authorised: str, *, posix_rename: bool = False) -> AsyncIterator[FileServer]:
    """A running one that takes the public key line `authorised`."""
    private = asyncssh.generate_private_key("ssh-ed25519")
    server = FileServer(HostKey(private.public_data), posix_rename=posix_rename)
    listener = await asyncssh.listen(
        LOOPBACK,
        0,
        server_host_keys=[private],
        authorized_client_keys=asyncssh.import_authorized_keys(authorised),
        sftp_factory=lambda channel: _Files(channel, server),
    )
    server.port = listener.get_port()
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()

"""An agent that signs with a security key of software (draft-ietf-sshm-ssh-agent, sections 4.4 and 4.5)."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sshtui.keys.wire import Reader, string, uint32
from tests.servers.security_keys import SecurityKey

_IDENTITIES, _IDENTITIES_ANSWER, _SIGN, _SIGN_RESPONSE, _FAILURE = 11, 12, 13, 14, 5
_PRESENT = 1
APPLICATION = "ssh:"


def listens(path: Path) -> bool:
    """Whether somebody takes connections at the socket: its file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


@asynccontextmanager
async def security_key_agent(
    path: Path, key: SecurityKey, credential: bytes, public_blob: bytes, comment: str
) -> AsyncIterator[None]:
    """An agent at the socket `path` that holds one ED25519-SK key; it waits for the touch before it signs."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack(">I", await reader.readexactly(4))
                request = await reader.readexactly(length)
                answer = await asyncio.to_thread(_answer, request)
                writer.write(string(answer))
        except asyncio.IncompleteReadError:
            writer.close()

    def _answer(request: bytes) -> bytes:
        if request[0] == _IDENTITIES:
            return bytes([_IDENTITIES_ANSWER]) + uint32(1) + string(public_blob) + string(comment.encode())
        if request[0] != _SIGN:
            return bytes([_FAILURE])
        fields = Reader(request[1:])
        blob, data = fields.string(), fields.string()
        if blob != public_blob or not key.touch():
            return bytes([_FAILURE])
        counter, signature = key.sign(credential, APPLICATION, hashlib.sha256(data).digest(), _PRESENT)
        algorithm = b"sk-ssh-ed25519@openssh.com"
        signed = string(algorithm) + string(signature) + bytes([_PRESENT]) + uint32(counter)
        return bytes([_SIGN_RESPONSE]) + string(signed)

    server = await asyncio.start_unix_server(serve, str(path))
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()

"""Asks a server for all its host keys, as ssh-keyscan does. Nothing is trusted by that, and nobody logs in."""

from __future__ import annotations

import asyncio

from sshtui.model.host_keys import HostKey
from sshtui.ssh.algorithms import MODERN
from sshtui.ssh.library import asyncssh
from sshtui.ssh.sockets import Address, connect_to_any, resolve
from sshtui.ssh.translate import FOREIGN, before_login

# Both names mean the same RSA host key under another signature (RFC 8332 section 3).
_KINDS = tuple(name for name in MODERN.host_keys if name != "rsa-sha2-256")


async def scan(address: str, port: int, *, seconds: float = 10.0) -> tuple[HostKey, ...]:
    """The host keys of the SSH server at `address`, one connection for each type, strongest type first.

    `seconds` is the limit for all of it. Raises a ConnectionFailed when there is no server to ask.
    """
    found: list[HostKey] = []
    refusal: BaseException | None = None
    try:
        async with asyncio.timeout(seconds):
            addresses = await resolve(address, port)
            for kind in _KINDS:
                host_key, error = await _host_key(addresses, address, port, kind)
                refusal = refusal or error
                if host_key is not None:
                    found.append(host_key)
    except FOREIGN as error:
        if not found:
            raise before_login(error, address, address, port) from error
    if not found and refusal is not None:
        raise before_login(refusal, address, address, port) from refusal
    return tuple(found)


async def _host_key(
    addresses: list[Address], address: str, port: int, kind: str
) -> tuple[HostKey | None, BaseException | None]:
    """The host key of one type, or why there is none; a server without that type just hangs up."""
    with await connect_to_any(addresses) as link:
        try:
            shown = await asyncssh.get_server_host_key(
                address, port, sock=link, server_host_key_algs=[kind], kex_algs=MODERN.kex, config=None
            )
        except TimeoutError:
            raise
        except FOREIGN as error:
            return None, error
    return (HostKey(shown.public_data), None) if shown is not None else (None, None)

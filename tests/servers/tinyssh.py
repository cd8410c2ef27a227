"""A real tinysshd of our own, the smallest server: one channel, one packet at a time, ed25519 and nothing else."""

from __future__ import annotations

import base64
import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sshtui.model.host_keys import HostKey
from tests.servers.process import LOOPBACK


@dataclass(frozen=True)
class Tiny:
    """Where it is, and its host key."""

    address: str
    port: int
    host_key: HostKey


@contextlib.contextmanager
def tinyssh(directory: Path, program: str, make_key: str, print_key: str) -> Iterator[Tiny]:
    """A running tinysshd; it has no socket of its own, so each connection is handed to a process as inetd does.

    Key pairs are authorised in the account's own `~/.ssh/authorized_keys`. Needs root.
    """
    keys = directory / "tinyssh"
    subprocess.run([make_key, str(keys)], check=True, capture_output=True)
    printed = subprocess.run([print_key, str(keys)], check=True, capture_output=True, text=True).stdout
    host_key = HostKey(base64.b64decode(printed.split()[1]))
    children: list[subprocess.Popen[bytes]] = []
    listener = socket.create_server((LOOPBACK, 0))

    def serve() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with link, (directory / "tinysshd.log").open("ab") as log:
                children.append(
                    subprocess.Popen([program, "-v", str(keys)], stdin=link.fileno(), stdout=link.fileno(), stderr=log)
                )

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Tiny(LOOPBACK, listener.getsockname()[1], host_key)
    finally:
        # Only shutting it down wakes an accept that waits.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for child in children:
            child.kill()
            child.wait(10)
